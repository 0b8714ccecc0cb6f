/** The tables of a cabinet as read: CFHEADER, CFFOLDER, CFFILE ([MS-CAB] 2.1 to 2.3). */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource } from '../../../build/model/format.ts';

export interface Folder {
  method: 'none' | 'mszip' | 'lzx';
  /** lzx only: the window's exponent; 0 for others. */
  window: number;
  /** Where its CFDATA records begin. */
  offset: number;
  /** Bytes of all its records. */
  length: number;
  /** Of its records, cCFData. */
  records: number;
}

/** What a cabinet says of a file. */
export interface FileRow {
  /** As stored: `\\` stands between folders. */
  name: string;
  /** Bytes. */
  size: number;
  /** Seconds since 1970, even; the stored time taken as UTC. */
  mtime: number;
  /** Sum of read-only 1, hidden 2, system 4, archive 32, execute after extraction 64. */
  attributes: number;
  /** Number of its folder, from 0. */
  folder: number;
  /** Its first byte's place among its folder's bytes. */
  offset: number;
}

const HEADER = 36;
const FOLDER_ENTRY = 8;
const FILE_ENTRY = 16;
const LONGEST_NAME = 256;
const FULL_RECORD = 32768;
const RECORD_HEADER = 8;
const UTF = 0x80;
const [PREVIOUS, NEXT, RESERVE] = [1, 2, 4];

/** Where a cabinet lies in a source, in bytes. */
export interface Extent {
  offset: number;
  length: number;
}

/**
 * The tables of the cabinet there; folders' offsets are the source's.
 * @throws PackwrightError where they contradict themselves, each other, or the cabinet's length.
 */
export async function readTables(
  source: ByteSource,
  { offset, length }: Extent,
): Promise<{ folders: Folder[]; files: FileRow[] }> {
  const where = source.name;
  const header = await readBytes(source, offset, Math.min(HEADER, length));
  if (header.length < HEADER || header.toString('latin1', 0, 4) !== 'MSCF') {
    throw new PackwrightError(where, 'is not a cabinet: its first bytes are not "MSCF"');
  }
  if (header[25] !== 1) throw new PackwrightError(where, `is a cabinet of version ${header[25]}, which nobody knows`);
  const end = header.readUInt32LE(8);
  if (end !== length) {
    throw new PackwrightError(where, `its cabinet says that it has ${end} bytes, but has ${length}`, 'get it again');
  }
  const reserve = await readReserve(source, offset, length, header.readUInt16LE(30));
  const filesAt = header.readUInt32LE(16);
  const entrySize = FOLDER_ENTRY + reserve.folder;
  const fileCount = header.readUInt16LE(28);
  const tableAt = HEADER + reserve.header;
  const tableSize = header.readUInt16LE(26) * entrySize;
  if (tableAt + tableSize > filesAt || filesAt > end) throw new PackwrightError(where, 'its tables lie outside of it');
  const table = await readBytes(source, offset + tableAt, tableSize);
  const folders = decodeFolders(table, entrySize, end, where);
  const dataAt = folders[0]?.offset ?? end;
  if (dataAt < filesAt) throw new PackwrightError(where, 'its folders begin before its files are listed');
  const most = fileCount * (FILE_ENTRY + LONGEST_NAME);
  const rows = await readBytes(source, offset + filesAt, Math.min(most, dataAt - filesAt));
  const files = decodeFiles(rows, fileCount, where);
  checkExtents(folders, files, where);
  for (const folder of folders) folder.offset += offset;
  return { folders, files };
}

/** cbCFHeader, cbCFFolder and cbCFData behind the header, where the flags say that there is such space: signatures lie in it. */
async function readReserve(source: ByteSource, offset: number, length: number, flags: number) {
  if (flags & (PREVIOUS | NEXT)) {
    throw new PackwrightError(source.name, 'is one of a set of cabinets', 'unpack it with another program');
  }
  if ((flags & RESERVE) === 0) return { header: 0, folder: 0 };
  const sizes = await readBytes(source, offset + HEADER, Math.min(4, length - HEADER));
  if (sizes.length < 4) throw new PackwrightError(source.name, 'its cabinet ends inside its header');
  if (sizes[3] !== 0) {
    throw new PackwrightError(source.name, 'its records have reserved space', 'unpack it with another program');
  }
  return { header: 4 + sizes.readUInt16LE(0), folder: sizes[2]! };
}

