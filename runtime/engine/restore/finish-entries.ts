/** Files get their names, links and folders are made, and all of them what their metadata says. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { codeOf, messageOf } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { LARGEST_METADATA, type Metadata, readMetadata } from '../volumes/metadata.ts';
import { applyMetadata } from './apply-metadata.ts';
import { namesOf, type Wanted, wantedEntries } from './choose-entries.ts';
import type { Shortfall } from './restore.ts';
import type { Target } from './target.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

export interface FinishOrder {
  prefix: string;
  manifest: Manifest;
  permissions: boolean;
  overwrite: boolean;
  /** The temporary name of an entry's file. */
  written(entry: number): string;
}

/** In this order: nothing is written into a folder, or through a link, that has got its last form already. */
export function finishEntries(
  database: LocalDatabase,
  target: Target,
  order: FinishOrder,
): { bytes: number; shortfalls: Shortfall[] } {
  const shortfalls: Shortfall[] = [];
  const metadataOf = metadataReader(database);
  const content = contentReader(database, order.manifest);
  let bytes = 0;

  function finish(
    wanted: Wanted,
    make: (names: string[], metadata: Metadata | undefined) => string[] | undefined,
  ): void {
    const { path } = wanted;
    try {
      const names = namesOf(path, order.prefix);
      const metadata = metadataOf(wanted.metadata);
      const made = make(names, metadata instanceof Error ? undefined : metadata);
      if (!made) return;
      if (metadata instanceof Error) shortfalls.push({ path, kind: 'partly', message: metadata.message });
      else if (metadata) {
        const isFolderRoot = made.length === 0;
        const place = isFolderRoot ? `${target.root}/.` : target.at(made);
        for (const message of applyMetadata(place, wanted, metadata, order.permissions))
          shortfalls.push({ path, kind: 'partly', message });
      }
    } catch (thrown) {
      shortfalls.push({ path, kind: 'lost', message: messageOf(thrown) });
    }
  }

  for (const file of wantedEntries(database, 'File', 'path')) {
    finish(file, (names) => {
      const temporary = target.at([...names.slice(0, -1), order.written(file.entry)]);
      const { size, hash, why } = content(file.content);
      const complaint = why ?? (size === 0 ? makeEmpty(temporary) : differs(temporary, size, hash, order.manifest));
      if (complaint !== undefined) {
        rmSync(temporary, { force: true });
        shortfalls.push({ path: file.path, kind: 'lost', message: complaint });
        return undefined;
      }
      const free = freeNames(target, names, order, (place) => differs(place, size, hash, order.manifest) === undefined);
      renameSync(temporary, target.at(free));
      bytes += size;
      return free;
    });
  }
  for (const link of wantedEntries(database, 'Symlink', 'path')) {
    finish(link, (names, metadata) => {
      if (metadata?.linkTarget === undefined) throw new Error('where the link points to is lost');
      const place = target.at(names);
      if (lstatSync(place, { throwIfNoEntry: false })) {
        if (!order.overwrite) throw new Error('something of this name is there; it was kept');
        rmSync(place);
      }
      symlinkSync(metadata.linkTarget, place);
      return names;
    });
  }
  for (const folder of wantedEntries(database, 'Folder', 'path DESC')) {
    finish(folder, (names) => {
      if (names.length > 0) makeFolder(target.at(names));
      return names;
    });
  }
  return { bytes, shortfalls };
}

/** The place itself, or where something else stands in it and is to be kept, a name with a date, as Duplicati has it: `a.2026-11-22.txt`. */
function freeNames(
  target: Target,
  names: readonly string[],
  order: FinishOrder,
  isSame: (place: string) => boolean,
): string[] {
  const place = target.at(names);
  const there = lstatSync(place, { throwIfNoEntry: false });
  if (!there || (there.isFile() && (order.overwrite || isSame(place)))) return [...names];
  const name = names.at(-1)!;
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const day = new Date().toISOString().slice(0, 10);
  for (let n = 1; n < 1000; n++) {
    const other = [...names.slice(0, -1), `${stem}.${day}${n === 1 ? '' : ` (${n})`}${extension}`];
    const taken = lstatSync(target.at(other), { throwIfNoEntry: false });
    if (!taken || (taken.isFile() && isSame(target.at(other)))) return other;
  }
  throw new Error('a thousand files of this name are there');
}

function makeFolder(place: string): void {
  try {
    mkdirSync(place, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST' || !lstatSync(place).isDirectory()) throw thrown;
  }
}

function makeEmpty(place: string): undefined {
  closeSync(openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
}

/** Undefined when a file has this size and hash. */
function differs(place: string, size: number, hash: Buffer, manifest: Manifest): string | undefined {
  let handle: number;
  try {
    handle = openSync(place, O_RDONLY | O_NOFOLLOW);
  } catch (thrown) {
    return `it was not written (${messageOf(thrown)})`;
  }
  try {
    const digest = createHash(nodeHash(manifest.fileHash));
    const buffer = Buffer.allocUnsafe(1 << 20);
    let read = 0;
    for (let count = -1; count !== 0; read += count) {
      count = readSync(handle, buffer, 0, buffer.length, null);
      digest.update(buffer.subarray(0, count));
    }
    return read === size && digest.digest().equals(hash) ? undefined : 'what was put together has another hash';
  } finally {
    closeSync(handle);
  }
}

function contentReader(database: LocalDatabase, { blocksize }: Manifest) {
  const stream = database.prepare('SELECT size, hash FROM stream WHERE id = ?');
  const unread = database.prepare(
    'SELECT why FROM unread JOIN stream_block ON stream_block.block = unread.block WHERE stream = ? LIMIT 1',
  );
  const count = database.prepare('SELECT count(*) AS blocks FROM stream_block WHERE stream = ?');
  return (id: number): { size: number; hash: Buffer; why?: string } => {
    const { size, hash } = stream.get(id) ?? {};
    const [bytes, digest] = [Number(size), Buffer.from(hash instanceof Uint8Array ? hash : [])];
    const lost = unread.get(id)?.why;
    if (lost !== undefined) return { size: bytes, hash: digest, why: `a block of it is lost: ${lost}` };
    if (Number(count.get(id)?.blocks) < Math.ceil(bytes / blocksize)) {
      return { size: bytes, hash: digest, why: 'which blocks it has is lost: a blocklist of it is nowhere' };
    }
    return { size: bytes, hash: digest };
  };
}

/** The metadata of a stream, undefined where there is none, an error where it is lost. */
function metadataReader(database: LocalDatabase) {
  const parts = database.prepare('SELECT bytes FROM metadata_part WHERE stream = ? ORDER BY position');
  const size = database.prepare('SELECT size FROM stream WHERE id = ?');
  return (stream: number): Metadata | Error | undefined => {
    if (stream === 0) return undefined;
    const whole = Number(size.get(stream)?.size);
    if (whole > LARGEST_METADATA) return new Error('its metadata is too large');
    const bytes = Buffer.concat(
      parts.all(stream).map(({ bytes: part }) => (part instanceof Uint8Array ? part : Buffer.alloc(0))),
    );
    if (bytes.length !== whole) return new Error('its metadata is lost');
    try {
      return readMetadata(bytes);
    } catch (thrown) {
      return new Error(messageOf(thrown));
    }
  };
}
