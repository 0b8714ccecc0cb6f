import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../../build/model/format.ts';
import { byteCursor } from '../byte-cursor.ts';
import { readStored } from './stored.ts';
import { type Extent, type FileRow, type Folder, readTables } from './tables.ts';

/** A file of a cabinet, in the cabinet's order. `data` must be read, or passed over, before the next one is asked for. */
export interface CabinetEntry extends FileRow {
  data: AsyncIterable<Uint8Array>;
}

/**
 * The files of a cabinet that begins at `offset` and is `length` bytes long, with their data; each folder is read in one pass.
 * @throws PackwrightError on damage of any kind, a name that leads out of where it is unpacked, bytes that belong to nothing, and on what
 * installers never hold: parts of a set of cabinets, Quantum.
 */
export async function* readCabinet(
  source: ByteSource,
  unpacker: Unpacker,
  { offset = 0, length = source.size - offset }: Partial<Extent> = {},
): AsyncGenerator<CabinetEntry, void, undefined> {
  const { folders, files } = await readTables(source, { offset, length });
  const rows: FileRow[][] = folders.map(() => []);
  for (const file of files) rows[file.folder]!.push(file);
  for (const [index, folder] of folders.entries()) {
    const bytes = readData(source, folder, unpacker);
    yield* readFolder(bytes, rows[index]!.sort(byPlace), `${source.name}: folder ${index}`);
  }
}

function readData(source: ByteSource, folder: Folder, unpacker: Unpacker): AsyncIterable<Uint8Array> {
  const { method, offset, length, window } = folder;
  if (method === 'none') return readStored(source, folder);
  return unpacker.unpack(source, offset, length, method, window);
}

/** A file without bytes stands before the one that begins where it does. */
function byPlace(one: FileRow, other: FileRow): number {
  return one.offset - other.offset || one.size - other.size;
}

async function* readFolder(
  bytes: AsyncIterable<Uint8Array>,
  rows: readonly FileRow[],
  where: string,
): AsyncGenerator<CabinetEntry, void, undefined> {
  const cursor = byteCursor(bytes, where);
  try {
    for (const row of rows) {
      if (row.offset !== cursor.position) {
        throw new PackwrightError(where, `${row.name} begins at ${row.offset}, not at ${cursor.position}`);
      }
      const run = cursor.run(row.size);
      yield { ...row, data: run.bytes };
      await run.skip();
    }
    for await (const more of cursor.rest()) {
      throw new PackwrightError(where, `${more.length} bytes or more belong to no file`);
    }
  } finally {
    await cursor.close();
  }
}
