/** Reads a binary package back and checks that its parts agree with each other. */
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import type { TarEntry } from '../archives/tar.ts';
import { decodeText, type OpenedDeb, readDebFiles } from './open.ts';

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'];
/** Bounds what is kept of the entries, in bytes: half a million of them. A few megabytes of headers compress to a few kilobytes. */
const MOST_KEPT = 128 << 20;
const KEPT_OF_ENTRY = 200;

/**
 * @param arches our architectures by Debian's words.
 * @throws PackwrightError with the member, and the byte or path, where the package is not sound.
 */
export async function readDeb(
  source: ByteSource,
  unpacker: Unpacker,
  arches: ReadonlyMap<string, Arch>,
): Promise<PackageFacts> {
  const deb = await readDebFiles(source, unpacker);
  const { fields } = deb;
  const arch = arches.get(fields.Architecture!);
  if (!arch) {
    const known = [...arches.keys()].join(', ');
    throw new PackwrightError(
      source.name,
      `is for the architecture ${fields.Architecture}`,
      `give a package for ${known}`,
    );
  }
  const conffiles = parseConffiles(deb, source.name);
  const md5sums = parseMd5sums(deb, source.name);
  const entries = await readEntries(deb, conffiles, md5sums, unpacker.digest, source.name);
  const scripts: Record<string, string> = {};
  for (const name of SCRIPTS) {
    const bytes = deb.controlFiles.get(name);
    if (bytes) scripts[name] = bytes.toString('utf8');
  }
  return {
    format: 'deb',
    name: fields.Package!,
    version: fields.Version!,
    trees: [{ arch, entries }],
    metadata: fields,
    scripts,
  };
}

/** Absolute paths. A flag before a path (`remove-on-upgrade`) says that the package no longer has it. */
function parseConffiles(deb: OpenedDeb, where: string): ReadonlySet<string> {
  const bytes = deb.controlFiles.get('conffiles');
  const paths = new Set<string>();
  if (!bytes) return paths;
  for (const line of decodeText(bytes, `${where}: conffiles`).split('\n')) {
    if (line.trim() === '' || line.startsWith('remove-on-upgrade ')) continue;
    const path = line.trimEnd();
    if (!path.startsWith('/'))
      throw new PackwrightError(`${where}: conffiles`, `${JSON.stringify(path)} is not absolute`);
    if (paths.has(path)) throw new PackwrightError(`${where}: conffiles`, `${path} comes twice`);
    paths.add(path);
  }
  return paths;
}

/** Digests by absolute path; nothing when the package keeps none. */
function parseMd5sums(deb: OpenedDeb, where: string): ReadonlyMap<string, string> | undefined {
  const bytes = deb.controlFiles.get('md5sums');
  if (!bytes) return undefined;
  const digests = new Map<string, string>();
  for (const line of decodeText(bytes, `${where}: md5sums`).split('\n')) {
    if (line === '') continue;
    const match = /^([0-9a-f]{32}) [ *](?:\.\/)?(.+)$/.exec(line);
    if (!match)
      throw new PackwrightError(`${where}: md5sums`, `${JSON.stringify(line.slice(0, 80))} is no digest and path`);
    const path = `/${match[2]}`;
    if (digests.has(path)) throw new PackwrightError(`${where}: md5sums`, `${path} comes twice`);
    digests.set(path, match[1]!);
  }
  return digests;
}

async function readEntries(
  deb: OpenedDeb,
  conffiles: ReadonlySet<string>,
  md5sums: ReadonlyMap<string, string> | undefined,
  digest: Unpacker['digest'],
  where: string,
): Promise<FactEntry[]> {
  const entries = new Map<string, FactEntry>();
  const digests = new Map<string, string>();
  let kept = 0;
  for await (const entry of deb.data()) {
    const at = `${where}: data.tar: ${entry.path}`;
    kept += KEPT_OF_ENTRY + entry.path.length + entry.to.length;
    if (kept > MOST_KEPT) throw new PackwrightError(`${where}: data.tar`, `has more than ${entries.size} entries`);
    checkPlace(entry, entries, at);
    const fact = await readEntry(entry, entries, conffiles, digests, digest, at);
    entries.set(entry.path, fact);
    if (fact.kind !== 'file' || !md5sums) continue;
    const listed = md5sums.get(entry.path);
    if (!listed && !conffiles.has(entry.path)) throw new PackwrightError(at, 'is not listed in md5sums');
    if (listed && listed !== digests.get(entry.path))
      throw new PackwrightError(at, 'has other bytes than md5sums says');
  }
  for (const path of md5sums?.keys() ?? []) {
    if (entries.get(path)?.kind !== 'file')
      throw new PackwrightError(where, `md5sums lists ${path}, which is no file of the package`);
  }
  for (const path of conffiles) {
    if (entries.get(path)?.kind !== 'file')
      throw new PackwrightError(where, `conffiles lists ${path}, which is no file of the package`);
  }
  entries.delete('/');
  return [...entries.values()];
}

/** dpkg makes no directory by itself, and never unpacks below a link of the same package. */
function checkPlace(entry: TarEntry, entries: ReadonlyMap<string, FactEntry>, at: string): void {
  if (entries.has(entry.path)) throw new PackwrightError(at, 'comes twice');
  const parent = entry.path.slice(0, entry.path.lastIndexOf('/'));
  if (parent !== '' && entries.get(parent)?.kind !== 'dir')
    throw new PackwrightError(at, `${parent} is no directory before it`);
}

/** A hard link is told as the file it is another name of. */
async function readEntry(
  entry: TarEntry,
  entries: ReadonlyMap<string, FactEntry>,
  conffiles: ReadonlySet<string>,
  digests: Map<string, string>,
  digest: Unpacker['digest'],
  at: string,
): Promise<FactEntry> {
  const flags = conffiles.has(entry.path) ? ['conffile'] : [];
  const owner = { user: entry.user || String(entry.uid), group: entry.group || String(entry.gid) };
  const common = { path: entry.path, mode: entry.mode, ...owner, size: 0, sha256: '', to: '', flags };
  switch (entry.kind) {
    case 'dir':
    case 'link':
      return { ...common, kind: entry.kind, to: entry.to };
    case 'hardlink': {
      const target = entries.get(entry.to);
      if (target?.kind !== 'file')
        throw new PackwrightError(at, `is a hard link to ${entry.to}, which is no file before it`);
      digests.set(entry.path, digests.get(entry.to) ?? '');
      return { ...target, path: entry.path, flags };
    }
    case 'file': {
      const [sha256 = '', md5 = ''] = await digest(entry.data, ['sha256', 'md5']);
      digests.set(entry.path, md5);
      return { ...common, kind: 'file', size: entry.size, sha256 };
    }
    default:
      throw new PackwrightError(at, `is a ${entry.kind} device or pipe, which no package of ours holds`);
  }
}
