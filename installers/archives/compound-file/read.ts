/**
 * Reads a compound file, version 3 or 4 ([MS-CFB]), of any origin. All chains are walked once when it is opened: each sector belongs to one of
 * them at most, so that none runs in a circle or through another.
 */
import type { ByteSource } from '../../../build/model/format.ts';
import { type DirectoryEntry, readDirectory } from './read-directory.ts';
import { CHAIN_END, type Refuse, readSectors, refuser, type Sectors } from './read-header.ts';

/** Entries of a directory, 8 MiB of it. A package of Windows Installer has hundreds. */
const MOST_ENTRIES = 1 << 16;
const MINI = 64;
/** Shorter streams lie in the mini stream. */
const SMALL = 4096;
/** Bytes: a number of 4 for each mini sector of as many small streams. */
const MOST_MINI_FAT = ((MOST_ENTRIES * SMALL) / MINI) * 4;
/** Bytes of the largest piece that a stream is handed out in. */
const PIECE = 1 << 18;

export interface CompoundEntry {
  /** Names from the root, joined by `/` where storages lie between. */
  name: string;
  /** Bytes. */
  size: number;
  /** Any number of times. @throws PackwrightError when the file ends within the stream. */
  open(): AsyncIterable<Uint8Array>;
  /** Where its bytes lie, for reading them in any order: in the file itself when they lie there in one run. */
  locate(): Location;
}

/** The `length` bytes of `source` from `offset` on. */
export interface Location {
  source: ByteSource;
  offset: number;
  length: number;
}

export interface CompoundFile {
  /** Class of the root, `{…}` in upper case. */
  clsid: string;
  /** In the order of their names' code units. */
  streams: readonly CompoundEntry[];
  /** Names of the storages below the root, likewise. */
  storages: readonly string[];
}

/** @throws PackwrightError with what is not sound. */
export async function readCompoundFile(source: ByteSource): Promise<CompoundFile> {
  const refuse = refuser(source.name);
  const sectors = await readSectors(source, refuse);
  const directoryMost = (MOST_ENTRIES * 128) / sectors.size;
  const directory = sectors.claimChain(sectors.firstDirectory, 'the directory', directoryMost);
  const bytes = await readWhole(source, sectors, directory, 'the directory', refuse);
  const [root, ...entries] = readDirectory(bytes, sectors.major, refuse) as [DirectoryEntry, ...DirectoryEntry[]]; // the root is its first
  const mini = await readMiniStream(source, sectors, root, refuse);
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return {
    clsid: root.clsid,
    streams: entries
      .filter(({ kind }) => kind === 'stream')
      .map((entry) => openEntry(source, sectors, mini, entry, refuse))
      .sort(byName),
    storages: entries
      .filter(({ kind }) => kind === 'storage')
      .map(({ path }) => path)
      .sort(),
  };
}

interface MiniStream {
  claim(first: number, what: string, least: number): void;
  /** Offsets in the file of the mini sectors of a chain that was claimed. */
  walk(first: number): Generator<number, void, undefined>;
}

async function readMiniStream(
  source: ByteSource,
  sectors: Sectors,
  root: DirectoryEntry,
  refuse: Refuse,
): Promise<MiniStream> {
  const count = Math.ceil(root.size / MINI);
  const holderCount = Math.ceil(root.size / sectors.size);
  if (root.size > MOST_ENTRIES * SMALL)
    refuse(`the mini stream has ${root.size} bytes, more than its streams can need`);
  if (sectors.miniFatCount * sectors.size > MOST_MINI_FAT) refuse(`the mini FAT has ${sectors.miniFatCount} sectors`);
  const holders = count === 0 ? new Uint32Array(0) : sectors.claimChain(root.first, 'the mini stream', sectors.count);
  if (holders.length < holderCount) {
    refuse(`the mini stream needs ${holderCount} sectors and has ${holders.length}`);
  }
  const table =
    sectors.miniFatCount === 0
      ? new Uint32Array(0)
      : sectors.claimChain(sectors.firstMiniFat, 'the mini FAT', sectors.miniFatCount);
  const fat = await readWhole(source, sectors, table, 'the mini FAT', refuse);
  const known = Math.min(count, fat.length / 4);
  const claimed = new Uint8Array(known);
  const perSector = sectors.size / MINI;
  return {
    claim(first, what, least) {
      let length = 0;
      for (let sector = first; sector !== CHAIN_END; sector = fat.readUInt32LE(sector * 4)) {
        if (sector >= known) refuse(`${what} leads to mini sector ${sector}, and there are ${known}`);
        if (claimed[sector] === 1) refuse(`${what} leads to mini sector ${sector}, which is in use already`);
        claimed[sector] = 1;
        length += 1;
      }
      if (length < least) refuse(`${what} needs ${least} mini sectors and has ${length}`);
    },
    *walk(first) {
      for (let sector = first; sector !== CHAIN_END; sector = fat.readUInt32LE(sector * 4)) {
        yield sectors.offsetOf(holders[Math.floor(sector / perSector)]!) + (sector % perSector) * MINI;
      }
    },
  };
}

