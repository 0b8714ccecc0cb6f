import type { ExecutionContext } from 'ava';
import koffi from 'koffi';

/** A datagram socket at a path or an abstract name (`@name`), as the service manager has one; closed when the test ends. */
export function receiveDatagrams(t: ExecutionContext, address: string): { next(): Promise<string> } {
  const libc = koffi.load('libc.so.6');
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, const void *, unsigned int)');
  const recv = libc.func('long recv(int, _Out_ void *, size_t, int)');
  const close = libc.func('int close(int)');

  const name = Buffer.from(address.replace(/^@/, '\0'));
  const at = Buffer.concat([Buffer.from([1, 0]), name, Buffer.alloc(address.startsWith('@') ? 0 : 1)]); // AF_UNIX
  const fd: number = socket(1, 2, 0); // SOCK_DGRAM
  if (bind(fd, at, at.length) !== 0) throw new Error(`bind failed with errno ${koffi.errno()}`);
  t.teardown(() => close(fd));
  return {
    async next() {
      const buffer = Buffer.alloc(4096);
      for (;;) {
        const size: number = recv(fd, buffer, buffer.length, 0x40); // MSG_DONTWAIT
        if (size >= 0) return buffer.toString('utf8', 0, size);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
