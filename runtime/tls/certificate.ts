import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import * as der from './der.ts';
import { addressBytes, networkBytes } from './names.ts';

/** What a certificate is for: host names and IP addresses. */
export interface Names {
  hosts: readonly string[];
  addresses: readonly string[];
}

/** A certificate and its private key, both PEM. */
export interface Signed {
  certificate: string;
  key: string;
}

/** A certification authority, with its name (RFC 5280, Name, DER in base64) and what it may sign for. */
export interface Authority extends Signed {
  name: string;
  permitted: Names;
}

export const DAY = 86_400_000;
/** Clocks of clients may be behind this machine's. */
const TOLERANCE = 3_600_000;
const ECDSA_SHA256 = der.sequence(der.objectIdentifier('1.2.840.10045.4.3.2')); // RFC 5758, section 3.2
const SERVER_AUTH = der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.1'));

/**
 * A certification authority of this machine's own: ECDSA P-256, 10 years. It can sign for `permitted` and loopback alone (critical name
 * constraints, RFC 5280, section 4.2.1.10), only certificates of servers, and no further authority.
 */
export function makeAuthority(machine: string, permitted: Names, now: number): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = makeName(`Duplicati on ${machine.slice(0, 30)} ${keyId(publicKey).toString('hex', 0, 4)}`);
  return signAuthority(privateKey, name, permitted, now);
}

/**
 * The same authority for ten more years: its name, key and limits stay, so that clients that trust the one before accept what either
 * signed until that one ends.
 */
export function renewAuthority({ key, name, permitted }: Authority, now: number): Authority {
  return signAuthority(createPrivateKey(key), Buffer.from(name, 'base64'), permitted, now);
}

function signAuthority(privateKey: KeyObject, name: Buffer, permitted: Names, now: number): Authority {
  const publicKey = createPublicKey(privateKey);
  const id = keyId(publicKey);
  const single = permitted.addresses.filter((address) => !address.startsWith('127.') && address !== '::1');
  const networks = [
    networkBytes('127.0.0.0', 8),
    networkBytes('::1'),
    ...single.map((address) => networkBytes(address)),
  ];
  const subtrees = [
    ...permitted.hosts.map((host) => der.sequence(der.primitive(2, Buffer.from(host)))),
    ...networks.map((network) => der.sequence(der.primitive(7, network))),
  ];
  const certificate = issue({
    issuer: name,
    subject: name,
    publicKey,
    signer: privateKey,
    from: now - TOLERANCE,
    end: now + 3652 * DAY,
    extensions: [
      extension('2.5.29.19', true, der.sequence(der.booleanTrue(), der.integer(Buffer.from([0])))), // basicConstraints
      extension('2.5.29.15', true, der.bitString(Buffer.from([0x06]), 1)), // keyUsage: keyCertSign, cRLSign
      extension('2.5.29.37', false, SERVER_AUTH), // extKeyUsage
      extension('2.5.29.30', true, der.sequence(der.constructed(0, ...subtrees))), // nameConstraints: permittedSubtrees
      extension('2.5.29.14', false, der.octetString(id)), // subjectKeyIdentifier
    ],
  });
  return { certificate, key: writeKey(privateKey), name: name.toString('base64'), permitted };
}

/** A server certificate of 90 days, never longer than its authority's. */
export function makeServerCertificate(authority: Authority, signer: KeyObject, names: Names, now: number): Signed {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const alternatives = [
    ...names.hosts.map((host) => der.primitive(2, Buffer.from(host))),
    ...names.addresses.map((address) => der.primitive(7, addressBytes(address))),
  ];
  const certificate = issue({
    issuer: Buffer.from(authority.name, 'base64'),
    subject: makeName('Duplicati server'),
    publicKey,
    signer,
    from: now - TOLERANCE,
    end: Math.min(now + 90 * DAY, Date.parse(new X509Certificate(authority.certificate).validTo)),
    extensions: [
      extension('2.5.29.19', true, der.sequence()), // basicConstraints: no authority
      extension('2.5.29.15', true, der.bitString(Buffer.from([0x80]), 7)), // keyUsage: digitalSignature
      extension('2.5.29.37', false, SERVER_AUTH), // extKeyUsage
      extension('2.5.29.17', false, der.sequence(...alternatives)), // subjectAltName
      extension('2.5.29.14', false, der.octetString(keyId(publicKey))), // subjectKeyIdentifier
      extension('2.5.29.35', false, der.sequence(der.primitive(0, keyId(createPublicKey(signer))))), // authorityKeyIdentifier
    ],
  });
  return { certificate, key: writeKey(privateKey) };
}

interface Content {
  issuer: Buffer;
  subject: Buffer;
  publicKey: KeyObject;
  signer: KeyObject;
  from: number;
  end: number;
  extensions: readonly Buffer[];
}

/** Certificate and TBSCertificate (RFC 5280, section 4.1). @returns PEM */
function issue(content: Content): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x3f) | 0x40; // positive, and 16 bytes long
  const toBeSigned = der.sequence(
    der.constructed(0, der.integer(Buffer.from([2]))), // version 3
    der.integer(serial),
    ECDSA_SHA256,
    content.issuer,
    der.sequence(der.time(new Date(content.from)), der.time(new Date(content.end))),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    der.constructed(3, der.sequence(...content.extensions)),
  );
  const signature = sign('sha256', toBeSigned, content.signer);
  const bytes = der.sequence(toBeSigned, ECDSA_SHA256, der.bitString(signature));
  return new X509Certificate(bytes).toString();
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(id), ...(critical ? [der.booleanTrue()] : []), der.octetString(value));
}

/** A Name of one commonName. */
function makeName(text: string): Buffer {
  return der.sequence(der.setOf(der.sequence(der.objectIdentifier('2.5.4.3'), der.utf8String(text))));
}

/** The first 160 bits of a SHA-256 (RFC 7093, section 2). */
function keyId(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function writeKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string; // what is exported as PEM is text
}