async function readBytes(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const bytes = await source.read(offset, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A folder's records end where the next one's begin, or with the cabinet. */
function decodeFolders(table: Buffer, entrySize: number, end: number, where: string): Folder[] {
  const folders: Folder[] = [];
  for (let at = 0; at < table.length; at += entrySize) {
    const folder = `${where}: folder ${folders.length}`;
    const offset = table.readUInt32LE(at);
    const next = at + entrySize < table.length ? table.readUInt32LE(at + entrySize) : end;
    const records = table.readUInt16LE(at + 4);
    if (offset > next || next > end || records * RECORD_HEADER > next - offset) {
      throw new PackwrightError(folder, `${records} records do not fit between byte ${offset} and ${next}`);
    }
    folders.push({ ...methodOf(table.readUInt16LE(at + 6), folder), offset, length: next - offset, records });
  }
  return folders;
}

function methodOf(type: number, where: string): Pick<Folder, 'method' | 'window'> {
  const window = type >>> 8;
  if (type === 0) return { method: 'none', window: 0 };
  if (type === 1) return { method: 'mszip', window: 0 };
  if ((type & 0xff) === 3 && window >= 15 && window <= 21) return { method: 'lzx', window };
  throw new PackwrightError(where, `is compressed with method ${type}`, 'unpack it with another program');
}

function decodeFiles(table: Buffer, count: number, where: string): FileRow[] {
  const files: FileRow[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const file = `${where}: file ${index}`;
    const nameAt = at + FILE_ENTRY;
    const nameEnd = table.indexOf(0, nameAt);
    if (nameEnd < 0 || nameEnd - nameAt >= LONGEST_NAME) throw new PackwrightError(file, 'its entry is cut off');
    const attributes = table.readUInt16LE(at + 14);
    files.push({
      name: decodeName(table.subarray(nameAt, nameEnd), (attributes & UTF) !== 0, file),
      size: table.readUInt32LE(at),
      offset: table.readUInt32LE(at + 4),
      folder: table.readUInt16LE(at + 8),
      mtime: decodeTime(table.readUInt16LE(at + 10), table.readUInt16LE(at + 12), file),
      attributes: attributes & ~UTF,
    });
    at = nameEnd + 1;
  }
  return files;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(bytes: Buffer, isUtf: boolean, where: string): string {
  if (!isUtf && bytes.some((byte) => byte > 0x7f)) {
    throw new PackwrightError(where, 'its name is in a code page that is not told');
  }
  let name: string;
  try {
    name = utf8.decode(bytes);
  } catch (cause) {
    throw new PackwrightError(where, 'its name is not UTF-8', '', cause);
  }
  const steps = name.split(/[\\/]/);
  if (steps.some((step) => step === '' || step === '.' || step === '..') || name.includes(':')) {
    throw new PackwrightError(where, `${JSON.stringify(name)} is not a name below the folder it is unpacked to`);
  }
  return name;
}

/** Years since 1980, months, days; hours, minutes, half seconds. */
function decodeTime(date: number, time: number, where: string): number {
  const fields = [1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63] as const;
  const moment = new Date(Date.UTC(...fields, (time & 31) * 2));
  const [year, month, day, hour, minute] = fields;
  const sound = moment.getUTCMonth() === month && moment.getUTCDate() === day && moment.getUTCHours() === hour;
  if (sound && moment.getUTCFullYear() === year && moment.getUTCMinutes() === minute) return moment.getTime() / 1000;
  throw new PackwrightError(where, `its date ${date} and time ${time} are none`);
}

/** What a folder's files add up to must be what so many records can stand for. */
function checkExtents(folders: readonly Folder[], files: readonly FileRow[], where: string): void {
  const ends = folders.map(() => 0);
  for (const { name, folder, offset, size } of files) {
    if (folder >= folders.length)
      throw new PackwrightError(`${where}: ${name}`, `is in folder ${folder}, which is not there`);
    ends[folder] = Math.max(ends[folder]!, offset + size);
  }
  for (const [index, { records }] of folders.entries()) {
    if (Math.ceil(ends[index]! / FULL_RECORD) === records) continue;
    const what = `its files end at ${ends[index]}, but it has ${records} records of 32 KiB`;
    throw new PackwrightError(`${where}: folder ${index}`, what);
  }
}