function openEntry(
  source: ByteSource,
  sectors: Sectors,
  mini: MiniStream,
  entry: DirectoryEntry,
  refuse: Refuse,
): CompoundEntry {
  const { path: name, first, size } = entry;
  const what = `the stream ${JSON.stringify(name)}`;
  if (size > source.size) refuse(`${what} is to have ${size} bytes, more than the file`);
  const small = size < SMALL;
  const unit = small ? MINI : sectors.size;
  if (size > 0) {
    if (small) mini.claim(first, what, Math.ceil(size / unit));
    else sectors.checkChain(first, what, Math.ceil(size / unit));
  }
  function* offsets(): Generator<number, void, undefined> {
    if (small) yield* mini.walk(first);
    else for (const sector of sectors.walkChain(first)) yield sectors.offsetOf(sector);
  }
  return {
    name,
    size,
    async *open() {
      if (size === 0) return;
      for (const [offset, length] of joinPieces(offsets(), unit, size)) {
        if (offset + length > source.size) refuse(`the file ends within ${what}`);
        yield await source.read(offset, length);
      }
    },
    locate() {
      const runs = [...joinPieces(offsets(), unit, size, Infinity)];
      const [run] = runs;
      if (run && runs.length === 1 && run[0] + size <= source.size) return { source, offset: run[0], length: size };
      return { source: joinRuns(source, size, runs, refuse), offset: 0, length: size };
    },
  };
}

/** Runs of a file as one source. */
function joinRuns(file: ByteSource, size: number, runs: readonly [number, number][], refuse: Refuse): ByteSource {
  return {
    name: file.name,
    size,
    async read(offset, length) {
      const bytes = Buffer.alloc(length);
      let [at, done] = [0, 0];
      for (const [start, count] of runs) {
        const from = offset + done - at;
        if (done < length && from < count) {
          const part = Math.min(count - from, length - done);
          if (start + from + part > file.size) refuse('the file ends within a stream');
          bytes.set(await file.read(start + from, part), done);
          done += part;
        }
        at += count;
      }
      if (done < length) refuse('a stream is shorter than it says');
      return bytes;
    },
  };
}

/** Neighbouring units as one piece: offset and length, `size` bytes in all. */
function* joinPieces(offsets: Iterable<number>, unit: number, size: number, most = PIECE): Generator<[number, number]> {
  let [start, length, missing] = [0, 0, size];
  for (const offset of offsets) {
    if (missing <= 0) break; // a chain may be longer than its stream
    if (length > 0 && (offset !== start + length || length >= most)) {
      yield [start, length];
      length = 0;
    }
    if (length === 0) start = offset;
    length += Math.min(unit, missing);
    missing -= unit;
  }
  if (length > 0) yield [start, length];
}

/** The sectors of a table, which the caller bounded. */
async function readWhole(
  source: ByteSource,
  sectors: Sectors,
  chain: Uint32Array,
  what: string,
  refuse: Refuse,
): Promise<Buffer> {
  const bytes = Buffer.alloc(chain.length * sectors.size);
  for (const [index, sector] of chain.entries()) {
    const offset = sectors.offsetOf(sector);
    if (offset + sectors.size > source.size) refuse(`the file ends within ${what}`);
    bytes.set(await source.read(offset, sectors.size), index * sectors.size);
  }
  return bytes;
}
