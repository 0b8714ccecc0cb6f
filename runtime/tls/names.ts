import { BlockList, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { isHostName } from '../http/host-rule.ts';
import type { Names } from './certificate.ts';

/** Addresses that mean nothing to other machines: every machine has such ones of its own. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
const linkLocal6 = new BlockList();
linkLocal6.addSubnet('fe80::', 10, 'ipv6');

/** A certificate for more would be slow to send. */
const MOST = 40;

/** What clients can call this machine: the names given, its own, localhost, loopback and the addresses it has now. */
export function findNames(given: readonly string[], interfaces = networkInterfaces(), own = hostname()): Names {
  const here = Object.values(interfaces).flatMap((all) => all ?? []);
  const outward = here
    .map(({ address }) => address)
    .filter(isOutward)
    .sort();
  const named = given.map((name) => name.toLowerCase().replace(/^\[(.*)\]$/, '$1'));
  const hosts = ['localhost', own.toLowerCase(), ...named.filter((name) => isIP(name) === 0)];
  return {
    hosts: [...new Set(hosts.filter(isUsable))].slice(0, MOST),
    addresses: [...new Set(['127.0.0.1', '::1', ...named.filter((name) => isIP(name) > 0), ...outward])].slice(0, MOST),
  };
}

/** A name as certificates write it (RFC 5280, section 4.2.1.6): no underscore, no number at its end, since that would be an address. */
export function isUsable(host: string): boolean {
  return isHostName(host) && !host.includes('_') && !/(^|\.)\d+$/.test(host);
}

function isOutward(address: string): boolean {
  if (isIP(address) === 4) return !address.startsWith('127.') && !linkLocal.check(address, 'ipv4');
  return isIP(address) === 6 && address !== '::1' && !linkLocal6.check(address, 'ipv6');
}

/** An IP address in network byte order: 4 or 16 bytes. */
export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes every IPv6 address in its one canonical form (RFC 5952).
  const canonical = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap: string[] = new Array(8 - before.length - after.length).fill('0');
  const bytes = Buffer.alloc(16);
  [...before, ...gap, ...after].forEach((group, at) => void bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2));
  return bytes;
}

/** An address with its mask, as name constraints write it (RFC 5280, section 4.2.1.10). Without `bits`, that one address. */
export function networkBytes(address: string, bits?: number): Buffer {
  const bytes = addressBytes(address);
  const mask = Buffer.alloc(bytes.length, 0xff);
  if (bits !== undefined) mask.fill(0, bits / 8);
  return Buffer.concat([bytes, mask]);
}
