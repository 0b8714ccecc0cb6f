import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** What node:fs cannot do with files: times finer than a double, extended attributes, holes. Paths and names are bytes. */
export interface FileCalls {
  /** Names of extended attributes, in the order of their bytes; of a link its own: llistxattr(2). None where the file system has none. @throws Error with a system's code */
  attributeNames(place: string | Buffer): Buffer[];
  /** The value of one, undefined where it is gone: lgetxattr(2). @throws Error with a system's code */
  attribute(place: string | Buffer, name: Buffer): Buffer | undefined;
  /** Modification and access time in nanoseconds since 1970: utimensat(2). Follows a link. @throws Error with a system's code */
  setTimes(place: string, modified: bigint): void;
  /** Gives something another name that nothing has yet: renameat2(2) with RENAME_NOREPLACE. @throws Error with a system's code: EEXIST, or EINVAL, ENOSYS, ENOTSUP where it is not to be had */
  renameNew(from: string | Buffer, to: string | Buffer): void;
  /** setxattr(2). Follows a link. @throws Error with a system's code */
  setAttribute(place: string, name: string | Buffer, value: Buffer): void;
  /** removexattr(2). Follows a link. @throws Error with a system's code */
  removeAttribute(place: string, name: string | Buffer): void;
  /** Where an open file has holes, first byte and the one behind the last: lseek(2). None where the file system does not tell. @throws Error with a system's code */
  holes(handle: number, size: number): [number, number][];
  /** Gives the room of these bytes back, which are zeros then: fallocate(2). @throws Error with a system's code */
  punchHole(handle: number, from: number, length: number): void;
}

// Linux, x64 and arm64 alike: fcntl.h, unistd.h, linux/fs.h, linux/falloc.h, asm-generic/errno.h
const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;
const [SEEK_DATA, SEEK_HOLE] = [3, 4];
const FALLOC_FL_PUNCH_HOLE_KEEP_SIZE = 3;
const [ENXIO, EINVAL, ENODATA, EOPNOTSUPP] = [6, 22, 61, 95];
const SECOND = 1_000_000_000n;
/** Linux's limits of all names and of one value (linux/limits.h, XATTR_LIST_MAX and XATTR_SIZE_MAX). */
const [LONGEST_LIST, LONGEST_VALUE] = [65536, 65536];

let calls: FileCalls | undefined;

/** @throws Error with a one-line reason when the addon or libc cannot be loaded, or on another system than Linux. */
export function loadFileCalls(): FileCalls {
  calls ??= load();
  return calls;
}

function load(): FileCalls {
  if (process.platform !== 'linux') throw new Error(`no libc edge for ${process.platform}`);
  const koffi_ = loadAddon('koffi.node') as typeof koffi; // the addon's exports are the module's; its version is pinned with the types
  const libc = koffi_.load('libc.so.6');
  const utimensat = libc.func('int utimensat(int dirfd, const void *path, const void *times, int flags)');
  const renameat2 = libc.func(
    'int renameat2(int olddirfd, const void *oldpath, int newdirfd, const void *newpath, unsigned int flags)',
  );
  const setxattr = libc.func(
    'int setxattr(const void *path, const void *name, const void *value, size_t size, int flags)',
  );
  const removexattr = libc.func('int removexattr(const void *path, const void *name)');
  const llistxattr = libc.func('long llistxattr(const void *path, void *list, size_t size)');
  const lgetxattr = libc.func('long lgetxattr(const void *path, const void *name, void *value, size_t size)');
  const lseek = libc.func('int64_t lseek(int fd, int64_t offset, int whence)');
  const fallocate = libc.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
  const list = Buffer.alloc(LONGEST_LIST);
  const value = Buffer.alloc(LONGEST_VALUE);
  const check = (call: string, result: number) => {
    if (result >= 0) return;
    const number = koffi_.errno();
    const code = Object.entries(koffi_.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
    throw Object.assign(new Error(`${call}: ${code}`), { code, syscall: call });
  };
  return {
    attributeNames(place) {
      const length = Number(llistxattr(terminated(place), list, list.length));
      if (length < 0 && koffi_.errno() === EOPNOTSUPP) return [];
      check('llistxattr', length);
      const names: Buffer[] = [];
      for (let at = 0, end = list.indexOf(0); at < length; at = end + 1, end = list.indexOf(0, at))
        names.push(Buffer.from(list.subarray(at, end)));
      return names.sort(Buffer.compare);
    },
    attribute(place, name) {
      const size = Number(lgetxattr(terminated(place), terminated(name), value, value.length));
      if (size < 0 && koffi_.errno() === ENODATA) return undefined;
      check('lgetxattr', size);
      return Buffer.from(value.subarray(0, size));
    },
    setTimes(place, modified) {
      const times = Buffer.alloc(32);
      // A time before 1970 has negative seconds, and nanoseconds that count forward.
      const nanoseconds = ((modified % SECOND) + SECOND) % SECOND;
      for (const at of [0, 16]) {
        times.writeBigInt64LE((modified - nanoseconds) / SECOND, at);
        times.writeBigInt64LE(nanoseconds, at + 8);
      }
      check('utimensat', utimensat(AT_FDCWD, terminated(place), times, 0));
    },
    renameNew(from, to) {
      check('renameat2', renameat2(AT_FDCWD, terminated(from), AT_FDCWD, terminated(to), RENAME_NOREPLACE));
    },
    setAttribute(place, name, value) {
      check('setxattr', setxattr(terminated(place), terminated(name), value, value.length, 0));
    },
    removeAttribute(place, name) {
      if (removexattr(terminated(place), terminated(name)) < 0 && koffi_.errno() !== ENODATA) check('removexattr', -1);
    },
    holes(handle, size) {
      const found: [number, number][] = [];
      for (let at = 0; at < size; ) {
        const hole = Number(lseek(handle, at, SEEK_HOLE));
        // A file system that knows nothing of holes.
        if (hole < 0 && [EINVAL, ENXIO, EOPNOTSUPP].includes(koffi_.errno())) break;
        check('lseek', hole);
        if (hole >= size) break;
        const data = Number(lseek(handle, hole, SEEK_DATA));
        if (data < 0 && koffi_.errno() !== ENXIO) check('lseek', data);
        at = data < 0 ? size : Math.min(data, size);
        found.push([hole, at]);
      }
      return found;
    },
    punchHole(handle, from, length) {
      check('fallocate', fallocate(handle, FALLOC_FL_PUNCH_HOLE_KEEP_SIZE, from, length));
    },
  };
}

function terminated(text: string | Buffer): Buffer {
  return typeof text === 'string' ? Buffer.from(`${text}\0`) : Buffer.concat([text, Buffer.alloc(1)]);
}
