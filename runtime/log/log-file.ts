import { closeSync, fstatSync, mkdirSync, openSync, renameSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';

/** A log in a file, for a service that nobody reads standard error of. */
export interface LogFile {
  file: string;
  /** Appends one line. A full disk or a lost folder must not stop a backup: what cannot be written is dropped. */
  write(line: string): void;
  close(): void;
}

/** Bytes of a file before the next is begun, and how many of the older ones are kept beside it. */
const LIMITS = { bytes: 5 << 20, older: 4 };

/** Opens `<folder>/<name>.log` for appending; `<name>.1.log` is the last one before it. The folder is made when missing. @throws Error of node:fs. */
export function openLogFile(folder: string, name: string, limits: Readonly<typeof LIMITS> = LIMITS): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const nth = (index: number) => path.join(folder, index === 0 ? `${name}.log` : `${name}.${index}.log`);
  const file = nth(0);
  let descriptor: number | undefined;
  let size = 0;
  const open = () => {
    descriptor = openSync(file, 'a', 0o600);
    size = fstatSync(descriptor).size;
  };
  const close = () => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const turn = () => {
    close();
    try {
      for (let index = limits.older; index > 0; index--) moveIfThere(nth(index - 1), nth(index));
    } catch {
      truncateSync(file); // somebody holds a file open (Windows): better to lose lines than to fill the disk
    }
  };
  open();
  return {
    file,
    write(line) {
      try {
        if (size >= limits.bytes) turn();
        if (descriptor === undefined) open();
        size += writeSync(descriptor ?? 2, line);
      } catch {}
    },
    close,
  };
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
  }
}
