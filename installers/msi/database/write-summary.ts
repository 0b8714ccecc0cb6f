/**
 * The summary information stream: a property set ([MS-OLEPS] 2.21) with one section. Values have their type in front and are filled up to
 * 4 bytes.
 */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Summary } from './database.ts';

/** FMTID_SummaryInformation, {F29F85E0-4FF9-1068-AB91-08002B27B3D9}, as it is stored. */
const FORMAT = 'e0859ff2f94f6810ab9108002b27b3d9';
const UTF_8 = 65001;
const [SHORT, INTEGER, TEXT, TIME] = [2, 3, 30, 64];
/** Bytes before the section. */
const HEAD = 48;
/** Windows counts 100 ns from 1601. */
const SECONDS_1601_TO_1970 = 11_644_473_600n;

/** @throws PackwrightError when a text or number cannot be stored. */
export function encodeSummary(summary: Summary, where: string): Buffer {
  const place = `${where}: summary information`;
  const text = (name: keyof Summary, value: string) => encodeText(value, `${place}: ${name}`);
  const values: [id: number, value: Buffer][] = [
    [1, encodeShort(UTF_8)],
    [2, text('title', summary.title)],
    [3, text('subject', summary.subject)],
    [4, text('author', summary.author)],
    [5, text('keywords', summary.keywords)],
    [6, text('comments', summary.comments)],
    [7, text('template', summary.template)],
    [9, text('revisionNumber', summary.revisionNumber)],
    [12, encodeTime(summary.created, `${place}: created`)],
    [13, encodeTime(summary.saved, `${place}: saved`)],
    [14, encodeInteger(summary.pageCount, `${place}: pageCount`)],
    [15, encodeInteger(summary.wordCount, `${place}: wordCount`)],
    [18, text('application', summary.application)],
    [19, encodeInteger(summary.security, `${place}: security`)],
  ];
  const index = Buffer.alloc(8 + values.length * 8);
  let offset = index.length;
  for (const [i, [id, value]] of values.entries()) {
    index.writeUInt32LE(id, 8 + i * 8);
    index.writeUInt32LE(offset, 12 + i * 8);
    offset += value.length;
  }
  index.writeUInt32LE(offset, 0);
  index.writeUInt32LE(values.length, 4);

  const head = Buffer.alloc(HEAD);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt32LE(0x00020006, 4); // Windows 6.2
  head.writeUInt32LE(1, 24);
  head.write(FORMAT, 28, 'hex');
  head.writeUInt32LE(HEAD, 44);
  return Buffer.concat([head, index, ...values.map(([, value]) => value)]);
}

function encodeShort(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(SHORT, 0);
  bytes.writeUInt16LE(value, 4);
  return bytes;
}

function encodeInteger(value: number, place: string): Buffer {
  if (!Number.isInteger(value) || value < 0 || value > 0x7fffffff) {
    throw new PackwrightError(place, `${value} is not an integer between 0 and 2147483647`);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(INTEGER, 0);
  bytes.writeInt32LE(value, 4);
  return bytes;
}

function encodeText(value: string, place: string): Buffer {
  if (!value.isWellFormed() || value.includes('\0')) {
    throw new PackwrightError(
      place,
      `${JSON.stringify(value.slice(0, 80))} has a NUL or half a character`,
      'remove it',
    );
  }
  const length = Buffer.byteLength(value) + 1;
  const bytes = Buffer.alloc(8 + Math.ceil(length / 4) * 4);
  bytes.writeUInt32LE(TEXT, 0);
  bytes.writeUInt32LE(length, 4);
  bytes.write(value, 8, 'utf8');
  return bytes;
}

/** @param seconds since 1970. */
function encodeTime(seconds: number, place: string): Buffer {
  if (!Number.isInteger(seconds) || Math.abs(seconds) > 1e11) {
    throw new PackwrightError(place, `${seconds} is not a time in seconds since 1970`);
  }
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32LE(TIME, 0);
  bytes.writeBigUInt64LE((BigInt(seconds) + SECONDS_1601_TO_1970) * 10_000_000n, 4);
  return bytes;
}
