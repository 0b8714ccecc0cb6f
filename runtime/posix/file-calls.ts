import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** What node:fs cannot do with files: times finer than a double, extended attributes. Paths are bytes; links are never followed. */
export interface FileCalls {
  /** Extended attributes by their names, sorted: llistxattr(2), lgetxattr(2). None where the file system has none. @throws Error with a system's code */
  attributes(path: Buffer): Map<string, Buffer>;
  /** Modification and access time in nanoseconds since 1970: utimensat(2). @throws Error with a system's code */
  setTimes(path: Buffer, modified: bigint): void;
  /** lsetxattr(2). @throws Error with a system's code */
  setAttribute(path: Buffer, name: string, value: Buffer): void;
}

// Linux, x64 and arm64 alike: fcntl.h
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
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
  const lsetxattr = libc.func(
    'int lsetxattr(const void *path, const char *name, const void *value, size_t size, int flags)',
  );
  const llistxattr = libc.func('long llistxattr(const void *path, void *list, size_t size)');
  const lgetxattr = libc.func('long lgetxattr(const void *path, const char *name, void *value, size_t size)');
  const list = Buffer.alloc(LONGEST_LIST);
  const value = Buffer.alloc(LONGEST_VALUE);
  const check = (call: string, result: number) => {
    if (result >= 0) return;
    const number = koffi_.errno();
    const code = Object.entries(koffi_.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
    throw Object.assign(new Error(`${call}: ${code}`), { code });
  };
  return {
    attributes(path) {
      const place = terminated(path);
      const length = Number(llistxattr(place, list, list.length));
      if (length < 0 && koffi_.errno() === koffi_.os.errno.EOPNOTSUPP) return new Map();
      check('llistxattr', length);
      const names = list
        .toString('utf8', 0, Math.max(length - 1, 0))
        .split('\0')
        .filter((name) => name !== '');
      const found = new Map<string, Buffer>();
      for (const name of names.sort()) {
        const size = Number(lgetxattr(place, name, value, value.length));
        // What went away since the names were read is not there.
        if (size < 0 && koffi_.errno() === koffi_.os.errno.ENODATA) continue;
        check('lgetxattr', size);
        found.set(name, Buffer.from(value.subarray(0, size)));
      }
      return found;
    },
    setTimes(path, modified) {
      const times = Buffer.alloc(32);
      // A time before 1970 has negative seconds, and nanoseconds that count forward.
      const nanoseconds = ((modified % SECOND) + SECOND) % SECOND;
      for (const at of [0, 16]) {
        times.writeBigInt64LE((modified - nanoseconds) / SECOND, at);
        times.writeBigInt64LE(nanoseconds, at + 8);
      }
      check('utimensat', utimensat(AT_FDCWD, terminated(path), times, AT_SYMLINK_NOFOLLOW));
    },
    setAttribute(path, name, value) {
      check('lsetxattr', lsetxattr(terminated(path), name, value, value.length, 0));
    },
  };
}

function terminated(path: Buffer): Buffer {
  return Buffer.concat([path, Buffer.alloc(1)]);
}
