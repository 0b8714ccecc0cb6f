/** The directory of a compound file ([MS-CFB] 2.6): a tree of names below each storage, walked without trust. */
import type { Refuse } from './read-header.ts';

const SLOT = 128;
const ABSENT = 0xffffffff;
const TYPES = { 1: 'storage', 2: 'stream', 5: 'root' } as const;
/** Storages within storages; Windows Installer needs one level. */
const DEEPEST = 8;

export interface DirectoryEntry {
  /** From the root, names joined by `/`, which no name can hold. Empty for the root. */
  path: string;
  kind: 'storage' | 'stream' | 'root';
  /** `{…}` in upper case. */
  clsid: string;
  first: number;
  /** Bytes. */
  size: number;
}
interface Slot extends DirectoryEntry {
  left: number;
  right: number;
  child: number;
}

/** The root first, then everything that can be reached from it, in no particular order. */
export function readDirectory(bytes: Buffer, major: 3 | 4, refuse: Refuse): DirectoryEntry[] {
  const slots = bytes.length / SLOT;
  const reached = new Uint8Array(slots);
  const visit = (index: number): Slot => {
    if (index >= slots) refuse(`the directory leads to entry ${index}, and has ${slots}`);
    if (reached[index] === 1) refuse(`the directory leads to entry ${index} twice`);
    reached[index] = 1;
    return readSlot(bytes.subarray(index * SLOT, (index + 1) * SLOT), index, major, refuse);
  };

  const root = visit(0);
  if (root.kind !== 'root') refuse('the directory does not begin with the root');
  const entries: DirectoryEntry[] = [{ ...root, path: '' }];
  const names = new Set<string>();
  const open: { index: number; above: string; depth: number }[] = [{ index: root.child, above: '', depth: 1 }];
  for (let place = open.pop(); place; place = open.pop()) {
    const { index, above, depth } = place;
    if (index === ABSENT) continue;
    const { left, right, child, ...entry } = visit(index);
    const path = `${above}${entry.path}`;
    if (entry.kind === 'root') refuse(`entry ${index} of the directory is a second root`);
    const folded = foldCase(path);
    if (names.has(folded)) refuse(`${JSON.stringify(path)} is there twice`);
    if (depth > DEEPEST) refuse(`${JSON.stringify(path)} lies deeper than ${DEEPEST} storages`);
    names.add(folded);
    entries.push({ ...entry, path });
    open.push({ index: left, above, depth }, { index: right, above, depth });
    if (entry.kind === 'storage') open.push({ index: child, above: `${path}/`, depth: depth + 1 });
  }
  return entries;
}

/** Names that differ in case alone are one name; a letter whose upper case is several (`ß`) has none here. */
function foldCase(name: string): string {
  return name
    .split('')
    .map((unit) => (unit.toUpperCase().length > 1 ? unit : unit.toUpperCase()))
    .join('');
}

function readSlot(slot: Buffer, index: number, major: 3 | 4, refuse: Refuse): Slot {
  const kind = Object.entries(TYPES).find(([type]) => Number(type) === slot[66])?.[1];
  if (!kind) return refuse(`entry ${index} of the directory has the type ${slot[66]}`);
  const length = slot.readUInt16LE(64);
  if (length < 4 || length > 64 || length % 2 === 1) refuse(`entry ${index} has a name of ${length} bytes`);
  const name = slot.toString('utf16le', 0, length - 2);
  if (slot.readUInt16LE(length - 2) !== 0 || /[\0/\\:!]/.test(name)) {
    refuse(`entry ${index} of the directory has no proper name: ${JSON.stringify(name)}`);
  }
  const size = major === 3 ? slot.readUInt32LE(120) : Number(slot.readBigUInt64LE(120));
  const [left, right, child, first] = [68, 72, 76, 116].map((at) => slot.readUInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ]; // four offsets
  return { path: name, kind, clsid: guidText(slot.subarray(80, 96)), first, size, left, right, child };
}

function guidText(bytes: Buffer): string {
  const number = (at: number, width: number) =>
    bytes
      .readUIntLE(at, width)
      .toString(16)
      .padStart(width * 2, '0');
  const tail = `${bytes.toString('hex', 8, 10)}-${bytes.toString('hex', 10, 16)}`;
  return `{${number(0, 4)}-${number(4, 2)}-${number(6, 2)}-${tail}}`.toUpperCase();
}
