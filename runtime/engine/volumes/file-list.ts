/** `filelist.json` of a dlist: every entry of one version, read and written one by one. */
import { isHashText } from './hash-text.ts';
import { jsonElements } from './json-elements.ts';
import { asObject, countOf, jsonText, textOf, withoutMark } from './json-text.ts';
import { formatTime, parseTime } from './time-text.ts';
import { damaged } from './volume-error.ts';

export const FILE_LIST = 'filelist.json';
/** Most bytes of one entry: 67 million blocks of a file have 2 million blocklists at blocks of 1 KiB, of 47 bytes each. */
const LONGEST_ENTRY = 128 << 20;

/** Bytes by their hash (base64) and where their blocks stand. */
export interface Stream {
  hash: string;
  size: number;
  /** Hashes of the blocklists, of streams of more than one block. */
  blocklists?: string[];
  /** Hash of the only block, where it is hashed otherwise than the whole. */
  blockhash?: string;
}

/** A folder's path ends with its separator. */
export type ListEntry = { path: string; metadata?: Stream } & (
  | { type: 'Folder' | 'Symlink' }
  /** `time` in seconds since 1970. */
  | { type: 'File'; time: number; content: Stream }
);

/** All entries but those of a type that is not known, which are skipped as Duplicati does. @throws VolumeError */
export async function* readFileList(parts: AsyncIterable<Buffer>): AsyncGenerator<ListEntry> {
  for await (const element of jsonElements(unmarked(parts), LONGEST_ENTRY)) {
    const entry = entryOf(asObject(element, 'an entry of its list'));
    if (entry) yield entry;
  }
}

/** The text of all entries, with its byte order mark, in parts. Names come in the order that Duplicati's reader wants. */
export function* writeFileList(entries: Iterable<ListEntry>): Generator<string> {
  yield '\ufeff[';
  let separator = '';
  for (const entry of entries) {
    yield separator + jsonText(elementOf(entry));
    separator = ',';
  }
  yield ']';
}

async function* unmarked(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const part of parts) {
    yield isFirst ? withoutMark(part) : part;
    isFirst = false;
  }
}

function entryOf(object: Record<string, unknown>): ListEntry | undefined {
  const path = textOf(object, 'path', 'an entry of its list');
  const type = TYPES.get(textOf(object, 'type', path).toLowerCase());
  if (type === undefined) return undefined;
  const metadata = 'metahash' in object ? { metadata: streamOf(object, METADATA, path) } : {};
  if (type !== 'File') return { type, path, ...metadata };
  const time = parseTime(textOf(object, 'time', path));
  if (time === undefined) throw damaged(`${path} has no time`);
  return { type, path, time, content: streamOf(object, CONTENT, path), ...metadata };
}

/** Read without regard to case. */
const TYPES: ReadonlyMap<string, ListEntry['type']> = new Map([
  ['file', 'File'],
  ['folder', 'Folder'],
  ['symlink', 'Symlink'],
]);

const CONTENT = { hash: 'hash', size: 'size', blocklists: 'blocklists', blockhash: 'blockhash' } as const;
const METADATA = {
  hash: 'metahash',
  size: 'metasize',
  blocklists: 'metablocklists',
  blockhash: 'metablockhash',
} as const;

function streamOf(object: Record<string, unknown>, names: typeof CONTENT | typeof METADATA, path: string): Stream {
  const stream: Stream = { hash: textOf(object, names.hash, path), size: countOf(object, names.size, path) };
  const lists = object[names.blocklists];
  if (lists !== undefined) {
    if (!Array.isArray(lists) || !lists.every((list) => typeof list === 'string'))
      throw damaged(`${path} has broken blocklists`);
    stream.blocklists = lists;
  }
  if (object[names.blockhash] !== undefined) stream.blockhash = textOf(object, names.blockhash, path);
  for (const hash of [stream.hash, ...(stream.blocklists ?? []), stream.blockhash ?? stream.hash]) {
    if (!isHashText(hash)) throw damaged(`${path} has ${JSON.stringify(hash.slice(0, 100))} for a hash`);
  }
  return stream;
}

function elementOf(entry: ListEntry): Record<string, unknown> {
  const { type, path, metadata } = entry;
  const element: Record<string, unknown> = { type, path };
  if (entry.type === 'File') {
    const { hash, size } = entry.content;
    Object.assign(element, { hash, size, time: formatTime(entry.time) });
  }
  if (metadata) {
    Object.assign(element, { metahash: metadata.hash, metasize: metadata.size });
    if (metadata.blocklists) element.metablocklists = metadata.blocklists;
    else if (metadata.blockhash !== undefined) element.metablockhash = metadata.blockhash;
  }
  if (entry.type !== 'File') return element;
  const { blocklists, blockhash, size } = entry.content;
  if (blocklists) element.blocklists = blocklists;
  else if (blockhash !== undefined) Object.assign(element, { blockhash, blocksize: size });
  return element;
}
