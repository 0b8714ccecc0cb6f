import { getCACertificates } from 'node:tls';

let kept: string[] | undefined;

/** The authorities that connections to other machines trust: those that come with Node, and those of the system, among them what its administrator added. PEM. */
export function listAuthorities(): string[] {
  kept ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return kept;
}
