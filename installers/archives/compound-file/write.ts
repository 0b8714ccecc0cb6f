/**
 * Writes a compound file, version 3 with sectors of 512 bytes ([MS-CFB]). Its parts in order, each a run of sectors with numbers from 0:
 * header (no number), DIFAT, FAT, directory, mini FAT, mini stream, then the large streams, all sorted by name.
 */
import { PackwrightError } from '../../../build/model/errors.ts';
import { directorySize, encodeDirectory, type Placed } from './write-directory.ts';
import { checkNames, compareNames } from './write-names.ts';
import {
  countFat,
  DIFAT_SECTOR,
  END_OF_CHAIN,
  encodeChains,
  encodeDifat,
  encodeHeader,
  FAT_SECTOR,
  MINI_CUTOFF,
  type Run,
  runsFrom,
  SECTOR,
  startOf,
} from './write-sectors.ts';

const MINI_SECTOR = 64;
/** Version 3 counts bytes in 31 bits. */
const LARGEST = 2 ** 31;

export interface CompoundStream {
  /** 1 to 31 UTF-16 code units, none of `/ \ : !`. */
  name: string;
  /** Bytes. */
  size: number;
  /** The bytes from the start. May be called any number of times. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * A file of `streams` below its root. They are read when it is opened, one after the other, and never held. The order in which they are
 * given does not show.
 * @param clsid of the root, such as `{000C1084-0000-0000-C000-000000000046}`.
 * @throws PackwrightError when a name cannot be, or the file would pass 2 GiB; while it is read, when a stream is not as long as it said.
 */
export function compoundFile(
  streams: readonly CompoundStream[],
  clsid: string,
  where: string,
): { size: number; open(): AsyncIterable<Uint8Array> } {
  const sorted = [...streams].sort((a, b) => compareNames(a.name, b.name));
  checkNames(
    sorted.map(({ name }) => name),
    where,
  );
  const small = sorted.filter(({ size }) => size > 0 && size < MINI_CUTOFF);
  const large = sorted.filter(({ size }) => size >= MINI_CUTOFF);
  const miniSectors = small.map(({ size }) => Math.ceil(size / MINI_SECTOR));
  const miniCount = miniSectors.reduce((sum, count) => sum + count, 0);
  const miniRuns = runsFrom(0, miniSectors);

  const contents = [directorySize(sorted.length), miniCount * 4, miniCount * MINI_SECTOR, ...large.map((s) => s.size)];
  const sectors = contents.map((bytes) => Math.ceil(bytes / SECTOR));
  const { fatSectors, difatSectors } = countFat(sectors.reduce((sum, count) => sum + count, 0));
  const runs = runsFrom(0, [difatSectors, fatSectors, ...sectors]);
  const [difat, fat, directory, miniFat, miniStream, ...largeRuns] = runs as [Run, Run, Run, Run, Run, ...Run[]]; // as many as counted above
  difat.mark = DIFAT_SECTOR;
  fat.mark = FAT_SECTOR;
  const size = SECTOR * (1 + runs.reduce((sum, run) => sum + run.sectors, 0));
  if (size > LARGEST) {
    throw new PackwrightError(where, `${size} bytes are more than the 2 GiB of a compound file`, 'ship less in one');
  }

  const first = new Map<CompoundStream, number>();
  for (const [index, stream] of small.entries()) first.set(stream, miniRuns[index]!.first);
  for (const [index, stream] of large.entries()) first.set(stream, largeRuns[index]!.first);
  const placed = (stream: CompoundStream): Placed => ({
    name: stream.name,
    size: stream.size,
    first: first.get(stream) ?? END_OF_CHAIN,
  });
  const root = { name: 'Root Entry', size: miniCount * MINI_SECTOR, first: startOf(miniStream) };
  const head = [
    encodeHeader(fat, directory, miniFat, difat),
    encodeDifat(difat, fat),
    encodeChains(runs, fatSectors),
    encodeDirectory(root, sorted.map(placed), encodeClsid(clsid, where)),
    encodeChains(miniRuns, miniFat.sectors),
  ];
  return {
    size,
    async *open() {
      yield* head;
      for (const stream of small) yield* readStream(stream, MINI_SECTOR, where);
      yield Buffer.alloc(miniStream.sectors * SECTOR - miniCount * MINI_SECTOR);
      for (const stream of large) yield* readStream(stream, SECTOR, where);
    },
  };
}

/** GUID as it is stored: three little-endian numbers, then eight bytes. */
function encodeClsid(clsid: string, where: string): Buffer {
  const parts = /^\{([0-9A-F]{8})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{12})\}$/i.exec(clsid)?.slice(1);
  if (!parts) throw new PackwrightError(where, `${JSON.stringify(clsid)} is not a class identifier`);
  const [a, b, c, d, e] = parts.map((part) => Buffer.from(part, 'hex')) as [Buffer, Buffer, Buffer, Buffer, Buffer]; // five groups above
  return Buffer.concat([a.reverse(), b.reverse(), c.reverse(), d, e]);
}

/** A stream's bytes and zeros up to whole sectors. */
async function* readStream(stream: CompoundStream, sector: number, where: string): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of stream.open()) {
    length += chunk.length;
    if (length > stream.size) break;
    yield chunk;
  }
  if (length !== stream.size) {
    const what = `the stream ${JSON.stringify(stream.name)} was to have ${stream.size} bytes and has ${length > stream.size ? 'more' : length}`;
    throw new PackwrightError(where, what, 'build again: its file changed meanwhile');
  }
  yield Buffer.alloc(-length & (sector - 1));
}
