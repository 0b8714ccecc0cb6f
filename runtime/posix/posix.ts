import type koffi from 'koffi';
import { loadAddon } from '../paths.ts';

/** The foreign function interface, without its JavaScript part: that only finds the addon and adds deprecated names. */
type Koffi = typeof koffi;

/** Calls of libc that node:fs and node:net do not offer. */
export interface Posix {
  /**
   * Sends one datagram to a Unix socket: a path, or `@name` for Linux's abstract namespace (unix(7)).
   * @throws Error with the name of the failed call and its errno.
   */
  sendDatagram(address: string, message: Uint8Array): void;
}

// Linux, x64 and arm64 alike: bits/socket.h, asm-generic.
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** sizeof(sockaddr_un.sun_path). */
const LONGEST_PATH = 108;

/** @throws Error with a one-line reason when the addon or libc cannot be loaded, or on another system than Linux. */
export function loadPosix(): Posix {
  if (process.platform !== 'linux') throw new Error(`no libc edge for ${process.platform}`);
  const koffi = loadAddon('koffi.node') as Koffi; // the addon's exports are the module's; its version is pinned with the types
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const sendto = libc.func(
    'long sendto(int fd, const void *b, size_t n, int flags, const void *to, unsigned int size)',
  );
  const close = libc.func('int close(int fd)');

  const checked = (call: string, result: number): number => {
    if (result >= 0) return result;
    throw new Error(`${call} failed with errno ${koffi.errno()}`);
  };
  const open = () => checked('socket', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));

  return {
    sendDatagram(address, message) {
      const to = encodeUnixAddress(address);
      const fd = open();
      try {
        checked('sendto', sendto(fd, message, message.length, MSG_NOSIGNAL, to, to.length));
      } finally {
        close(fd);
      }
    },
  };
}

/** sockaddr_un: sun_family (2 bytes, host order), sun_path; an abstract name begins with a zero byte and is not terminated. */
function encodeUnixAddress(address: string): Buffer {
  const name = Buffer.from(address);
  const isAbstract = address.startsWith('@');
  if (!isAbstract && !address.startsWith('/')) throw new Error(`"${address}" is neither a path nor an abstract socket`);
  if (name.length + (isAbstract ? 0 : 1) > LONGEST_PATH) throw new Error('the socket address is too long');
  const encoded = Buffer.alloc(2 + name.length + (isAbstract ? 0 : 1));
  encoded.writeUInt16LE(AF_UNIX, 0);
  name.copy(encoded, 2);
  if (isAbstract) encoded[2] = 0;
  return encoded;
}
