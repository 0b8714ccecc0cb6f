import { randomBytes, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { UserError } from '../errors.ts';
import { type Endpoint, proveServer } from '../local/endpoint.ts';
import type { Connection } from './exchange.ts';
import { findSocketOwner } from './socket-owner.ts';

const WAY_OUT =
  'nothing was sent. Run this as root or as the account of the server, name its data folder with --server-datafolder, use https, or add --insecure if you know who answers there';

/**
 * Makes sure of who is at the other side before a secret goes over a connection: a server that has left us an endpoint file proves
 * itself; the certificate of another was judged already; without one, a program of root's or our own account must be there.
 * @throws UserError
 */
export async function makeSure(
  connection: Connection,
  url: URL,
  own: Endpoint | undefined,
  exitCode: number,
): Promise<void> {
  const problem = own
    ? await findProofProblem(connection, url, own)
    : url.protocol === 'https:'
      ? undefined
      : await findOwnerProblem(connection, url);
  if (problem !== undefined)
    throw new UserError(`Refusing to send a password or token to ${url.href}: ${problem}; ${WAY_OUT}`, exitCode);
}

async function findProofProblem(connection: Connection, url: URL, { key }: Endpoint): Promise<string | undefined> {
  const challenge = randomBytes(32).toString('base64url');
  const target = `${url.pathname.replace(/\/+$/, '')}/api/v1/auth/prove`;
  const { status, body } = await connection.send({ method: 'POST', target, body: { Challenge: challenge } });
  const { address, port } = connection.other;
  const wanted = Buffer.from(JSON.stringify({ Proof: proveServer(key, address, port, challenge) }));
  return status === 200 && body.length === wanted.length && timingSafeEqual(body, wanted)
    ? undefined
    : 'what listens there is not the server that this data folder belongs to';
}

async function findOwnerProblem(connection: Connection, url: URL): Promise<string | undefined> {
  if (!isLoopback(url)) return 'it would cross the network unencrypted';
  // Until a program has taken the connection up, it has no owner.
  await connection.send({ method: 'GET', target: '/health', patience: 5000 });
  const owner = findSocketOwner(connection.other, connection.ours);
  if (owner === undefined) return 'it cannot be told whose program listens there';
  return owner === 0 || owner === process.getuid?.()
    ? undefined
    : `account ${owner} listens there, which is neither root nor you`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for addresses of this machine, and for the name localhost, which ends nowhere else (RFC 6761, section 6.3). */
export function isLoopback({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? host === 'localhost' : loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

export function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}
