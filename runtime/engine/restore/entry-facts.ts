/** What is known of entries when everything was fetched: what they should hold, and their metadata. */
import { messageOf } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Manifest } from '../volumes/manifest.ts';
import { LARGEST_METADATA, type Metadata, readMetadata } from '../volumes/metadata.ts';
import { type Wanted, wantedOf } from './choose-entries.ts';

export interface Content {
  size: number;
  hash: Buffer;
  /** Why it is not all there. */
  why?: string | undefined;
  /** True where it is one block, whose hash is its own. */
  isOneBlock: boolean;
}

export interface Facts {
  wanted: Wanted;
  content: Content;
  /** Undefined where there is none, an error where it is lost. */
  metadata: Metadata | Error | undefined;
}

type Row = Record<string, unknown>;
const PAGE = 1000;
/** Metadata that stays at hand: neighbours often have the same. */
const MOST_KNOWN = 500;

/** All entries of a type, page by page. @returns a function of the order: `path` or `path DESC`, folders before or after what is in them. */
export function factsReader(database: LocalDatabase, { blocksize }: Manifest) {
  const isSomeUnread = database.prepare('SELECT 1 FROM unread LIMIT 1').get() !== undefined;
  const unread = database.prepare(
    'SELECT why FROM unread JOIN stream_block ON stream_block.block = unread.block WHERE stream = ? LIMIT 1',
  );
  const parts = database.prepare('SELECT bytes FROM metadata_part WHERE stream = ? ORDER BY position');
  const known = new Map<number, Metadata | Error>();

  function contentOf({ content, size, hash, blocks, first }: Row): Content {
    const [bytes, digest] = [Number(size ?? Number.NaN), asBuffer(hash)];
    const lost = isSomeUnread ? unread.get(Number(content))?.why : undefined;
    const why =
      lost !== undefined
        ? `a block of it is lost: ${lost}`
        : Number(blocks) < Math.ceil(bytes / blocksize)
          ? 'which blocks it has is lost: a blocklist of it is nowhere'
          : undefined;
    return { size: bytes, hash: digest, why, isOneBlock: Number(blocks) === 1 && digest.equals(asBuffer(first)) };
  }
  function metadataOf(row: Row): Metadata | Error | undefined {
    const stream = Number(row.metadata);
    if (stream === 0) return undefined;
    let metadata = known.get(stream);
    if (metadata) return metadata;
    metadata = readParts(stream, Number(row.metadata_size));
    known.set(stream, metadata);
    for (const oldest of known.keys()) {
      if (known.size <= MOST_KNOWN) break;
      known.delete(oldest);
    }
    return metadata;
  }
  function readParts(stream: number, size: number): Metadata | Error {
    if (size > LARGEST_METADATA) return new Error('its metadata is too large');
    const bytes = Buffer.concat(parts.all(stream).map(({ bytes: part }) => asBuffer(part)));
    if (bytes.length !== size) return new Error('its metadata is lost');
    try {
      return readMetadata(bytes);
    } catch (thrown) {
      return new Error(messageOf(thrown));
    }
  }
  return function* facts(type: Wanted['type'], order: 'path' | 'path DESC'): Generator<Facts> {
    // From the last row on: an offset would be counted anew for each page.
    const [than, least, direction] = order === 'path' ? ['>', '>=', 'ASC'] : ['<', '<=', 'DESC'];
    const select = `SELECT wanted.*, stream.size AS size, stream.hash AS hash, described.size AS metadata_size,
        (SELECT count(*) FROM stream_block WHERE stream = content) AS blocks,
        (SELECT block.hash FROM stream_block JOIN block ON block.id = block WHERE stream = content AND position = 0) AS first
      FROM wanted LEFT JOIN stream ON stream.id = content LEFT JOIN stream AS described ON described.id = metadata`;
    const end = `ORDER BY path ${direction}, entry ${direction} LIMIT ${PAGE}`;
    const first = database.prepare(`${select} WHERE type = ? ${end}`);
    const next = database.prepare(
      `${select} WHERE type = ? AND path ${least} ? AND (path, entry) ${than} (?, ?) ${end}`,
    );
    for (let rows = first.all(type); rows.length > 0; ) {
      for (const row of rows) yield { wanted: wantedOf(row), content: contentOf(row), metadata: metadataOf(row) };
      const { path, entry } = rows.at(-1)!;
      rows = next.all(type, path!, path!, entry!);
    }
  };
}

function asBuffer(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.alloc(0);
}
