/** A way to a server that can be cut: bytes pass through, until they do not. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';

export interface Way {
  port: number;
  /** Ends every connection of this moment. */
  cut(): void;
  /** How often one was cut by `after`. */
  readonly cuts: number;
}

/**
 * @param after asked at each connection: after how many bytes, of both directions together, it is cut; undefined for never
 * @param port its own; any where none is given
 */
export async function startProxy(
  t: ExecutionContext,
  {
    to,
    host = '127.0.0.1',
    port = 0,
    after = () => undefined,
  }: { to: number; host?: string; port?: number; after?: () => number | undefined },
): Promise<Way> {
  const open = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(to, host);
    let left = after();
    // What a cut leaves hanging does not keep the process of the test.
    for (const one of [near, far]) one.unref();
    const end = () => {
      for (const one of [near, far]) {
        // As a router does that lost the connection: at once. Node waits with that for what is not written yet; of a socket that is half closed it
        // would never close the handle, and a thread with such a handle never ends.
        if (one.writableLength === 0 && !one.connecting && !one.writableEnded) one.resetAndDestroy();
        else one.destroy();
      }
    };
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('error', end).on('close', () => {
        open.delete(from);
        into.end();
      });
      from.on('end', () => into.end());
      from.on('data', (bytes: Buffer) => {
        if (left !== undefined) {
          left -= bytes.length;
          if (left <= 0) {
            cuts++;
            left = undefined;
            into.write(bytes.subarray(0, Math.max(0, bytes.length >> 1)));
            return setImmediate(end);
          }
        }
        if (!into.write(bytes)) {
          from.pause();
          into.once('drain', () => from.resume());
        }
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () => {
    for (const one of open) one.destroy();
  };
  t.teardown(() => {
    for (const one of open) one.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    cut,
    get cuts() {
      return cuts;
    },
  };
}
