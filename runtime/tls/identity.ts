import { X509Certificate } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** What a server shows and proves: a certificate with its chain, and the private key. */
export type Identity =
  /** PEM; the server's own certificate comes first. */
  | { kind: 'pem'; certificates: string; key: string }
  /** PKCS #12 (RFC 7292) in base64, with its password. */
  | { kind: 'pfx'; pfx: string; password: string };

/** Forward secrecy and authenticated encryption alone (RFC 9325, section 4.2); the first three are those of TLS 1.3. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** The context of new connections: TLS 1.2 and 1.3. @throws Error of OpenSSL's for what it cannot read. */
export function makeContext(identity: Identity): SecureContext {
  const held =
    identity.kind === 'pem'
      ? { cert: identity.certificates, key: identity.key }
      : { pfx: Buffer.from(identity.pfx, 'base64'), passphrase: identity.password };
  return createSecureContext({ ...held, minVersion: 'TLSv1.2', ciphers: CIPHERS, honorCipherOrder: true });
}

/** The certificate that a context shows, found by a handshake within this process: so it is proven to work, too. @throws Error */
export function readCertificate(secureContext: SecureContext): Promise<X509Certificate> {
  const [ours, theirs] = duplexPair();
  return new Promise((resolve, reject) => {
    const server = new TLSSocket(ours, { isServer: true, secureContext });
    const client = connect({ socket: theirs, rejectUnauthorized: false });
    const end = () => {
      server.destroy();
      client.destroy();
    };
    const fail = (thrown: Error) => {
      end();
      reject(thrown);
    };
    server.on('error', fail);
    client.on('error', fail);
    client.on('close', () => reject(new Error('no certificate was shown')));
    client.on('secureConnect', () => {
      const shown = client.getPeerX509Certificate();
      if (shown) resolve(new X509Certificate(shown.raw));
      end();
    });
  });
}
