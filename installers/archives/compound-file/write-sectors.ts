/** Tables of a compound file whose parts are runs of sectors ([MS-CFB] 2.2, 2.3 and 2.5). */

export const SECTOR = 512;
/** Streams shorter than this lie in the mini stream. */
export const MINI_CUTOFF = 4096;
/** Numbers that a FAT sector holds. */
const NUMBERS = SECTOR / 4;
/** FAT sectors that the header names; the others are named by the DIFAT, 127 a sector. */
const IN_HEADER = 109;
const IN_DIFAT = NUMBERS - 1;
export const [DIFAT_SECTOR, FAT_SECTOR, END_OF_CHAIN, FREE] = [0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff];

/** A run of sectors with consecutive numbers, which is one chain unless `mark` stands in its place. */
export interface Run {
  first: number;
  sectors: number;
  mark?: number;
}

/** Runs of these lengths, one behind the other. */
export function runsFrom(start: number, lengths: readonly number[]): Run[] {
  let first = start;
  return lengths.map((sectors) => {
    const run = { first, sectors };
    first += sectors;
    return run;
  });
}

export function startOf(run: Run): number {
  return run.sectors > 0 ? run.first : END_OF_CHAIN;
}

/** FAT and DIFAT sectors for `others` sectors: both are counted in the FAT themselves, so counting goes on until nothing is added. */
export function countFat(others: number): { fatSectors: number; difatSectors: number } {
  let [fatSectors, difatSectors] = [0, 0];
  for (;;) {
    const fat = Math.ceil((others + fatSectors + difatSectors) / NUMBERS);
    const difat = Math.max(0, Math.ceil((fat - IN_HEADER) / IN_DIFAT));
    if (fat === fatSectors && difat === difatSectors) return { fatSectors, difatSectors };
    [fatSectors, difatSectors] = [fat, difat];
  }
}

/** The FAT of these runs: each sector names the next one. */
export function encodeChains(runs: readonly Run[], sectors: number): Buffer {
  const table = Buffer.alloc(sectors * SECTOR, 0xff); // FREE
  for (const { first, sectors: length, mark } of runs) {
    const end = first + length;
    for (let sector = first; sector < end; sector++) {
      table.writeUInt32LE(mark ?? (sector + 1 < end ? sector + 1 : END_OF_CHAIN), sector * 4);
    }
  }
  return table;
}

/** FAT sectors behind the 109 that the header names; the last number of each sector is the next sector's. */
export function encodeDifat(difat: Run, fat: Run): Buffer {
  const table = Buffer.alloc(difat.sectors * SECTOR, 0xff); // FREE
  for (let i = 0; i < difat.sectors; i++) {
    const at = i * SECTOR;
    for (let k = 0; k < IN_DIFAT; k++) {
      const index = IN_HEADER + i * IN_DIFAT + k;
      if (index < fat.sectors) table.writeUInt32LE(fat.first + index, at + k * 4);
    }
    table.writeUInt32LE(i + 1 < difat.sectors ? difat.first + i + 1 : END_OF_CHAIN, at + SECTOR - 4);
  }
  return table;
}

/**
 * [MS-CFB] 2.2: signature 0 (8), CLSID 8 (16), minor 24, major 26, byte order 28, sector shift 30, mini shift 32, directory sectors 40
 * (0 in version 3), FAT sectors 44, first directory sector 48, transaction 52, mini cutoff 56, first mini FAT sector 60, their number 64,
 * first DIFAT sector 68, their number 72, the first 109 FAT sectors 76.
 */
export function encodeHeader(fat: Run, directory: Run, miniFat: Run, difat: Run): Buffer {
  const header = Buffer.alloc(SECTOR);
  header.write('d0cf11e0a1b11ae1', 0, 'hex');
  for (const [at, value] of [
    [24, 0x3e],
    [26, 3],
    [28, 0xfffe],
    [30, 9],
    [32, 6],
  ] as const) {
    header.writeUInt16LE(value, at);
  }
  const numbers = [fat.sectors, directory.first, 0, MINI_CUTOFF];
  numbers.push(startOf(miniFat), miniFat.sectors, startOf(difat), difat.sectors);
  for (const [i, number] of numbers.entries()) header.writeUInt32LE(number, 44 + i * 4);
  for (let i = 0; i < IN_HEADER; i++) header.writeUInt32LE(i < fat.sectors ? fat.first + i : FREE, 76 + i * 4);
  return header;
}
