import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** A log in a file. */
export interface LogFile {
  file: string;
  /** Appends one line. A full disk or a lost folder must not stop a backup: what cannot be written is dropped. */
  write(line: string): void;
  close(): void;
}

/** When a file makes place for the next, and which of the older ones beside it stay. */
export interface LogLimits {
  /** Bytes of a file before the next is begun. */
  bytes: number;
  /** How many older ones are kept. */
  older: number;
  /** Milliseconds: an older one goes when its last line is that old. A file is begun anew after a quarter of it, a week at most. */
  retention?: number;
}

const LIMITS: LogLimits = { bytes: 5 << 20, older: 4 };
const WEEK = 7 * 86_400_000;
/** Milliseconds between two looks at whether the file is still there and the older ones still wanted. */
const LOOK_EVERY = 60_000;

/** Opens `<folder>/<name>.log` for appending; `<name>.1.log` is the last one before it. The folder is made when missing. @throws Error of node:fs. */
export function openLogFile(folder: string, name: string, limits: LogLimits = LIMITS): LogFile {
  return openLogAt(path.join(folder, `${name}.log`), limits);
}

/**
 * Opens a file for appending, for this account alone; of `it.log`, `it.1.log` is the last one before it. One that somebody has moved away
 * is begun anew. @param now milliseconds since 1970. @throws Error of node:fs, and for what is no plain file.
 */
export function openLogAt(file: string, limits: LogLimits = LIMITS, now = Date.now): LogFile {
  const { dir, name, ext } = path.parse(file);
  const nth = (index: number) => (index === 0 ? file : path.join(dir, `${name}.${index}${ext}`));
  const oldest = Math.min(WEEK, (limits.retention ?? Number.POSITIVE_INFINITY) / 4);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let descriptor: number | undefined;
  let size = 0;
  let looked = Number.NEGATIVE_INFINITY;
  const open = () => {
    // No link is followed, and a pipe is not waited for: the folder may be one where others can make files.
    const how = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
    descriptor = openSync(file, how | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), 0o600);
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) {
      close();
      throw new Error(`${file} is not a plain file`);
    }
    size = stat.size;
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
  const look = () => {
    if (Math.abs(now() - looked) < LOOK_EVERY) return; // a clock that was set back must not stop it
    looked = now();
    const there = lstatSync(file, { throwIfNoEntry: false });
    if (descriptor !== undefined && there?.ino !== fstatSync(descriptor).ino) close();
    else if (size > 0 && there && limits.retention !== undefined && now() - there.birthtimeMs > oldest) turn();
    for (let index = 1; limits.retention !== undefined && index <= limits.older; index++) {
      const old = lstatSync(nth(index), { throwIfNoEntry: false });
      if (old?.isFile() && now() - old.mtimeMs > limits.retention) rmSync(nth(index), { force: true });
    }
  };
  open();
  return {
    file,
    write(line) {
      try {
        look();
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
