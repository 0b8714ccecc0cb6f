import { isIP } from 'node:net';
import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { isUsable } from './names.ts';

export type TlsOption =
  | 'webservice-sslcertificatefile'
  | 'webservice-sslcertificatekeyfile'
  | 'webservice-sslcertificatepassword'
  | 'webservice-sslcertificatepassword-file'
  | 'webservice-remove-sslcertificate'
  | 'webservice-disable-https'
  | 'configure-https'
  | 'configure-https-hostnames';

/** How the server is reached with https://. */
export const tlsOptions: readonly Option<TlsOption>[] = [
  {
    name: 'webservice-sslcertificatefile',
    value: 'FILE',
    help: 'Serve https:// with this certificate and its key: a PFX (PKCS #12) or PEM. It is kept in the settings, encrypted, and read again when the file changes.',
  },
  {
    name: 'webservice-sslcertificatekeyfile',
    value: 'FILE',
    help: 'The private key in PEM, when it is not in the file of the certificate.',
  },
  {
    name: 'webservice-sslcertificatepassword',
    value: 'PASSWORD',
    secret: true,
    help: 'What the PFX or the private key is encrypted with.',
  },
  {
    name: 'webservice-sslcertificatepassword-file',
    value: 'FILE',
    help: 'File that holds it, as --webservice-sslcertificatepassword would.',
  },
  {
    name: 'webservice-remove-sslcertificate',
    help: 'Forget the certificate that was given or made before: serve http://.',
  },
  { name: 'webservice-disable-https', help: 'Serve http:// although there is a certificate.' },
  {
    name: 'configure-https',
    help: 'Serve https:// with a certificate of our own, which is renewed by itself, from now on. Clients trust it once they trust the authority in the file https-authority.pem of the data folder.',
  },
  {
    name: 'configure-https-hostnames',
    value: 'NAMES',
    help: 'With --configure-https: further host names and IP addresses that the certificate is for, separated by semicolons. The server answers to them.',
  },
];

/** @throws UserError (2) */
export function readCertificateNames(given: Given<TlsOption>): string[] {
  const names = (given.text('configure-https-hostnames') ?? '')
    .split(/[;,]/)
    .map((one) =>
      one
        .trim()
        .toLowerCase()
        .replace(/^\[(.*)\]$/, '$1'),
    )
    .filter(Boolean);
  for (const name of names) {
    if (isUsable(name) || (isIP(name) > 0 && !name.includes('%'))) continue;
    throw new UserError(`--configure-https-hostnames: "${name}" is neither a host name nor an IP address`, 2);
  }
  return names;
}
