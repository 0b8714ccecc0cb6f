import type { DebianArchive } from './pins.ts';

/** A place that serves an archive of Debian. */
export interface Mirror {
  archive: DebianArchive;
  /** Root of the archive (`dists/` and `pool/` are in it), without a trailing slash. May hold a user and password: never print it. */
  root: string;
  /** Keyring that the source names for its signatures. */
  keyring?: string;
}

interface Source {
  uris: readonly string[];
  suites: readonly string[];
  signedBy: string;
}

/**
 * Mirrors of Debian in apt's configuration, in its order.
 * @param files `*.list` and `*.sources` by path; other files may be there for `mirror+file:` to name.
 */
export function mirrorsOf(files: ReadonlyMap<string, string>): Mirror[] {
  const mirrors = new Map<string, Mirror>();
  for (const [path, text] of files) {
    const sources = path.endsWith('.sources') ? parseDeb822(text) : path.endsWith('.list') ? parseOneLine(text) : [];
    for (const source of sources) {
      for (const uri of source.uris.flatMap((uri) => followMirrorList(uri, files))) {
        for (const archive of archivesOf(source, uri)) {
          const keyring = /^\/\S+$/.test(source.signedBy) ? { keyring: source.signedBy } : {};
          const root = uri.replace(/\/+$/, '');
          if (!mirrors.has(`${archive} ${root}`)) mirrors.set(`${archive} ${root}`, { archive, root, ...keyring });
        }
      }
    }
  }
  return [...mirrors.values()];
}

/**
 * Others use the names of Debian's suites too, so that the address or the keyring must speak for it: `…/debian`, `…/debian-security`,
 * `debian-archive-keyring`.
 */
function archivesOf(source: Source, uri: string): DebianArchive[] {
  if (!/^https?:\/\/[^/]/.test(uri)) return [];
  const debian = /\/debian(-security)?\/*$/.test(uri) || /debian-archive/.test(source.signedBy);
  if (!debian) return [];
  const security = source.suites.map((suite) => /-security$|\/updates$/.test(suite));
  return [
    ...(security.includes(false) ? (['debian'] as const) : []),
    ...(security.includes(true) ? (['debian-security'] as const) : []),
  ];
}

/** `deb [arch=amd64 signed-by=…] URI SUITE COMPONENT…` (sources.list(5)). */
function parseOneLine(text: string): Source[] {
  const sources: Source[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/.exec(line.replace(/#.*/, ''));
    if (!match) continue;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(match[1] ?? '')?.[1] ?? '';
    sources.push({ uris: [match[2]!], suites: [match[3]!], signedBy });
  }
  return sources;
}

/** Stanzas of fields (sources.list(5), "DEB822-STYLE FORMAT"). */
function parseDeb822(text: string): Source[] {
  const sources: Source[] = [];
  for (const stanza of text.replaceAll(/^#.*\n?/gm, '').split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const match of stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
      fields.set(match[1]!.toLowerCase(), match[2]!.trim());
    }
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(no|false|off|0)$/i.test(fields.get('enabled') ?? '')) continue;
    sources.push({ uris: words('uris'), suites: words('suites'), signedBy: fields.get('signed-by') ?? '' });
  }
  return sources;
}

/** Paths of the files that `mirror+file:` addresses in a sources file name. */
export function mirrorListsOf(text: string): string[] {
  return [...text.matchAll(/mirror\+file:(?:\/\/)?(\/[^\s\]]+)/g)].map((match) => match[1]!);
}

/** Debian's cloud images name a file with an address a line. */
function followMirrorList(uri: string, files: ReadonlyMap<string, string>): string[] {
  const path = /^mirror\+file:(?:\/\/)?(\/.*)$/.exec(uri)?.[1];
  if (path === undefined) return [uri];
  return (files.get(path) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((word) => word !== '' && !word.startsWith('#'));
}
