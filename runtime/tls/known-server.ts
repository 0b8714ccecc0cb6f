import { X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';

/** The certificate in use (PEM), by which programs that can read the data folder know the server; not there with plain http. */
export const CERTIFICATE_FILE = 'https-certificate.pem';

/**
 * How to connect to a server whose certificate is known: it must show this very one and prove its key, and it must be in time. Names do
 * not count, since the certificate may be for names that this machine does not reach itself by; nor does any other authority.
 * @param certificate PEM, from the data folder of the server.
 */
export function knowServer(certificate: string): ConnectionOptions {
  const known = new X509Certificate(certificate);
  return {
    ca: [certificate],
    // The certificate itself is the anchor, although it is no authority's.
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    checkServerIdentity: (_host, { raw }) =>
      known.raw.equals(raw) ? undefined : new Error('it shows another certificate than the server of this machine'),
  };
}
