/** Is a server who it says it is? Certificates are vouched for by this machine's authorities, or by a hash that a person gave. */
import { createHash, type X509Certificate } from 'node:crypto';
import { type ConnectionOptions, getCACertificates, type TLSSocket } from 'node:tls';
import type { ReadOptions } from '../options/options.ts';
import type { CERTIFICATE_OPTIONS } from '../options/shared.ts';
import { StorageError, UntrustedError } from '../storage.ts';

export interface CertificateRules {
  acceptAny: boolean;
  /** SHA-1 or SHA-256 in upper case, without colons. */
  hashes: readonly string[];
}

/** @throws StorageError for a hash that is none */
export function readCertificateRules(given: ReadOptions<keyof typeof CERTIFICATE_OPTIONS>): CertificateRules {
  return {
    acceptAny: given.flag('accept-any-ssl-certificate'),
    hashes: readHashes('accept-specified-ssl-hash', given.text('accept-specified-ssl-hash')),
  };
}

/** The hashes that an option lists. @throws StorageError for what is none */
export function readHashes(option: string, text = ''): readonly string[] {
  const hashes = text
    .split(/[,;\s]+/)
    .map((one) => one.replaceAll(':', '').toUpperCase())
    .filter((one) => one !== '');
  const wrong = hashes.find((one) => !/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(one));
  if (wrong !== undefined)
    throw new StorageError(
      'invalid',
      `--${option}: ${wrong.slice(0, 100)} is no SHA-1 or SHA-256 in hexadecimal digits`,
    );
  return hashes;
}

let known: string[] | undefined;

/** Node's authorities and those that the system's administrator added. */
function authorities(): string[] {
  known ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return known;
}

/** How a first connection is made: everything is let in, and judged before a byte is sent (`requireTrusted`). */
export function firstConnection(host: string): ConnectionOptions {
  return { host, ...(/[^0-9.:]/.test(host) ? { servername: host } : {}), ca: authorities(), rejectUnauthorized: false };
}

/**
 * Judges the certificate of a connection that is made, before anything is sent through it.
 * @throws UntrustedError with its hash, or StorageError where it is out of its time
 */
export function requireTrusted(socket: TLSSocket, where: string, { acceptAny, hashes }: CertificateRules): void {
  if (acceptAny || socket.authorized) return;
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) throw new StorageError('untrusted', `${where}: it shows no certificate; is it the right port?`);
  const now = Date.now();
  const isInTime = ({ validFrom, validTo }: X509Certificate) =>
    Date.parse(validFrom) <= now && now <= Date.parse(validTo);
  if (isInTime(certificate) && chainOf(certificate).some((one) => isInTime(one) && isListed(one, hashes))) return;
  const hash = sha1(certificate);
  const why =
    socket.authorizationError instanceof Error ? socket.authorizationError.message : `${socket.authorizationError}`;
  throw new UntrustedError(
    { kind: 'certificate', hash },
    `${where}: its certificate is not trusted (${why}); if it is the right one, give --accept-specified-ssl-hash=${hash}, or add its authority to this system`,
  );
}

/** How further connections to the same server are made: with the certificate of the first, or one that the authorities vouch for. */
export function furtherConnections(
  socket: TLSSocket,
  host: string,
  { acceptAny }: CertificateRules,
): ConnectionOptions {
  const first = firstConnection(host);
  if (acceptAny) return first;
  if (socket.authorized) return { ...first, rejectUnauthorized: true };
  const shown = socket.getPeerX509Certificate();
  return {
    ...first,
    rejectUnauthorized: true,
    allowPartialTrustChain: true,
    ...(shown ? { ca: [shown.toString()] } : {}),
    checkServerIdentity: (_host, { raw }) =>
      shown && raw.equals(shown.raw)
        ? undefined
        : new Error('the certificate is another than that of the first connection'),
  };
}

/** A certificate and those above it that were sent along and did sign it. */
function chainOf(certificate: X509Certificate): X509Certificate[] {
  const chain = [certificate];
  for (let one = certificate; chain.length < 10; ) {
    const issuer = one.issuerCertificate;
    if (!issuer || issuer.raw.equals(one.raw) || !one.checkIssued(issuer) || !one.verify(issuer.publicKey)) break;
    chain.push(issuer);
    one = issuer;
  }
  return chain;
}

function isListed(certificate: X509Certificate, hashes: readonly string[]): boolean {
  const sha256 = createHash('sha256').update(certificate.raw).digest('hex').toUpperCase();
  return hashes.includes(sha1(certificate)) || hashes.includes(sha256);
}

/** As Duplicati and Windows name a certificate. */
function sha1(certificate: X509Certificate): string {
  return createHash('sha1').update(certificate.raw).digest('hex').toUpperCase();
}
