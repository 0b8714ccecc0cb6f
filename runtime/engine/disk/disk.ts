import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** Everything that the engine changes on this machine's disks, but for its databases, whose library does that by itself. */
export interface Disk {
  /** A new file for this account alone. @throws the system's error, also when it is there */
  create(file: string): number;
  /** All bytes, at the file's end. */
  append(handle: number, bytes: Uint8Array): void;
  /** Returns when the file's bytes are on the disk. */
  sync(handle: number): void;
  close(handle: number): void;
  rename(from: string, to: string): void;
  /** Also when it is not there. */
  remove(file: string): void;
  /** With its parents, for this account alone. */
  makeFolder(folder: string): void;
}

export const systemDisk: Disk = {
  create: (file) => openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600),
  append(handle, bytes) {
    for (let done = 0; done < bytes.byteLength; ) done += writeSync(handle, bytes, done);
  },
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: (file) => rmSync(file, { force: true }),
  makeFolder: (folder) => void mkdirSync(folder, { recursive: true, mode: 0o700 }),
};
