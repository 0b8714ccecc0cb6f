import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** What node:fs cannot do with files: times finer than a double, extended attributes. Paths are bytes; links are never followed. */
export interface FileCalls {
  /** Modification and access time in nanoseconds since 1970: utimensat(2). @throws Error with a system's code */
  setTimes(path: Buffer, modified: bigint): void;
  /** lsetxattr(2). @throws Error with a system's code */
  setAttribute(path: Buffer, name: string, value: Buffer): void;
}

// Linux, x64 and arm64 alike: fcntl.h
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const SECOND = 1_000_000_000n;

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
  const check = (call: string, result: number) => {
    if (result === 0) return;
    const number = koffi_.errno();
    const code = Object.entries(koffi_.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
    throw Object.assign(new Error(`${call}: ${code}`), { code });
  };
  return {
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
