import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource, Method, Unpacker } from '../../../build/model/format.ts';

/** A file of a cabinet, in the cabinet's order. `data` must be read, or passed over, before the next one is asked for. */
export interface CabinetEntry {
  name: string;
  /** Bytes. */
  size: number;
  data: AsyncIterable<Uint8Array>;
}

interface Folder {
  method: Method;
  offset: number;
  length: number;
}
interface File {
  name: string;
  size: number;
  offset: number;
  folder: number;
}

const HEADER = 36;
const [PREVIOUS, NEXT, RESERVE] = [1, 2, 4];
const METHODS: Readonly<Record<number, Method>> = { 1: 'mszip' };
/** Names have at most 255 bytes and a zero. */
const LONGEST_FILE = 16 + 256;

/**
 * The files of a cabinet that begins at `offset` and is `length` bytes long, with their data.
 * @throws PackwrightError where it is damaged, goes on in another cabinet, or is compressed in a way that is not known here.
 */
export async function* readCabinet(
  source: ByteSource,
  unpacker: Unpacker,
  { offset = 0, length = source.size - offset }: { offset?: number; length?: number } = {},
): AsyncGenerator<CabinetEntry, void, undefined> {
  const refuse = (what: string): never => {
    throw new PackwrightError(source.name, `its cabinet is damaged: ${what}`, 'fetch or build it again');
  };
  const { folders, files } = await readIndex(source, offset, length, refuse);
  let index = 0;
  for (const [number, folder] of folders.entries()) {
    const own = files.filter((file) => file.folder === number).sort((a, b) => a.offset - b.offset);
    const chunks = takeChunks(unpacker.unpack(source, offset + folder.offset, folder.length, folder.method));
    let at = 0;
    for (const file of own) {
      if (file.offset !== at) refuse(`${file.name} begins at byte ${file.offset} of its folder, not at ${at}`);
      at += file.size;
      const data = chunks.take(file.size, () => refuse(`${file.name} is cut short`));
      yield { name: file.name, size: file.size, data };
      for await (const _ of data); // what was not read
      index++;
    }
    if (!(await chunks.isAtEnd())) refuse(`folder ${number} holds more than its files`);
  }
  if (index !== files.length) refuse('a file lies in no folder');
}

async function readIndex(source: ByteSource, offset: number, length: number, refuse: (what: string) => never) {
  if (length < HEADER || offset + length > source.size) refuse(`${length} bytes are too few`);
  const header = Buffer.from(await source.read(offset, HEADER));
  if (header.toString('latin1', 0, 4) !== 'MSCF') refuse('its signature is missing');
  if (header.readUInt32LE(8) !== length)
    refuse(`it says that it has ${header.readUInt32LE(8)} bytes, and has ${length}`);
  const flags = header.readUInt16LE(30);
  if (flags & (PREVIOUS | NEXT)) refuse('it is one of several, which is not supported');
  const reserve = flags & RESERVE ? Buffer.from(await source.read(offset + HEADER, 4)) : Buffer.alloc(4);
  if (reserve[3] !== 0) refuse('its data records have a reserved part, which is not supported');
  const foldersAt = HEADER + (flags & RESERVE ? 4 + reserve.readUInt16LE(0) : 0);
  const folderSize = 8 + reserve[2]!;
  const count = header.readUInt16LE(26);
  const filesAt = header.readUInt32LE(16);
  if (foldersAt + count * folderSize > filesAt || filesAt > length) refuse('its tables overlap');
  const table = Buffer.from(await source.read(offset + foldersAt, count * folderSize));
  const starts = Array.from({ length: count }, (_, index) => table.readUInt32LE(index * folderSize));
  const folders = starts.map((start, index): Folder => {
    const type = table.readUInt16LE(index * folderSize + 6) & 0x0f;
    const method = METHODS[type] ?? refuse(`folder ${index} is compressed in a way that is not known here (${type})`);
    const end = starts[index + 1] ?? length;
    if (start < filesAt || end < start || end > length) refuse(`folder ${index} does not lie behind the one before it`);
    return { method, offset: start, length: end - start };
  });
  const first = starts[0] ?? length;
  const rows = Buffer.from(await source.read(offset + filesAt, first - filesAt));
  return { folders, files: readFiles(rows, header.readUInt16LE(28), count, refuse) };
}

function readFiles(rows: Buffer, count: number, folders: number, refuse: (what: string) => never): File[] {
  const files: File[] = [];
  for (let at = 0; files.length < count; ) {
    const zero = rows.indexOf(0, at + 16);
    if (at + 16 > rows.length || zero < 0 || zero - at > LONGEST_FILE) refuse('its list of files is cut short');
    const file = {
      size: rows.readUInt32LE(at),
      offset: rows.readUInt32LE(at + 4),
      folder: rows.readUInt16LE(at + 8),
      name: rows.toString('utf8', at + 16, zero),
    };
    if (file.folder >= folders) refuse(`${file.name} lies in folder ${file.folder} of ${folders}`);
    files.push(file);
    at = zero + 1;
  }
  return files;
}

/** Chunks of any length, given out in runs of asked lengths. */
function takeChunks(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  const next = async (): Promise<boolean> => {
    while (rest.byteLength === 0) {
      const step = await chunks.next();
      if (step.done) return false;
      rest = step.value;
    }
    return true;
  };
  return {
    async *take(length: number, fail: () => never): AsyncGenerator<Uint8Array, void, undefined> {
      for (let left = length; left > 0; ) {
        if (!(await next())) fail();
        const chunk = rest.byteLength <= left ? rest : rest.subarray(0, left);
        rest = rest.subarray(chunk.byteLength);
        left -= chunk.byteLength;
        yield chunk;
      }
    },
    isAtEnd: async () => !(await next()),
  };
}
