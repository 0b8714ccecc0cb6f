/**
 * Directory entries of 128 bytes ([MS-CFB] 2.6.1): name 0 (64, UTF-16), its bytes with NUL 64 (2), type 66, colour 67, left 68, right 72,
 * child 76, CLSID 80 (16), state 96 (4), created 100 (8), modified 108 (8), first sector 116 (4), size 120 (8).
 */
const ENTRY = 128;
const ENTRIES_A_SECTOR = 4;
/** NOSTREAM: no such sibling or child. */
const NONE = 0xffffffff;
const [STREAM, ROOT] = [2, 5];
const [RED, BLACK] = [0, 1];

/** A stream or, for the root, the mini stream: where its chain begins. */
export interface Placed {
  name: string;
  /** Bytes. */
  size: number;
  /** Number of its first sector or mini sector. */
  first: number;
}

/** Bytes of the directory of `count` streams, filled up to whole sectors. */
export function directorySize(count: number): number {
  return Math.ceil((count + 1) / ENTRIES_A_SECTOR) * ENTRIES_A_SECTOR * ENTRY;
}

/**
 * The directory of a file whose only storage is the root. Entry 0 is the root, entry n the nth stream; no time is said.
 * @param streams sorted by `compareNames`, which is the tree's order.
 * @param clsid 16 bytes as they are stored.
 */
export function encodeDirectory(root: Placed, streams: readonly Placed[], clsid: Uint8Array): Buffer {
  const directory = Buffer.alloc(directorySize(streams.length));
  for (let at = 0; at < directory.length; at += ENTRY) directory.fill(0xff, at + 68, at + 80);
  const write = (index: number, placed: Placed, type: number, colour: number, links: readonly number[]) => {
    const entry = directory.subarray(index * ENTRY, (index + 1) * ENTRY);
    entry.write(placed.name, 0, 'utf16le');
    entry.writeUInt16LE((placed.name.length + 1) * 2, 64);
    entry[66] = type;
    entry[67] = colour;
    for (const [i, link] of links.entries()) entry.writeUInt32LE(link, 68 + i * 4);
    entry.writeUInt32LE(placed.first, 116);
    entry.writeUInt32LE(placed.size, 120);
  };

  // Halving a sorted list leaves every level full but the deepest: black levels and a red last one are a red-black tree.
  const redLevel = Math.floor(Math.log2(streams.length + 1));
  const plant = (from: number, to: number, level: number): number => {
    if (from >= to) return NONE;
    const middle = (from + to - 1) >> 1;
    const links = [plant(from, middle, level + 1), plant(middle + 1, to, level + 1), NONE];
    write(middle + 1, streams[middle]!, STREAM, level < redLevel ? BLACK : RED, links);
    return middle + 1;
  };
  write(0, root, ROOT, BLACK, [NONE, NONE, plant(0, streams.length, 0)]);
  directory.set(clsid, 80);
  return directory;
}
