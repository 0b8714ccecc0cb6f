import type { ConnectionOptions } from 'node:tls';
import { readBelieved, readEndpoint } from '../local/endpoint.ts';
import { listAuthorities } from '../tls/authorities.ts';
import { CERTIFICATE_FILE, knowServer } from '../tls/known-server.ts';

/**
 * What a server must show on a connection: the one of this machine the certificate that is in its data folder, where that can be read
 * and believed; every other one a certificate for its name, of an authority that this system trusts.
 */
export function trustFor(url: URL, folders: readonly string[]): ConnectionOptions {
  if (url.protocol !== 'https:') return {};
  const certificates = folders
    .filter((folder) => isHere(url, folder))
    .map((folder) => readBelieved(folder, CERTIFICATE_FILE));
  const certificate = certificates.find((one) => one !== undefined);
  return certificate === undefined ? { ca: listAuthorities(), minVersion: 'TLSv1.2' } : knowServer(certificate);
}

function isHere({ hostname }: URL, folder: string): boolean {
  if (/^(localhost|\[::1\]|127(\.\d{1,3}){3})$/i.test(hostname)) return true;
  return hostname === readEndpoint(folder)?.host;
}
