import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findFileProblem } from '../service/private-file.ts';
import { writeWhole } from '../service/write-whole.ts';

/** What a running server leaves in its data folder for those who may read it. */
export interface Endpoint {
  port: number;
  scheme: 'http' | 'https';
  /** The address to call it by, as URLs write it: loopback, or the only one that it listens on. */
  host: string;
  pid: number;
  /** 32 random bytes in base64url, new at each start: whoever proves to have it is this server. */
  key: string;
}

export const ENDPOINT_FILE = 'endpoint.json';
const LARGEST = 65_536;

/** Writes the endpoint file of a server (0600, whole or not at all). */
export function writeEndpoint(folder: string, at: Pick<Endpoint, 'scheme' | 'host' | 'port'>): Endpoint {
  const { scheme, host, port } = at;
  const endpoint = { port, scheme, host, pid: process.pid, key: randomBytes(32).toString('base64url') } as const;
  writeWhole(folder, ENDPOINT_FILE, `${JSON.stringify(endpoint)}\n`);
  return endpoint;
}

export function removeEndpoint(folder: string): void {
  rmSync(path.join(folder, ENDPOINT_FILE), { force: true });
}

/** The endpoint file of a data folder; undefined where there is none that we may read and believe. */
export function readEndpoint(folder: string): Endpoint | undefined {
  const text = readBelieved(folder, ENDPOINT_FILE);
  try {
    return text === undefined ? undefined : parseEndpoint(text);
  } catch {
    return undefined; // not JSON
  }
}

/** What a small file of a server's data folder holds; undefined where there is none that we may read and believe. */
export function readBelieved(folder: string, name: string): string | undefined {
  const file = path.join(folder, name);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(descriptor);
    // Root reads what belongs to the account that the server runs as; nobody else may have had a hand in it.
    if (!stat.isFile() || stat.size > LARGEST || findFileProblem(file, ownerToTrust(stat.uid)) !== undefined)
      return undefined;
    return readFileSync(descriptor, 'utf8');
  } catch {
    return undefined; // not there, not ours to read
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The account whose files we believe: our own; for root, whichever account the server runs as. */
export function ownerToTrust(owner: number, us = process.getuid?.()): number | undefined {
  return us === 0 ? owner : us;
}

function parseEndpoint(text: string): Endpoint | undefined {
  const read: unknown = JSON.parse(text);
  if (typeof read !== 'object' || read === null) return undefined;
  const { port, scheme, host, pid, key } = read as Record<string, unknown>; // each member is judged below
  const isSound =
    typeof port === 'number' &&
    (scheme === 'http' || scheme === 'https') &&
    typeof host === 'string' &&
    typeof pid === 'number' &&
    typeof key === 'string' &&
    /^[\w-]{43}$/.test(key);
  return isSound ? { port, scheme, host, pid, key } : undefined;
}

/** Challenges are random: a proof cannot be kept and shown again. */
export const CHALLENGE = /^[\w-]{43}$/;

/**
 * What a server answers to a challenge: HMAC-SHA-256 over it and over the address and port the connection ends at, in base64url.
 * With those, nobody between can pass the challenge on to the server and the answer back: his own address is another.
 */
export function proveServer(key: string, address: string, port: number, challenge: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`this server|${address}|${port}|${challenge}`)
    .digest('base64url');
}
