import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { watchConnections } from './connections.ts';
import { encryptConnections } from './encrypted.ts';

/** Addresses to listen on. `optional` ones may be missing on a machine (IPv6 switched off). */
export interface Interface {
  addresses: readonly { address: string; optional: boolean }[];
  /** True when only this machine can reach it. */
  isLoopback: boolean;
}

/** One port on all addresses of an interface. */
export interface Listener {
  port: number;
  addresses: readonly string[];
  /** Stops listening, lets requests under way end for `grace` milliseconds, then closes every connection. */
  close(grace: number): Promise<void>;
}

/** Reads `--webservice-interface`: `loopback`, `any` (also `all`, `*`) or an IP address. @throws UserError (2) for anything else. */
export function readInterface(text: string): Interface {
  const word = text.trim().toLowerCase();
  if (word === 'loopback' || word === 'localhost') {
    return { addresses: both('127.0.0.1', '::1'), isLoopback: true };
  }
  if (word === 'any' || word === 'all' || word === '*') return { addresses: both('0.0.0.0', '::'), isLoopback: false };
  const address = word.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0) {
    throw new UserError(`--webservice-interface: "${text}" is neither loopback, any nor an IP address`, 2);
  }
  const isLoopback = address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
  return { addresses: [{ address, optional: false }], isLoopback };
}

function both(v4: string, v6: string): Interface['addresses'] {
  return [
    { address: v4, optional: false },
    { address: v6, optional: true },
  ];
}

/** Reads `--webservice-port`: one to ten ports, to be tried in order. 0 stands for any free one. @throws UserError (2). */
export function readPorts(text: string): number[] {
  const ports = text.split(/[,;]/).map((part) => part.trim());
  for (const port of ports) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
      throw new UserError(`--webservice-port: "${text}" is not a port or a list of ports such as 8200,8300`, 2);
    }
  }
  return ports.slice(0, 10).map(Number);
}

/** Takes over connections whose requests ask for a WebSocket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** How TLS begins: the context of a new connection. */
export type FindContext = () => SecureContext;

/** Listens on the first port of the list that is free on every address. @throws UserError (100) when none is. */
export async function listenOnFirst(
  ports: readonly number[],
  on: Interface,
  answer: RequestListener,
  log: Log,
  upgrade?: Upgrade,
  context?: FindContext,
): Promise<Listener> {
  const failures: string[] = [];
  for (const port of ports) {
    try {
      return await listen(port, on, answer, log, upgrade, context);
    } catch (thrown) {
      if (!['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes(codeOf(thrown))) throw thrown;
      failures.push(describeFailure(port, thrown));
    }
  }
  const hint =
    'stop what uses it, or choose another port with --webservice-port (an address with --webservice-interface)';
  throw new UserError(`${failures.join('; ')}; ${hint}`, SERIOUS);
}

function describeFailure(port: number, thrown: unknown): string {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is in use by another program`,
    EACCES: `port ${port} may not be used by this account`,
    EADDRNOTAVAIL: `this machine does not have the address to listen on (port ${port})`,
  };
  return reasons[codeOf(thrown)] ?? messageOf(thrown);
}

async function listen(
  port: number,
  on: Interface,
  answer: RequestListener,
  log: Log,
  upgrade?: Upgrade,
  context?: FindContext,
): Promise<Listener> {
  const servers: { server: Server; drop: () => void; shown: string }[] = [];
  let chosen = port;
  try {
    for (const { address, optional } of on.addresses) {
      const { server, drop } = openHttp(answer, upgrade, context);
      try {
        chosen = await bind(server, chosen, address);
      } catch (thrown) {
        if (!optional || !['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(thrown))) throw thrown;
        log.information(`IPv6 is not available here, not listening on [${address}]`);
        continue;
      }
      servers.push({ server, drop, shown: isIP(address) === 6 ? `[${address}]:${chosen}` : `${address}:${chosen}` });
    }
  } catch (thrown) {
    for (const { server } of servers) server.close();
    throw thrown;
  }
  return {
    port: chosen,
    addresses: servers.map(({ shown }) => shown),
    close: async (grace) => {
      const timer = setTimeout(() => {
        for (const { drop } of servers) drop();
      }, grace);
      await Promise.all(servers.map(({ server }) => closeServer(server)));
      clearTimeout(timer);
    },
  };
}

/** A server that does not listen yet, and what closes its connections. Limits of every connection: whole head within 10 s, whole request within 30 s, 16 KiB of head with at most 64 fields. */
export function openHttp(
  answer: RequestListener,
  upgrade?: Upgrade,
  context?: FindContext,
): { server: Server; drop: () => void } {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
      // Any other protocol that is asked for is answered as a plain request, which HTTP allows (RFC 9110, section 7.8).
      shouldUpgradeCallback: ({ headers }) => upgrade !== undefined && headers.upgrade?.toLowerCase() === 'websocket',
      requireHostHeader: false, // judged by our own rule, with an answer that explains
    },
    answer,
  );
  server.maxHeadersCount = 64;
  if (upgrade) server.on('upgrade', upgrade);
  return { server, drop: watchConnections(server, undefined, context && encryptConnections(server, context)) };
}

function bind(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: address, ipv6Only: isIP(address) === 6 }, () => {
      server.removeListener('error', reject);
      const bound = server.address();
      resolve(bound !== null && typeof bound === 'object' ? bound.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
