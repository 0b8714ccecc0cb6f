/**
 * Writes tar headers, as bytes between the files' contents. Two dialects for what a ustar header cannot hold: `gnu` (long names as
 * entries of their own, base-256 numbers), the only one dpkg reads, and `pax` (extended headers), the one of container images.
 * Field offsets as in tar-reader.ts; the code is separate so that the reader can judge it.
 */
import type { Content } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Part } from '../../build/model/format.ts';

export interface TarItem {
  /** As stored, without a trailing slash: `./usr/bin/x`, `usr/bin/x`; `.` for the root itself. */
  name: string;
  kind: 'file' | 'dir' | 'link' | 'hardlink';
  /** The twelve permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Empty: the archive gives numbers alone. */
  user: string;
  group: string;
  /** A file's bytes. */
  content?: Content;
  /** A link's text, or the stored name a hard link stands for. */
  to?: string;
}

export interface TarOptions {
  style: 'gnu' | 'pax';
  /** Seconds since 1970, for every entry. */
  mtime: number;
  /** Names the archive in errors. */
  where: string;
}

const BLOCK = 512;
const TYPES = { file: '0', hardlink: '1', link: '2', dir: '5' } as const;
/** Largest numbers that seven and eleven octal digits hold. */
const LARGEST_ID = 0o7777777;
const LARGEST_SIZE = 0o77777777777;
/** Bound of six bytes in base 256; no file, account or time comes near. */
const LARGEST_NUMBER = 2 ** 47;

/**
 * An archive of `items` in their order: headers as bytes, each file's content as a part of its own, two zero blocks at the end.
 * @throws PackwrightError on a name, owner or number the dialect cannot hold.
 */
export function tarParts(items: Iterable<TarItem>, options: TarOptions): Part[] {
  const parts: Part[] = [];
  let bytes: Uint8Array[] = [];
  for (const item of items) {
    bytes.push(...headers(item, options));
    const { content } = item;
    if (!content || content.size === 0) continue;
    parts.push(Buffer.concat(bytes), content);
    bytes = [Buffer.alloc(paddingOf(content.size))];
  }
  parts.push(Buffer.concat([...bytes, Buffer.alloc(2 * BLOCK)]));
  return parts;
}

function headers(item: TarItem, options: TarOptions): Buffer[] {
  const name = item.kind === 'dir' ? `${item.name}/` : item.name;
  const to = item.to ?? '';
  const where = `${options.where}: ${item.name}`;
  if (item.name === '' || name.includes('\0') || to.includes('\0'))
    throw new PackwrightError(where, 'not a name for tar');
  if ((item.kind === 'link' || item.kind === 'hardlink') && to === '')
    throw new PackwrightError(where, 'a link to nothing');
  for (const number of [options.mtime, item.uid, item.gid, item.mode]) {
    if (!Number.isSafeInteger(number) || number < 0 || number > LARGEST_NUMBER)
      throw new PackwrightError(where, `${number} is not a number for tar`);
  }
  const fields: Fields = {
    name: Buffer.from(name),
    to: Buffer.from(to),
    type: TYPES[item.kind],
    mode: item.mode & 0o7777,
    uid: item.uid,
    gid: item.gid,
    size: item.content?.size ?? 0,
    mtime: options.mtime,
    user: item.user,
    group: item.group,
  };
  return options.style === 'gnu' ? gnuHeaders(fields, where) : paxHeaders(fields);
}

interface Fields {
  name: Buffer;
  to: Buffer;
  type: string;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  user: string;
  group: string;
}

const NO_ONE = { to: Buffer.alloc(0), mode: 0, uid: 0, gid: 0, mtime: 0, user: '', group: '' };

function gnuHeaders(fields: Fields, where: string): Buffer[] {
  const blocks: Buffer[] = [];
  for (const [type, text] of [
    ['K', fields.to],
    ['L', fields.name],
  ] as const) {
    if (text.length <= 100) continue;
    const data = Buffer.concat([text, Buffer.alloc(1)]);
    const long = {
      ...NO_ONE,
      name: Buffer.from('././@LongLink'),
      type,
      size: data.length,
      user: 'root',
      group: 'root',
    };
    blocks.push(header(long, 'ustar  \0'), padded(data));
  }
  if (Buffer.byteLength(fields.user) > 31 || Buffer.byteLength(fields.group) > 31) {
    throw new PackwrightError(where, 'the owner has a name of more than 31 bytes', 'shorten the account');
  }
  return [...blocks, header(fields, 'ustar  \0')];
}

function paxHeaders(fields: Fields): Buffer[] {
  const records: Buffer[] = [];
  const kept = { ...fields };
  const keep = (key: string, value: Buffer | string | number): void => {
    records.push(paxRecord(key, typeof value === 'number' ? String(value) : value));
  };
  if (!fitsAscii(fields.name, 100)) keep('path', fields.name);
  if (!fitsAscii(fields.to, 100)) keep('linkpath', fields.to);
  if (!fitsAscii(Buffer.from(fields.user), 31)) keep('uname', fields.user);
  if (!fitsAscii(Buffer.from(fields.group), 31)) keep('gname', fields.group);
  for (const [key, largest] of [
    ['uid', LARGEST_ID],
    ['gid', LARGEST_ID],
    ['size', LARGEST_SIZE],
    ['mtime', LARGEST_SIZE],
  ] as const) {
    if (fields[key] <= largest) continue;
    keep(key, fields[key]);
    kept[key] = 0;
  }
  if (records.length === 0) return [header(fields, 'ustar\u000000')];
  const data = Buffer.concat(records);
  const extended = { ...NO_ONE, name: Buffer.from('PaxHeader'), type: 'x', mode: 0o644, size: data.length };
  return [header(extended, 'ustar\u000000'), padded(data), header(kept, 'ustar\u000000')];
}

function fitsAscii(text: Buffer, length: number): boolean {
  return text.length <= length && text.every((byte) => byte < 0x80);
}

/** The length of a record counts its own digits. */
function paxRecord(key: string, value: Buffer | string): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header(fields: Fields, magic: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  fields.name.copy(block, 0, 0, 100);
  putNumber(block, 100, 8, fields.mode);
  putNumber(block, 108, 8, fields.uid);
  putNumber(block, 116, 8, fields.gid);
  putNumber(block, 124, 12, fields.size);
  putNumber(block, 136, 12, fields.mtime);
  block.fill(' ', 148, 156);
  block.write(fields.type, 156, 'latin1');
  fields.to.copy(block, 157, 0, 100);
  block.write(magic, 257, 'latin1');
  Buffer.from(fields.user).copy(block, 265, 0, 31);
  Buffer.from(fields.group).copy(block, 297, 0, 31);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Octal with a final NUL; base 256 with the high bit set where the digits do not suffice. */
function putNumber(block: Buffer, offset: number, length: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < length) {
    block.write(digits.padStart(length - 1, '0'), offset, 'latin1');
    return;
  }
  block[offset] = 0x80;
  block.writeUIntBE(value, offset + length - 6, 6);
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(paddingOf(data.length))]);
}
