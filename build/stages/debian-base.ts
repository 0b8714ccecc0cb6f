import type { Cache } from '../host/cache.ts';
import { fetchPin, openDebian, pinsOf } from '../host/debian/debian.ts';
import { bytesContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import { comparePaths, type Entry, type FileTree, fileTree, type Role } from '../model/file-tree.ts';
import type { Unpacker } from '../model/format.ts';
import type { DebianPin, Lock } from '../model/lock.ts';
import type { Arch } from '../model/target.ts';
import { APPLETS, basePicks, CERTIFICATES, shellPicks } from './base-picks.ts';
import { type DebReader, type PickedMember, type PickedPackage, pickPackage } from './pick-package.ts';

/** `scratch`: what Node needs and nothing else. `debian-shell`: also busybox, for people who want to look inside with `sh`. */
export type BaseVariant = 'scratch' | 'debian-shell';

export interface BaseOptions {
  variant: BaseVariant;
  cache: Cache;
  unpacker: Unpacker;
  readDeb: DebReader;
  /** Root of a mirror of Debian, instead of those of apt's configuration. */
  mirror?: string;
  /** True: nothing is fetched. */
  offline?: boolean;
}

/** The suite the pins are taken from: the newest stable release, so that its security updates go on the longest. */
export const BASE_SUITE = 'trixie';

const TRIPLETS: Readonly<Record<Arch, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const DAY = 86_400_000;

/** Names of the packages that `packwright lock` pins. */
export function basePackages(): string[] {
  return [...basePicks(''), ...shellPicks()].map((pick) => pick.package);
}

/**
 * The system below the payload, out of pinned Debian packages: libraries, certificates, time zones, licences, and what tells scanners
 * which versions they are (`/var/lib/dpkg/status.d`). Everything is in the layer `base`.
 * @throws PackwrightError when a package is not pinned, cannot be had, or lacks a file that it used to have.
 */
export async function baseTree(lock: Lock, arch: Arch, options: BaseOptions): Promise<FileTree> {
  const { cache, mirror, offline = false } = options;
  // Snapshots of the archive are taken some hours after its states.
  const at = Date.parse(lock.debian?.date ?? '') + DAY || 0;
  const access = await openDebian({ at, ...(mirror === undefined ? {} : { mirror }) });
  const fetch = (pin: DebianPin) => fetchPin(pin, { ...access, cache, offline });
  const shell = options.variant === 'debian-shell';
  const entries: Entry[] = [...FIXED, ...(shell ? APPLETS.map(appletLink) : [])];
  const pins = pinsOf(lock, arch);
  for (const pick of [...basePicks(TRIPLETS[arch]), ...(shell ? shellPicks() : [])]) {
    const pin = pins.get(pick.package);
    if (!pin) {
      const where = `packwright.lock.json: debian: ${arch}`;
      throw new PackwrightError(where, `the package ${pick.package} is not pinned`, 'run "packwright lock"');
    }
    entries.push(...placePackage(pin.package, await pickPackage(pick, pin, { ...options, fetch })));
  }
  return fileTree(
    entries.map((entry) => ({ ...entry, layer: 'base' as const })),
    'base of the image',
  );
}

/** The files that are wanted of a package, and its lines in dpkg's database, about those files alone. */
function placePackage(name: string, { members, control, md5sums }: PickedPackage): Entry[] {
  const entries: Entry[] = [];
  const certificates: PickedMember[] = [];
  for (const member of members) {
    const { path, to, mode, bytes } = member;
    const role = roleOf(path);
    if (CERTIFICATES.test(path)) certificates.push(member);
    else if (to !== '') entries.push({ path, kind: 'link', to, role });
    else entries.push({ path, kind: 'file', mode, role, content: bytesContent(bytes) });
  }
  if (certificates.length > 0) entries.push(bundleCertificates(certificates));
  const paths = new Set(entries.map((entry) => entry.path.slice(1)));
  const sums = md5sums.split('\n').filter((line) => paths.has(line.slice(line.indexOf('  ') + 2)));
  const status = `/var/lib/dpkg/status.d/${name}`;
  return [...entries, text(status, control), text(`${status}.md5sums`, sums.map((line) => `${line}\n`).join(''))];
}

/** What `update-ca-certificates` would make: all of them, one after the other, in the order of their names. */
function bundleCertificates(certificates: readonly PickedMember[]): Entry {
  const texts = certificates
    .toSorted((a, b) => comparePaths(a.path, b.path))
    .map(({ bytes }) => `${bytes.toString('latin1').trimEnd()}\n`);
  return text('/etc/ssl/certs/ca-certificates.crt', texts.join(''));
}

function roleOf(path: string): Role {
  if (path.startsWith('/usr/share/doc/') || path.startsWith('/usr/share/common-licenses/')) return 'licence';
  if (path.startsWith('/usr/bin/')) return 'program';
  return /\.so(\.|$)/.test(path) ? 'library' : 'data';
}

function appletLink(name: string): Entry {
  return { path: `/usr/bin/${name}`, kind: 'link', to: 'busybox', role: 'program' };
}

function text(path: string, content: string): Entry {
  return { path, kind: 'file', mode: 0o644, role: 'data', content: bytesContent(content) };
}

/** libc asks /etc/hosts before the name servers; accounts come from files alone. */
const NSSWITCH = ['passwd: files', 'group: files', 'shadow: files', 'hosts: files dns', 'networks: files'];

/** What Debian's packages make when they are installed, or leave to the installer. */
const FIXED: readonly Entry[] = [
  text('/etc/nsswitch.conf', NSSWITCH.map((line) => `${line}\n`).join('')),
  { path: '/root', kind: 'dir', mode: 0o700, role: 'data' },
  { path: '/tmp', kind: 'dir', mode: 0o1777, role: 'data' },
  { path: '/usr/sbin', kind: 'dir', mode: 0o755, role: 'data' },
  { path: '/var/tmp', kind: 'dir', mode: 0o1777, role: 'data' },
];
