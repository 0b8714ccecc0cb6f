/** The package's change log in Debian's syntax (deb-changelog(5), Debian Policy 4.4 and 12.7). */
import { constants, gzipSync } from 'node:zlib';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Package } from '../../build/model/package.ts';
import { parseVersion, type Version } from '../../build/model/version.ts';
import { foldWords } from './fold.ts';
import { debVersion } from './version.ts';

/** Where a native package keeps it (Policy 12.7). */
export function changelogPath(pkg: Package): string {
  return `/usr/share/doc/${pkg.name}/changelog.gz`;
}

/**
 * Releases, newest first. The package's own version always leads; what is no version (a heading such as "Unreleased") is left out.
 */
export function renderChangelog(pkg: Package): string {
  const own = debVersion(pkg.version);
  const releases: { version: string; epoch: number; lines: readonly string[] }[] = [];
  for (const entry of pkg.changelog) {
    const version = readVersion(entry.version);
    if (version) releases.push({ ...entry, version: debVersion(version) });
  }
  const current = releases.findIndex(({ version }) => version === own);
  const unnamed = { version: own, epoch: pkg.epoch, lines: [] };
  const entries = current < 0 ? [unnamed, ...releases] : releases.slice(current);
  const { name, email } = pkg.product.maintainer;
  return entries
    .map(({ version, epoch, lines }) => {
      const changes = lines.map((line) => `  * ${foldWords(line, 4).join('\n    ')}\n`);
      const body = changes.length > 0 ? changes.join('') : `  * Release ${version}.\n`;
      return `${pkg.name} (${version}) unstable; urgency=medium\n\n${body}\n -- ${name} <${email}>  ${renderDate(epoch)}\n`;
    })
    .join('\n');
}

function readVersion(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof PackwrightError) return undefined;
    throw error;
  }
}

/** `Sun, 22 Nov 2026 09:05:00 +0000`: RFC 5322, always in UTC. */
function renderDate(epoch: number): string {
  return new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
}

/** Gzip as `gzip -9n` writes it: no name, no time, and the same bytes on every host. */
export function gzipText(text: string): Uint8Array {
  const bytes = gzipSync(text, { level: constants.Z_BEST_COMPRESSION });
  // RFC 1952: byte 9 is the operating system zlib was built for; 3 is Unix.
  bytes[9] = 3;
  return bytes;
}
