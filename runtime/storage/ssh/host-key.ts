/** Is this the server that was here before? Fingerprints of host keys, in the forms of Duplicati and OpenSSH. */
import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { UntrustedError } from '../storage.ts';

/** `ssh-ed25519 256 11:22:…`: algorithm, bits, and MD5 of the key, as Duplicati tells and takes it. */
export function describeHostKey(key: Buffer): string {
  const type = typeOf(key);
  const md5 = createHash('md5').update(key).digest('hex').match(/../g)!.join(':');
  return `${type} ${bitsOf(key, type)} ${md5}`;
}

/**
 * @param accepted what `ssh-fingerprint` says; undefined where it was not given
 * @throws UntrustedError with the fingerprint that was seen
 */
export function requireHostKey(key: Buffer, accepted: string | undefined, where: string): void {
  const reported = describeHostKey(key);
  const identity = { kind: 'host-key', reported, accepted } as const;
  if (accepted === undefined)
    throw new UntrustedError(
      identity,
      `${where}: its host key is not known here; if it is the right server, give --ssh-fingerprint="${reported}"`,
    );
  if (isAccepted(key, accepted)) return;
  throw new UntrustedError(
    identity,
    `${where}: its host key is another than before; somebody may stand between. If the server was set up anew, give --ssh-fingerprint="${reported}"`,
  );
}

function isAccepted(key: Buffer, accepted: string): boolean {
  const text = accepted.trim();
  const sha256 = createHash('sha256').update(key).digest('base64').replace(/=+$/, '');
  if (/^(\S+ \d+ )?SHA256:/.test(text))
    return (
      text
        .slice(text.indexOf('SHA256:') + 7)
        .split(' ', 1)[0]!
        .replace(/=+$/, '') === sha256
    );
  const [, family, md5] = /^(?:(\S+)\s+\d+\s+)?((?:[0-9a-f]{2}:){15}[0-9a-f]{2})$/i.exec(text) ?? [];
  if (md5 === undefined) return false;
  const [type = '', , own = ''] = describeHostKey(key).split(' ');
  return own === md5.toLowerCase() && (family === undefined || familyOf(family) === familyOf(type));
}

/** One RSA key has several names, by how it signs. */
function familyOf(type: string): string {
  return /^(ssh-rsa|rsa-sha2-(256|512))$/i.test(type) ? 'rsa' : type.toLowerCase();
}

const FAMILIES: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  rsa: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
};

/** Algorithms to be asked for first, so that a server with several keys shows the one that is known. */
export function preferredAlgorithms(accepted: string | undefined): readonly ServerHostKeyAlgorithm[] {
  const [type = ''] = (accepted ?? '').trim().split(/\s+/);
  return FAMILIES[familyOf(type)] ?? [];
}

/** The first string of the key's encoding (RFC 4253, 6.6). */
function typeOf(key: Buffer): string {
  return readPart(key, 0)
    .toString('latin1')
    .replace(/[^a-z0-9@.-]/gi, '?');
}

function bitsOf(key: Buffer, type: string): number {
  const curve = /nistp(\d+)$/.exec(type)?.[1];
  if (curve !== undefined) return Number(curve);
  if (type === 'ssh-ed25519') return 256;
  if (type !== 'ssh-rsa') return 0;
  const modulus = readPart(key, 2);
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first]!));
}

/** The n-th part, each with its length before it; empty where there is none. */
function readPart(key: Buffer, index: number): Buffer {
  let at = 0;
  for (let n = 0; at + 4 <= key.length; n++) {
    const length = key.readUInt32BE(at);
    if (n === index) return key.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return Buffer.alloc(0);
}
