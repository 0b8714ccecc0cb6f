import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openSource } from '../host/byte-source.ts';
import type { Cache, CacheMeta } from '../host/cache.ts';
import { showPin } from '../host/debian/debian.ts';
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource, Unpacker } from '../model/format.ts';
import type { DebianPin } from '../model/lock.ts';
import type { Pick } from './base-picks.ts';

/** Reads a deb: the format's own reader, of which only this is needed. */
export type DebReader = (
  source: ByteSource,
  unpacker: Unpacker,
) => Promise<{ control: string; controlFiles: ReadonlyMap<string, Buffer>; data(): AsyncIterable<DebMember> }>;

export interface DebMember {
  path: string;
  kind: string;
  mode: number;
  size: number;
  to: string;
  data: AsyncIterable<Uint8Array>;
}

/** A file, or a link when `to` is not empty. */
export interface PickedMember {
  path: string;
  mode: number;
  to: string;
  bytes: Buffer;
}

/** What was wanted of a package. */
export interface PickedPackage {
  members: readonly PickedMember[];
  control: string;
  md5sums: string;
}

export interface PickOptions {
  cache: Cache;
  unpacker: Unpacker;
  readDeb: DebReader;
  /** The package as a file. */
  fetch(pin: DebianPin): Promise<string>;
}

const LARGEST_FILE = 64 << 20;

/**
 * The wanted files of a pinned package. Kept in the cache: unpacking takes longer than everything else that a warm build does.
 * @throws PackwrightError when a rule finds no file.
 */
export async function pickPackage(pick: Pick, pin: DebianPin, options: PickOptions): Promise<PickedPackage> {
  const rules = createHash('sha256')
    .update(pick.files.map((rule) => rule.source).join('\n'))
    .digest('hex');
  const key = `debian files 1 ${pin.sha256} ${rules}`;
  const kept = await options.cache.read(key);
  if (kept) return readKept(kept.meta, await readFile(kept.file));
  const source = await openSource(await options.fetch(pin), showPin(pin));
  try {
    const picked = await unpackPackage(pick, source, options);
    const bytes = picked.members.map((member) => member.bytes);
    await options.cache.write(key, bytes, metaOf(picked));
    return picked;
  } finally {
    await source.close();
  }
}

async function unpackPackage(pick: Pick, source: ByteSource, options: PickOptions): Promise<PickedPackage> {
  const where = source.name;
  const deb = await options.readDeb(source, options.unpacker);
  const members: PickedMember[] = [];
  const met = new Set<RegExp>();
  for await (const member of deb.data()) {
    const rule = pick.files.find((one) => one.test(member.path));
    if (!rule || member.kind === 'dir') continue;
    met.add(rule);
    members.push(await readMember(member, members, where));
  }
  for (const rule of pick.files) {
    if (met.has(rule)) continue;
    throw new PackwrightError(where, `it has no file like ${rule.source}`, 'mend build/stages/base-picks.ts');
  }
  return { members, control: deb.control, md5sums: deb.controlFiles.get('md5sums')?.toString('utf8') ?? '' };
}

async function readMember(member: DebMember, before: readonly PickedMember[], where: string): Promise<PickedMember> {
  const { path, kind, to, size } = member;
  if (size > LARGEST_FILE) throw new PackwrightError(where, `${path} is too large`);
  if (kind === 'link') return { path, mode: 0o777, to, bytes: Buffer.alloc(0) };
  const target = kind === 'hardlink' ? before.find((one) => one.path === to) : undefined;
  if (target) return { ...target, path };
  if (kind !== 'file') throw new PackwrightError(where, `${path} is a ${kind}, which has no place in an image's base`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of member.data) chunks.push(Buffer.from(chunk));
  // No set-user-ID and no writing by others, whatever the package says.
  return { path, mode: member.mode & 0o755, to: '', bytes: Buffer.concat(chunks) };
}

function metaOf({ members, control, md5sums }: PickedPackage): CacheMeta {
  return { members: members.map(({ path, mode, to, bytes }) => [path, mode, to, bytes.length]), control, md5sums };
}

function readKept(meta: CacheMeta, bytes: Buffer): PickedPackage {
  // The cache gives back what metaOf made: entries are sealed by their hash.
  const { members, control, md5sums } = meta as {
    members: [path: string, mode: number, to: string, size: number][];
    control: string;
    md5sums: string;
  };
  let at = 0;
  return {
    members: members.map(([path, mode, to, size]) => {
      at += size;
      return { path, mode, to, bytes: bytes.subarray(at - size, at) };
    }),
    control,
    md5sums,
  };
}
