import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PackwrightError } from '../../model/errors.ts';
import type { Unpacker } from '../../model/format.ts';
import type { Lock } from '../../model/lock.ts';
import { proxyOf } from './apt-proxy.ts';
import { type Mirror, mirrorListsOf, mirrorsOf } from './apt-sources.ts';
import { getUrl, type MISSING } from './http-get.ts';
import { lockDebian } from './lock-debian.ts';
import type { DebianArchive } from './pins.ts';

export { fetchPin } from './fetch-pin.ts';
export { pinsOf, showPin } from './pins.ts';

/** How this machine reaches Debian. */
export interface DebianAccess {
  mirrors: readonly Mirror[];
  get(url: string, maxBytes: number): Promise<Buffer | typeof MISSING>;
}

export interface AccessOptions {
  /** Milliseconds since 1970: the state of the archive that is asked for where the mirrors have moved on. */
  at: number;
  /** Root of a mirror of `debian`, used instead of apt's; its neighbour `…-security` is the security archive. */
  mirror?: string;
  /** apt's folder. Default `/etc/apt`. */
  aptFolder?: string;
  env?: NodeJS.ProcessEnv;
}

const ARCHIVES: readonly DebianArchive[] = ['debian', 'debian-security'];
const DEFAULT_KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.gpg',
  '/usr/share/keyrings/debian-archive-keyring.pgp',
];

/** The mirror that was named, or those of apt's configuration with apt's proxy; then the archive of everything Debian ever had. */
export async function openDebian(options: AccessOptions): Promise<DebianAccess> {
  const folder = options.aptFolder ?? '/etc/apt';
  const sources = await readFiles([join(folder, 'sources.list'), ...(await listFiles(join(folder, 'sources.list.d')))]);
  const lists = await readFiles([...sources.values()].flatMap(mirrorListsOf));
  // apt.conf(5): the last word wins, and it is the single file's.
  const texts = await readFiles([...(await listFiles(join(folder, 'apt.conf.d'))), join(folder, 'apt.conf')]);
  const proxy = proxyOf([...texts.values()]);
  const env = options.env ?? process.env;
  const own =
    options.mirror === undefined
      ? withSecurity(mirrorsOf(new Map([...sources, ...lists])))
      : bothArchives(options.mirror);
  const snapshots = ARCHIVES.map((archive) => ({
    archive,
    root: `https://snapshot.debian.org/archive/${archive}/${snapshotTime(options.at)}`,
  }));
  return {
    mirrors: [...own, ...snapshots],
    get: (url, maxBytes) => getUrl(url, { maxBytes, proxyOf: proxy, env }),
  };
}

export interface RenewOptions extends Omit<AccessOptions, 'at'> {
  suite: string;
  packages: readonly string[];
  /** Path of the archive's keys. Default: those that apt's source or Debian's own package has. */
  keyring?: string;
  /** Milliseconds since 1970. */
  now: number;
  unpacker: Unpacker;
  report?: (line: string) => void;
}

/** Pins the newest packages anew, as far as there are newer ones: the whole of `packwright lock` for Debian but the file. */
export async function renewDebianPins(
  previous: Lock['debian'],
  options: RenewOptions,
): Promise<NonNullable<Lock['debian']>> {
  const { mirrors, get } = await openDebian({ ...options, at: options.now });
  const keyring = await readKeyring(mirrors, options.keyring);
  return lockDebian({ ...options, ...(previous ? { previous } : {}), mirrors, get, keyring });
}

/** `20260131T120000Z`, as snapshot.debian.org writes it. */
function snapshotTime(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
}

/**
 * The keys that Debian's archive signs with.
 * @param given path of a keyring, instead of the one apt's source or Debian's own package names.
 * @throws PackwrightError when there is none.
 */
export async function readKeyring(mirrors: readonly Mirror[], given?: string): Promise<Uint8Array> {
  if (given !== undefined) {
    return readFile(given).catch((cause) => {
      throw new PackwrightError(given, 'the keyring cannot be read', 'give a file with the keys of Debian', cause);
    });
  }
  const named = mirrors.flatMap((mirror) => (mirror.keyring === undefined ? [] : [mirror.keyring]));
  for (const path of new Set([...named, ...DEFAULT_KEYRINGS])) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes) return bytes;
  }
  throw new PackwrightError(
    'packwright lock',
    'this machine has no keys of the Debian archive, so that nothing could be trusted',
    'give them with --keyring FILE: Debian ships them in its package debian-archive-keyring',
  );
}

/** Every mirror of the archive keeps its security updates next to it. */
function withSecurity(mirrors: readonly Mirror[]): Mirror[] {
  if (mirrors.some((mirror) => mirror.archive === 'debian-security')) return [...mirrors];
  const neighbours = mirrors.filter((mirror) => mirror.root.endsWith('/debian'));
  return [...mirrors, ...neighbours.flatMap((mirror) => bothArchives(mirror.root)[1] ?? [])];
}

function bothArchives(root: string): Mirror[] {
  const debian = root.replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(debian) || !URL.canParse(debian)) {
    throw new PackwrightError(
      '--mirror',
      'it is no http or https address',
      'write it like https://mirror.example/debian',
    );
  }
  return [
    { archive: 'debian', root: debian },
    { archive: 'debian-security', root: `${debian}-security` },
  ];
}

/** In byte order, as apt reads them; none when there is no such folder. */
async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().map((name) => join(folder, name));
}

/** Texts by path. What is not there or not ours to read is left out, as apt does. */
async function readFiles(paths: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}
