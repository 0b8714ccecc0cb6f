import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a file that is readable by this account alone so that, whenever the machine stops, either the old one or the whole new one is
 * there. On Windows the folder hands its rights down.
 */
export function writeWhole(folder: string, name: string, text: string): void {
  const temporary = path.join(folder, `${name}.new`);
  rmSync(temporary, { force: true });
  const descriptor = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path.join(folder, name));
  syncFolder(folder);
}

/** Makes a rename or a removal in a folder last. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened for that
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
