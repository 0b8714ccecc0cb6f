import { PackwrightError } from '../../../build/model/errors.ts';
import { dosTime } from '../dos-time.ts';
import { BLOCK } from './cab.ts';

/** A file of a folder. Names are those of the cabinet, which for an installer package are keys. */
export interface CabinetFile {
  name: string;
  /** Bytes. */
  size: number;
}

/** Files one after another, compressed as one stream of data records. */
export interface CabinetFolder {
  method: 'mszip' | 'lzx';
  /** The records, and how many bytes they stand for: the sum of the files' sizes. */
  data: { size: number; rawSize: number; open(): AsyncIterable<Uint8Array> };
  files: readonly CabinetFile[];
}

const HEADER = 36;
const FOLDER = 8;
const FILE = 16;
/** typeCompress; for LZX with the exponent of its window, 2 MiB. */
const COMPRESSION = { mszip: 1, lzx: 3 | (21 << 8) } as const;
/** _A_ARCH, and _A_NAME_IS_UTF for names beyond ASCII. */
const [ARCHIVE, NAME_IS_UTF] = [0x20, 0x80];

/**
 * A cabinet's bytes; the folders' data are read while it is.
 * @param epoch seconds since 1970, for the date of every file; in UTC, since a cabinet knows no time zone.
 * @throws PackwrightError for what the format cannot hold.
 */
export function cabinet(
  folders: readonly CabinetFolder[],
  { epoch, where = 'cabinet' }: { epoch: number; where?: string },
): { size: number; open(): AsyncIterable<Uint8Array> } {
  const refuse = (what: string) => new PackwrightError(where, what, 'ship less, or in several packages');
  const files = folders.flatMap((folder, index) => encodeFiles(folder, index, epoch, where));
  const count = folders.reduce((sum, folder) => sum + folder.files.length, 0);
  if (count > 0xffff) throw refuse(`it has ${count} files, and a cabinet holds 65535`);
  const filesAt = HEADER + FOLDER * folders.length;
  if (folders.length > 0xffff) throw refuse(`it has ${folders.length} folders, and a cabinet holds 65535`);
  let at = filesAt + files.reduce((sum, bytes) => sum + bytes.length, 0);
  const rows = folders.map(({ method, data }) => {
    const blocks = Math.ceil(data.rawSize / BLOCK);
    if (blocks > 0xffff) throw refuse(`a folder of ${data.rawSize} bytes is larger than 2 GiB`);
    const row = Buffer.alloc(FOLDER);
    row.writeUInt32LE(at, 0);
    row.writeUInt16LE(blocks, 4);
    row.writeUInt16LE(COMPRESSION[method], 6);
    at += data.size;
    if (at > 0xffffffff) throw refuse('it is larger than 4 GiB');
    return row;
  });
  const header = Buffer.alloc(HEADER);
  header.write('MSCF', 0, 'latin1');
  header.writeUInt32LE(at, 8);
  header.writeUInt32LE(filesAt, 16);
  header[24] = 3; // versionMinor
  header[25] = 1; // versionMajor
  header.writeUInt16LE(folders.length, 26);
  header.writeUInt16LE(count, 28);
  const head = Buffer.concat([header, ...rows, ...files]);
  return {
    size: at,
    async *open() {
      yield head;
      for (const { data } of folders) yield* data.open();
    },
  };
}

function encodeFiles({ files, data }: CabinetFolder, index: number, epoch: number, where: string): Buffer[] {
  let offset = 0;
  const [date, time] = dosTime(epoch);
  const rows = files.map(({ name, size }) => {
    const text = Buffer.from(name, 'utf8');
    if (text.length === 0 || text.length > 255 || name.includes('\0')) {
      throw new PackwrightError(where, `"${name}" is no name for a file in it`, 'use 1 to 255 bytes');
    }
    const row = Buffer.alloc(FILE);
    row.writeUInt32LE(size, 0);
    row.writeUInt32LE(offset, 4);
    row.writeUInt16LE(index, 8);
    row.writeUInt16LE(date, 10);
    row.writeUInt16LE(time, 12);
    row.writeUInt16LE(text.length === name.length ? ARCHIVE : ARCHIVE | NAME_IS_UTF, 14);
    offset += size;
    return Buffer.concat([row, text, Buffer.from([0])]);
  });
  if (offset !== data.rawSize)
    throw new PackwrightError(where, `a folder has ${data.rawSize} bytes, its files ${offset}`);
  return rows;
}
