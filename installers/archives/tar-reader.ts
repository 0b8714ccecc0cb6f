/**
 * Reads tar streams: ustar, pax and GNU, block by block, nothing kept but the current header.
 * Offsets within a 512-byte header: name 0, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156, link 157,
 * magic 257, user 265, group 297, prefix 345.
 */
import { PackwrightError } from '../../build/model/errors.ts';
import { type ByteCursor, byteCursor } from './byte-cursor.ts';
import { parsePaxRecords } from './pax-records.ts';

export type TarKind = 'file' | 'dir' | 'link' | 'hardlink' | 'char' | 'block' | 'fifo';

export interface TarEntry {
  /** Absolute and normalised: `./usr/bin/x`, `usr/bin/x` and `/usr/bin/x` are all `/usr/bin/x`; the archive's root is `/`. */
  path: string;
  kind: TarKind;
  /** The twelve permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Empty when the archive gives numbers alone. */
  user: string;
  group: string;
  /** Bytes of `data`; 0 for everything but files. */
  size: number;
  /** Whole seconds since 1970. */
  mtime: number;
  /** A link's text as written; a hard link's target, made absolute like `path`; empty for others. */
  to: string;
  /** Where `data` begins in the stream, in bytes. */
  offset: number;
  /** A file's bytes. To be read before the next entry is asked for; what is left then is skipped. */
  data: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
/** Longest pax header or GNU long name: extended attributes fit, an allocation bomb does not. */
const LONGEST_EXTENSION = 1 << 20;
/** Longest member name Linux can open (PATH_MAX). */
const LONGEST_PATH = 4096;

const KINDS: Readonly<Record<string, TarKind>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'link',
  '3': 'char',
  '4': 'block',
  '5': 'dir',
  '6': 'fifo',
};

/** What the extension headers before an entry say of it. */
interface Extensions {
  name?: string;
  to?: string;
  pax: ReadonlyMap<string, string>;
}

/**
 * The entries of a tar stream in their order.
 * @param where names the stream in errors, such as `x.deb: data.tar`.
 * @throws PackwrightError on a bad checksum or number, an unknown entry type, a name that is not UTF-8 or leaves the root, a stream that
 * ends early or goes on after its end.
 */
export async function* readTar(
  bytes: AsyncIterable<Uint8Array>,
  where: string,
): AsyncGenerator<TarEntry, void, undefined> {
  const cursor = byteCursor(bytes, where);
  try {
    const global = new Map<string, string>();
    let own: Extensions = { pax: new Map() };
    let pending = false;
    for (;;) {
      const at = `${where}: byte ${cursor.position}`;
      const header = await cursor.take(BLOCK);
      if (isZero(header)) {
        if (pending) throw new PackwrightError(at, 'the archive ends after an extension header');
        return await checkEnd(cursor, at);
      }
      checkSum(header, at);
      const type = String.fromCharCode(header[156]!);
      const size = numberField(header, 124, 12, 'size', at);
      if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
        const text = await takeExtension(cursor, size, at);
        if (type === 'L') own = { ...own, name: cutAtNul(text, at) };
        else if (type === 'K') own = { ...own, to: cutAtNul(text, at) };
        else if (type === 'x') own = { ...own, pax: parsePaxRecords(text, at) };
        else for (const [key, value] of parsePaxRecords(text, at)) global.set(key, value);
        if (type !== 'g') pending = true;
        continue;
      }
      yield* readEntry(cursor, header, { ...own, pax: new Map([...global, ...own.pax]) }, at);
      own = { pax: new Map() };
      pending = false;
    }
  } finally {
    await cursor.close();
  }
}

async function* readEntry(
  cursor: ByteCursor,
  header: Buffer,
  own: Extensions,
  at: string,
): AsyncGenerator<TarEntry, void, undefined> {
  const entry = decodeEntry(header, own, at);
  const offset = cursor.position;
  const run = cursor.run(entry.size);
  yield { ...entry, offset, data: run.bytes };
  await run.skip();
  const padding = await cursor.take((BLOCK - (entry.size % BLOCK)) % BLOCK);
  if (!isZero(padding)) throw new PackwrightError(at, `the padding after ${entry.path} is not zero`);
}

