/** What a PE32+ file needs and offers (Microsoft PE and COFF Specification, sections "The .edata Section" to "The .rsrc Section"). */
import type { ByteSource } from '../model/format.ts';
import { badPe, type PeDirectory, type PeHeaders, readPeHeaders } from './headers.ts';

export interface Pe extends PeHeaders {
  /** Libraries it is linked against, in file order. */
  imports: readonly { library: string; functions: readonly string[] }[];
  /** Names of the functions it offers, sorted as in the file. */
  exports: readonly string[];
  resources: readonly PeResource[];
}
/** One resource; type, name and language are numbers, or texts where the file has texts. */
export interface PeResource {
  type: number | string;
  name: number | string;
  language: number | string;
  /** Offset in the file, and bytes. */
  offset: number;
  size: number;
}

/** Bounds no sound file comes near: nothing more is read on a file's word. */
const MAX_DIRECTORY = 1 << 20;
const MAX_LIBRARIES = 4096;
const MAX_NAMES = 65536;
const MAX_NAME = 512;

/** Bytes at an address in memory. */
type ReadAt = (address: number, length: number) => Promise<Buffer>;

/** @throws PackwrightError naming the file when it is not a sound 64-bit PE file of a known processor. */
export async function readPe(source: ByteSource): Promise<Pe> {
  const headers = await readPeHeaders(source);
  const bad = badPe(source.name);
  const fileOffset = (address: number, length: number) => {
    const section = headers.sections.find(
      (one) => address >= one.virtualAddress && address + length <= one.virtualAddress + one.size,
    );
    if (!section) throw bad('a table lies outside every section');
    return address - section.virtualAddress + section.offset;
  };
  const readAt: ReadAt = async (address, length) => Buffer.from(await source.read(fileOffset(address, length), length));
  const readName = async (address: number) => {
    const section = headers.sections.find(
      (one) => address >= one.virtualAddress && address < one.virtualAddress + one.size,
    );
    if (!section) throw bad('a name lies outside every section');
    const length = Math.min(MAX_NAME, section.virtualAddress + section.size - address);
    const bytes = await readAt(address, length);
    const end = bytes.indexOf(0);
    if (end < 0) throw bad('a name has no end');
    return bytes.toString('latin1', 0, end);
  };
  const { directories } = headers;
  for (const [name, { size }] of Object.entries(directories)) {
    if (name !== 'resources' && name !== 'security' && size > MAX_DIRECTORY)
      throw bad(`its table of ${name} is too large`);
  }
  if (directories.security.address + directories.security.size > source.size)
    throw bad('its signature lies outside the file');
  return {
    ...headers,
    imports: await readImports(directories.imports, readAt, readName, bad),
    exports: await readExports(directories.exports, readAt, readName, bad),
    resources: await readResources(directories.resources, readAt, fileOffset, bad),
  };
}

type ReadName = (address: number) => Promise<string>;
type Bad = ReturnType<typeof badPe>;

async function readImports(directory: PeDirectory, readAt: ReadAt, readName: ReadName, bad: Bad) {
  const imports: { library: string; functions: string[] }[] = [];
  if (directory.address === 0) return imports;
  for (let at = directory.address; ; at += 20) {
    const entry = await readAt(at, 20);
    const name = entry.readUInt32LE(12);
    if (name === 0) return imports;
    if (imports.length === MAX_LIBRARIES) throw bad('it names too many libraries');
    const functions: string[] = [];
    for (let lookup = entry.readUInt32LE(0) || entry.readUInt32LE(16); ; lookup += 8) {
      const value = (await readAt(lookup, 8)).readBigUInt64LE();
      if (value === 0n) break;
      if (functions.length === MAX_NAMES) throw bad('it names too many functions');
      // The highest bit: by number instead of by name. A name follows two bytes of a hint.
      functions.push(value >> 63n ? `#${value & 0xffffn}` : await readName(Number(BigInt.asUintN(31, value)) + 2));
    }
    imports.push({ library: await readName(name), functions });
  }
}

async function readExports(directory: PeDirectory, readAt: ReadAt, readName: ReadName, bad: Bad) {
  if (directory.address === 0) return [];
  const table = await readAt(directory.address, 40);
  const count = table.readUInt32LE(24);
  if (count > MAX_NAMES) throw bad('it offers too many functions');
  if (count === 0) return [];
  const pointers = await readAt(table.readUInt32LE(32), count * 4);
  const names: string[] = [];
  for (let i = 0; i < count; i++) names.push(await readName(pointers.readUInt32LE(i * 4)));
  return names;
}

/** Three levels of directories: types, names, languages; then where the bytes are. */
async function readResources(
  directory: PeDirectory,
  readAt: ReadAt,
  fileOffset: (address: number, length: number) => number,
  bad: Bad,
): Promise<PeResource[]> {
  if (directory.address === 0) return [];
  const within = async (offset: number, length: number) => {
    if (offset + length > directory.size) throw bad('a resource lies outside its directory');
    return readAt(directory.address + offset, length);
  };
  let left = MAX_NAMES;
  const entries = async (offset: number) => {
    const head = await within(offset, 16);
    const count = head.readUInt16LE(12) + head.readUInt16LE(14);
    left -= count;
    if (left < 0) throw bad('it holds too many resources');
    const table = await within(offset + 16, count * 8);
    const found: { id: number | string; to: number; isDirectory: boolean }[] = [];
    for (let at = 0; at < table.length; at += 8) {
      const id = table.readUInt32LE(at);
      const to = table.readUInt32LE(at + 4);
      found.push({
        id: id >>> 31 ? await text(id & 0x7fffffff) : id,
        to: to & 0x7fffffff,
        isDirectory: to >>> 31 === 1,
      });
    }
    return found;
  };
  const text = async (offset: number) => {
    const length = (await within(offset, 2)).readUInt16LE();
    return (await within(offset + 2, length * 2)).toString('utf16le');
  };
  const resources: PeResource[] = [];
  for (const type of await entries(0)) {
    if (!type.isDirectory) throw bad('a type of resources has no names');
    for (const name of await entries(type.to)) {
      if (!name.isDirectory) throw bad('a resource has no languages');
      for (const language of await entries(name.to)) {
        if (language.isDirectory) throw bad('its resources are nested too deep');
        const data = await within(language.to, 16);
        const size = data.readUInt32LE(4);
        const offset = fileOffset(data.readUInt32LE(0), size);
        resources.push({ type: type.id, name: name.id, language: language.id, offset, size });
      }
    }
  }
  return resources;
}
