/**
 * The first 512 bytes of a compound file ([MS-CFB] 2.2) and the table of all sectors that they lead to (2.3, 2.5). Nothing of it is
 * believed: every number is held against the file's size first.
 */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource } from '../../../build/model/format.ts';

/** Sectors of a file of 2 GiB, the most that version 3 can have: a bound for the tables in memory. */
const MOST_SECTORS = 1 << 22;
const HEADER = 512;
/** Numbers above stand for something else than a sector. */
export const LAST_SECTOR = 0xfffffffa;
export const CHAIN_END = 0xfffffffe;
const UNUSED = 0xffffffff;

export type Refuse = (what: string, cause?: unknown) => never;

export interface Sectors {
  /** Bytes of one: 512 or 4096. */
  size: number;
  /** How many the file holds; the last may be cut short. */
  count: number;
  major: 3 | 4;
  firstDirectory: number;
  firstMiniFat: number;
  miniFatCount: number;
  /** The sectors of the chain that begins at `first`, which nobody may have had before. `most` bounds their number. */
  claimChain(first: number, what: string, most: number): Uint32Array;
  /** Claims a chain of at least `least` sectors, and keeps no list. */
  checkChain(first: number, what: string, least: number): void;
  /** The sectors of a chain that was claimed before. */
  walkChain(first: number): Generator<number, void, undefined>;
  /** Offset of a sector in the file. */
  offsetOf(sector: number): number;
}

export function refuser(name: string): Refuse {
  return (what, cause) => {
    throw new PackwrightError(name, what, 'the file is damaged, or is no compound file; get it again', cause);
  };
}

/** @throws PackwrightError when the bytes are no compound file, or its tables contradict themselves or the file's size. */
export async function readSectors(source: ByteSource, refuse: Refuse): Promise<Sectors> {
  if (source.size < HEADER) refuse(`${source.size} bytes are too few for the header of a compound file`);
  const header = Buffer.from(await source.read(0, HEADER));
  if (header.toString('hex', 0, 8) !== 'd0cf11e0a1b11ae1') refuse('is not a compound file: its signature is missing');
  if (header.readUInt16LE(28) !== 0xfffe) refuse('its byte order mark is wrong');
  const major = header.readUInt16LE(26);
  const shift = header.readUInt16LE(30);
  if (!((major === 3 && shift === 9) || (major === 4 && shift === 12))) {
    return refuse(`version ${major} with sectors of 2^${shift} bytes is unknown`);
  }
  if (header.readUInt16LE(32) !== 6 || header.readUInt32LE(56) !== 4096) refuse('its mini sectors are not of 64 bytes');
  const size = 1 << shift;
  const count = Math.max(0, Math.ceil(source.size / size) - 1);
  if (count > MOST_SECTORS) refuse(`${source.size} bytes are more than a compound file may have here`);

  const claimed = new Uint8Array(count);
  const claim = (sector: number, what: string) => {
    if (sector >= count) refuse(`${what} leads to sector ${sector}, and the file has ${count}`);
    if (claimed[sector] === 1) refuse(`${what} leads to sector ${sector}, which is in use already`);
    claimed[sector] = 1;
  };
  const read = async (sector: number, what: string): Promise<Buffer> => {
    const offset = (sector + 1) * size;
    if (offset + size > source.size) refuse(`the file ends within ${what}`);
    return Buffer.from(await source.read(offset, size));
  };
  const fatSectors = await listFatSectors(header, size, claim, read, refuse);
  const fat = new Uint32Array(count).fill(UNUSED);
  for (const [index, sector] of fatSectors.entries()) {
    if (index * (size / 4) >= count) break; // speaks of sectors behind the file's end only
    const bytes = await read(sector, 'the FAT');
    const numbers = Math.min(size / 4, count - index * (size / 4));
    for (let i = 0; i < numbers; i++) fat[index * (size / 4) + i] = bytes.readUInt32LE(i * 4);
  }

  function* claimEach(first: number, what: string): Generator<number, void, undefined> {
    for (let sector = first; sector !== CHAIN_END; sector = fat[sector]!) {
      claim(sector, what);
      yield sector;
    }
  }
  return {
    size,
    count,
    major: major === 3 ? 3 : 4,
    firstDirectory: header.readUInt32LE(48),
    firstMiniFat: header.readUInt32LE(60),
    miniFatCount: header.readUInt32LE(64),
    claimChain(first, what, most) {
      const sectors: number[] = [];
      for (const sector of claimEach(first, what)) {
        if (sectors.length === most) refuse(`${what} has more than ${most} sectors`);
        sectors.push(sector);
      }
      return Uint32Array.from(sectors);
    },
    checkChain(first, what, least) {
      let length = 0;
      for (const _ of claimEach(first, what)) length += 1;
      if (length < least) refuse(`${what} needs ${least} sectors and has ${length}`);
    },
    *walkChain(first) {
      for (let sector = first; sector !== CHAIN_END; sector = fat[sector]!) yield sector;
    },
    offsetOf: (sector) => (sector + 1) * size,
  };
}

/** Numbers of the FAT's own sectors: 109 in the header, the others in the DIFAT's chain. */
async function listFatSectors(
  header: Buffer,
  size: number,
  claim: (sector: number, what: string) => void,
  read: (sector: number, what: string) => Promise<Buffer>,
  refuse: Refuse,
): Promise<number[]> {
  const wanted = header.readUInt32LE(44);
  const found: number[] = [];
  const take = (table: Buffer, from: number, to: number) => {
    for (let at = from; at < to && found.length < wanted; at += 4) {
      const sector = table.readUInt32LE(at);
      claim(sector, 'the list of FAT sectors');
      found.push(sector);
    }
  };
  take(header, 76, HEADER);
  let next = header.readUInt32LE(68);
  while (found.length < wanted) {
    claim(next, 'the DIFAT');
    const table = await read(next, 'the DIFAT');
    take(table, 0, size - 4);
    next = table.readUInt32LE(size - 4);
  }
  if (found.length === 0) refuse('it has no FAT');
  return found;
}
