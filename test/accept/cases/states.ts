import type { Installer } from '../installer.ts';
import type { Subject } from '../subject.ts';

/** A line of the administrator's own in the service's settings. */
export const MARK = '# kept by the administrator';

/** rpm knows no purge: after a removal the data and the administrator's changed settings stay, and nothing else. */
export function isPurgeLeftover(installer: Installer, subject: Subject): RegExp[] {
  if (installer.purge) return [];
  const literal = (path: string) => path.replaceAll('.', '\\.');
  return [
    new RegExp(`^${literal(subject.state)}(/|$)`),
    new RegExp(`^${literal(installer.config(subject))}\\.rpmsave$`),
  ];
}