function decodeEntry(header: Buffer, own: Extensions, at: string): Omit<TarEntry, 'data' | 'offset'> {
  for (const key of own.pax.keys()) {
    if (key.startsWith('GNU.sparse.')) throw new PackwrightError(at, 'sparse files are not supported');
  }
  const type = String.fromCharCode(header[156]!);
  let kind = KINDS[type];
  if (!kind) throw new PackwrightError(at, `unknown entry type ${JSON.stringify(type)}`);
  const name = own.pax.get('path') ?? own.name ?? storedName(header, at);
  if (kind === 'file' && name.endsWith('/')) kind = 'dir';
  const path = absolutePath(name, at);
  const to = own.pax.get('linkpath') ?? own.to ?? textField(header, 157, 100, 'link', at);
  const size = paxNumber(own.pax, 'size', at) ?? numberField(header, 124, 12, 'size', at);
  if (kind !== 'file' && size !== 0) throw new PackwrightError(at, `${path} is a ${kind} with ${size} bytes of data`);
  if ((kind === 'link' || kind === 'hardlink') && to === '') throw new PackwrightError(at, `${path} links to nothing`);
  return {
    path,
    kind,
    mode: numberField(header, 100, 8, 'mode', at) & 0o7777,
    uid: paxNumber(own.pax, 'uid', at) ?? numberField(header, 108, 8, 'uid', at),
    gid: paxNumber(own.pax, 'gid', at) ?? numberField(header, 116, 8, 'gid', at),
    user: own.pax.get('uname') ?? textField(header, 265, 32, 'user', at),
    group: own.pax.get('gname') ?? textField(header, 297, 32, 'group', at),
    size,
    mtime: paxNumber(own.pax, 'mtime', at) ?? numberField(header, 136, 12, 'mtime', at),
    to: kind === 'hardlink' ? absolutePath(to, at) : kind === 'link' ? to : '',
  };
}

function storedName(header: Buffer, at: string): string {
  const name = textField(header, 0, 100, 'name', at);
  const posix = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = posix ? textField(header, 345, 155, 'prefix', at) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function absolutePath(name: string, at: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > LONGEST_PATH) {
    throw new PackwrightError(at, `${JSON.stringify(name.slice(0, 80))} is not a member name`);
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw new PackwrightError(at, `the member ${JSON.stringify(name)} leaves the archive's root`);
  return `/${parts.join('/')}`;
}

async function takeExtension(cursor: ByteCursor, size: number, at: string): Promise<Buffer> {
  if (size > LONGEST_EXTENSION) throw new PackwrightError(at, `an extension header of ${size} bytes is too long`);
  const text = await cursor.take(size);
  await cursor.take((BLOCK - (size % BLOCK)) % BLOCK);
  return text;
}

/** Two zero blocks end an archive; zeros may follow, up to any record size, and nothing else. */
async function checkEnd(cursor: ByteCursor, at: string): Promise<void> {
  const second = await cursor.take(BLOCK);
  if (!isZero(second)) throw new PackwrightError(at, 'a lone zero block in the middle of the archive');
  for await (const chunk of cursor.rest()) {
    if (!isZero(chunk)) throw new PackwrightError(at, 'bytes that are not zero follow the end of the archive');
  }
}

function checkSum(header: Buffer, at: string): void {
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  const stored = numberField(header, 148, 8, 'checksum', at);
  if (stored !== sum) throw new PackwrightError(at, `header checksum is ${sum}, the header says ${stored}`);
}

/** Octal digits ended by NUL or space, or GNU's base 256 marked by the high bit. An empty field is 0. */
function numberField(header: Buffer, offset: number, length: number, name: string, at: string): number {
  if ((header[offset]! & 0x80) !== 0) {
    let value = BigInt(header[offset]! & 0x7f);
    for (let i = 1; i < length; i++) value = (value << 8n) | BigInt(header[offset + i]!);
    if (header[offset] === 0x80 && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw new PackwrightError(at, `the field "${name}" is too large or negative`);
  }
  const text = header.toString('latin1', offset, offset + length);
  const match = /^ *([0-7]*)[ \0]*$/.exec(text);
  if (!match) throw new PackwrightError(at, `the field "${name}" is not an octal number: ${JSON.stringify(text)}`);
  return match[1] === '' ? 0 : Number.parseInt(match[1]!, 8);
}

/** Whole numbers, or seconds with a fraction that is dropped; an empty value takes a global one back. */
function paxNumber(pax: ReadonlyMap<string, string>, key: string, at: string): number | undefined {
  const text = pax.get(key);
  if (text === undefined || text === '') return undefined;
  const match = /^(\d{1,15})(?:\.\d*)?$/.exec(text);
  if (!match) throw new PackwrightError(at, `the pax record "${key}" is not a number: ${JSON.stringify(text)}`);
  return Number(match[1]);
}

function textField(header: Buffer, offset: number, length: number, name: string, at: string): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end), name, at);
}

/** GNU long names end in a NUL. */
function cutAtNul(bytes: Buffer, at: string): string {
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end), 'long name', at);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array, name: string, at: string): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    throw new PackwrightError(at, `the field "${name}" is not UTF-8`, '', cause);
  }
}

const ZEROS = Buffer.alloc(64 * 1024);

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i += ZEROS.length) {
    const part = bytes.subarray(i, i + ZEROS.length);
    if (Buffer.compare(part, ZEROS.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}
