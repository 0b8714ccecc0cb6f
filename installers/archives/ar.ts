/**
 * The ar archive as deb(5) uses it: the magic, then members with a 60-byte header each, padded to even offsets.
 * Header: name 0 (16), time 16 (12), user 28 (6), group 34 (6), mode 40 (8, octal), size 48 (10), end 58 (2). Writer and reader share
 * nothing but these facts.
 */
import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource } from '../../build/model/format.ts';

const MAGIC = '!<arch>\n';
const HEADER = 60;
const END = '`\n';
/** More members than any deb has: a bound against archives made of headers alone. */
const MOST_MEMBERS = 100;

export interface ArFile {
  /** At most 15 printable ASCII characters, no `/`. */
  name: string;
  /** Bytes. */
  size: number;
  open(): AsyncIterable<Uint8Array>;
}

/**
 * An archive of `files` in their order; owners 0, mode 100644.
 * @param mtime seconds since 1970, for every member.
 * @throws PackwrightError when a size has more than ten digits.
 */
export function arArchive(
  files: readonly ArFile[],
  mtime: number,
  where: string,
): { size: number; open(): AsyncIterable<Uint8Array> } {
  let size = MAGIC.length;
  for (const file of files) {
    if (file.size > 9_999_999_999) throw new PackwrightError(where, `${file.name} is larger than an ar member can be`);
    size += HEADER + file.size + (file.size % 2);
  }
  return {
    size,
    async *open() {
      yield Buffer.from(MAGIC, 'latin1');
      for (const file of files) {
        const fields = [
          file.name.padEnd(16),
          String(mtime).padEnd(12),
          '0     ',
          '0     ',
          '100644  ',
          String(file.size).padEnd(10),
        ];
        yield Buffer.from(fields.join('') + END, 'latin1');
        yield* file.open();
        if (file.size % 2 === 1) yield Buffer.from('\n', 'latin1');
      }
    },
  };
}

export interface ArMember {
  name: string;
  /** Of the member's first byte in the file. */
  offset: number;
  /** Bytes. */
  size: number;
  /** Seconds since 1970. */
  mtime: number;
}

/**
 * The members of an archive, whose bytes end where the file ends.
 * @throws PackwrightError with the offset of what is not an ar archive.
 */
export async function readAr(source: ByteSource): Promise<ArMember[]> {
  const magic = source.size < MAGIC.length ? '' : latin1(await source.read(0, MAGIC.length));
  if (magic !== MAGIC)
    throw new PackwrightError(source.name, 'is not an ar archive: its first bytes are not "!<arch>"');
  const members: ArMember[] = [];
  let at = MAGIC.length;
  while (at < source.size) {
    const where = `${source.name}: byte ${at}`;
    if (members.length === MOST_MEMBERS) throw new PackwrightError(where, `more than ${MOST_MEMBERS} members`);
    if (source.size - at < HEADER)
      throw new PackwrightError(where, 'the member header is cut off', 'get the file again');
    const member = parseHeader(latin1(await source.read(at, HEADER)), at + HEADER, where);
    const end = member.offset + member.size;
    at = end + (member.size % 2);
    if (at > source.size) {
      throw new PackwrightError(
        where,
        `the member ${member.name} ends after the file does`,
        'get the file again: it is truncated',
      );
    }
    if (at > end && latin1(await source.read(end, 1)) !== '\n') {
      throw new PackwrightError(where, `the member ${member.name} is not followed by its padding`);
    }
    members.push(member);
  }
  return members;
}

function parseHeader(header: string, offset: number, where: string): ArMember {
  const name = header.slice(0, 16).trimEnd().replace(/\/$/, '');
  if (header.slice(58) !== END) throw new PackwrightError(where, 'no member header: its end mark is missing');
  if (!/^[!-.0-~]+$/.test(name)) throw new PackwrightError(where, `${JSON.stringify(name)} is not a member name`);
  return {
    name,
    offset,
    size: decimal(header.slice(48, 58), 'size', where),
    mtime: decimal(header.slice(16, 28), 'time', where),
  };
}

function decimal(field: string, name: string, where: string): number {
  if (!/^\d+ *$/.test(field))
    throw new PackwrightError(where, `the field "${name}" is not a number: ${JSON.stringify(field)}`);
  return Number(field);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
