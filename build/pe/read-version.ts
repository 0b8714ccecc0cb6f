/** The version resource read back (Win32 `VS_VERSIONINFO`): what Windows and Windows Installer take for a file's version. */
import type { FileVersion } from '../model/file-tree.ts';
import type { ByteSource } from '../model/format.ts';
import { badPe } from './headers.ts';
import { readPe } from './read-pe.ts';

const RT_VERSION = 16;
const FIXED_SIGNATURE = 0xfeef04bd;
/** The lengths in it have sixteen bits. */
const LARGEST = 0xffff;

/** A part of the resource: its key, its value, and the parts below it. */
interface Node {
  key: string;
  value: Buffer;
  children: Buffer;
  /** Bytes to where the next one begins. */
  length: number;
}

/**
 * @returns undefined for a file without a version resource.
 * @throws PackwrightError naming the file when it, or that resource, is not sound.
 */
export async function readVersion(source: ByteSource): Promise<FileVersion | undefined> {
  const { resources } = await readPe(source);
  const resource = resources.find(({ type }) => type === RT_VERSION);
  if (!resource) return undefined;
  const bad = badPe(source.name);
  if (resource.size > LARGEST) throw bad('its version resource is too large');
  const root = readNode(Buffer.from(await source.read(resource.offset, resource.size)), bad);
  if (root.key !== 'VS_VERSION_INFO') throw bad('its version resource has another name');
  // "If wValueLength is 0, there is no fixed file information": then Windows knows no version either.
  if (root.value.length === 0) return undefined;
  if (root.value.length < 52 || root.value.readUInt32LE(0) !== FIXED_SIGNATURE) throw bad('its version is cut off');
  const [high, low] = [root.value.readUInt32LE(8), root.value.readUInt32LE(12)];
  return {
    number: [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.'),
    languages: readLanguages(root.children, bad),
  };
}

/** Of VarFileInfo's Translation: pairs of a language and a code page. */
function readLanguages(children: Buffer, bad: ReturnType<typeof badPe>): number[] {
  const languages: number[] = [];
  for (const info of readNodes(children, bad)) {
    if (info.key !== 'VarFileInfo') continue;
    for (const { key, value } of readNodes(info.children, bad)) {
      if (key !== 'Translation') continue;
      for (let at = 0; at + 4 <= value.length; at += 4) languages.push(value.readUInt16LE(at));
    }
  }
  return [...new Set(languages)];
}

function readNodes(bytes: Buffer, bad: ReturnType<typeof badPe>): Node[] {
  const nodes: Node[] = [];
  for (let at = 0; at + 6 <= bytes.length; ) {
    const node = readNode(bytes.subarray(at), bad);
    nodes.push(node);
    at += node.length;
  }
  return nodes;
}

/** Length, value length (characters for text, else bytes), kind, key; then value and children, each at a multiple of four. */
function readNode(bytes: Buffer, bad: ReturnType<typeof badPe>): Node {
  if (bytes.length < 8) throw bad('its version resource is cut off');
  const size = bytes.readUInt16LE(0);
  if (size < 8 || size > bytes.length) throw bad('a part of its version resource has an impossible length');
  let end = 6;
  while (end + 2 <= size && bytes.readUInt16LE(end) !== 0) end += 2;
  const value = multipleOfFour(end + 2);
  const length = bytes.readUInt16LE(2) * (bytes.readUInt16LE(4) === 1 ? 2 : 1);
  const after = Math.min(value + length, size); // some count the bytes of a text
  return {
    key: bytes.toString('utf16le', 6, end),
    value: bytes.subarray(Math.min(value, size), after),
    children: bytes.subarray(Math.min(multipleOfFour(after), size), size),
    length: multipleOfFour(size),
  };
}

function multipleOfFour(offset: number): number {
  return (offset + 3) & ~3;
}
