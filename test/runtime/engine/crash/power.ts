/** Power that can be cut: a backup's database and its destination, each on a disk of its own, from which what was not written to it is gone. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import koffi from 'koffi';

export interface Power {
  /** A folder with `source`, which outlives a cut, `scratch`, and `remote`, on the other disk. */
  root: string;
  /** Both disks at once stop taking anything, and forget what they were only told. */
  cut(): void;
  /** The machine starts again: the file systems replay their journals. */
  start(): void;
  remove(): void;
}

/** FS_IOC_SHUTDOWN, and its way that writes nothing more, not even the journal (linux/fs.h, fs/ext4/ext4.h). */
const [SHUTDOWN, NO_LOG_FLUSH] = [0x8004587d, 2];
const MIB = 1024 * 1024;
const DISKS = ['database', 'destination'] as const;

/** Two disks of ext4, on loop devices. Needs root. */
export function connectPower(): Power {
  const folder = mkdtempSync(path.join(tmpdir(), 'power-'));
  const at = (...names: string[]) => path.join(folder, ...names);
  const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, void *argument)');
  const run = (program: string, ...args: string[]) => void execFileSync(program, args, { stdio: 'pipe' });
  const root = at('database', 'root');
  const connect = () => {
    for (const disk of DISKS) run('mount', '-o', 'loop', at(`${disk}.img`), at(disk));
  };
  const source = () => run('mount', '--bind', at('source'), path.join(root, 'source'));
  const disconnect = () => {
    run('umount', path.join(root, 'source'));
    for (const disk of DISKS) run('umount', at(disk));
  };
  for (const disk of DISKS) {
    mkdirSync(at(disk));
    writeFileSync(at(`${disk}.img`), '');
    truncateSync(at(`${disk}.img`), 96 * MIB);
    run('mkfs.ext4', '-q', '-F', at(`${disk}.img`));
  }
  connect();
  for (const name of ['source', 'database/root', 'database/root/source', 'database/root/scratch', 'destination/remote'])
    mkdirSync(at(name));
  symlinkSync(at('destination', 'remote'), path.join(root, 'remote'));
  run('sync');
  source();
  return {
    root,
    cut() {
      const handles = DISKS.map((disk) => openSync(at(disk), 'r'));
      const how = Buffer.from(new Uint32Array([NO_LOG_FLUSH]).buffer);
      for (const handle of handles) if (ioctl(handle, SHUTDOWN, how) !== 0) throw new Error('the power stays on');
      for (const handle of handles) closeSync(handle);
    },
    start() {
      disconnect();
      connect();
      source();
    },
    remove() {
      disconnect();
      rmSync(folder, { recursive: true });
    },
  };
}
