import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

const folders = new Set<string>();
let watching = false;

/**
 * A new folder that is gone when the process ends, also when it is interrupted.
 * @param name start of its name.
 */
export function makeScratch(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(path.join(parent, name));
  folders.add(folder);
  if (!watching) watch();
  return folder;
}

/** Removes it now. */
export function removeScratch(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

function watch() {
  watching = true;
  process.on('exit', () => {
    for (const folder of folders) removeScratch(folder);
  });
  // Without a handler a signal ends the process before "exit" is told. 128 + number is what shells expect.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('SIGHUP', () => process.exit(129));
}
