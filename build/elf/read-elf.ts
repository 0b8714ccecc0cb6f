/**
 * A reader for 64-bit little-endian ELF files (System V gABI, chapters 4 and 5; symbol versions: LSB Core 5.0, section 10.7).
 */
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource } from '../model/format.ts';
import type { Arch } from '../model/target.ts';

export interface Section {
  nameOffset: number;
  name: string;
  type: number;
  flags: bigint;
  offset: number;
  size: number;
  link: number;
  info: number;
  /** The 64 bytes of the section header as they stand in the file. */
  header: Buffer;
}
export interface Segment {
  type: number;
  flags: number;
  offset: number;
  vaddr: bigint;
  filesz: number;
}
export interface Elf {
  arch: Arch;
  header: Buffer;
  sections: readonly Section[];
  segments: readonly Segment[];
  /** Sonames of DT_NEEDED, in file order, each with the symbol versions it is asked for (.gnu.version_r), sorted. */
  needed: readonly { soname: string; versions: readonly string[] }[];
  /** DT_RPATH or DT_RUNPATH; empty in a sound package. */
  runpath: string;
  soname: string;
}

const MACHINES: Readonly<Record<number, Arch>> = { 62: 'x64', 183: 'arm64' };
export const SHT_NOBITS = 8;
export const SHF_ALLOC = 2n;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
/** Bounds no sound file comes near: read nothing larger on a file's word. */
const MAX_HEADERS = 4096;
const MAX_TABLE = 64 * 1024 * 1024;

/** True when the first bytes say ELF. */
export function looksLikeElf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** @throws PackwrightError naming the file when it is not a sound 64-bit little-endian ELF file of a known processor. */
export async function readElf(source: ByteSource): Promise<Elf> {
  const bad = (what: string) =>
    new PackwrightError(source.name, `not a sound ELF file: ${what}`, 'take the file from its publisher again');
  const bytes = async (offset: number, length: number) => {
    if (offset < 0 || length < 0 || length > MAX_TABLE || offset + length > source.size)
      throw bad('a table lies outside the file');
    return Buffer.from(await source.read(offset, length));
  };
  if (source.size < 64) throw bad('it is shorter than its header');
  const header = await bytes(0, 64);
  if (!looksLikeElf(header) || header[4] !== 2 || header[5] !== 1) throw bad('it is not a 64-bit little-endian one');
  const machine = header.readUInt16LE(18);
  const arch = MACHINES[machine];
  if (!arch) throw bad(`its processor is number ${machine}, which is neither x64 nor arm64`);

  const segments = await readSegments(header, bytes);
  const sections = await readSections(header, bytes);
  const dynamic = await readDynamic(segments, bytes, bad);
  return { arch, header, sections, segments, ...dynamic };
}

type ReadBytes = (offset: number, length: number) => Promise<Buffer>;

async function readSegments(header: Buffer, bytes: ReadBytes): Promise<Segment[]> {
  const count = header.readUInt16LE(56);
  const table = await bytes(Number(header.readBigUInt64LE(32)), Math.min(count, MAX_HEADERS) * 56);
  const segments: Segment[] = [];
  for (let at = 0; at < table.length; at += 56) {
    segments.push({
      type: table.readUInt32LE(at),
      flags: table.readUInt32LE(at + 4),
      offset: Number(table.readBigUInt64LE(at + 8)),
      vaddr: table.readBigUInt64LE(at + 16),
      filesz: Number(table.readBigUInt64LE(at + 32)),
    });
  }
  return segments;
}

async function readSections(header: Buffer, bytes: ReadBytes): Promise<Section[]> {
  const count = Math.min(header.readUInt16LE(60), MAX_HEADERS);
  if (count === 0) return [];
  const table = await bytes(Number(header.readBigUInt64LE(40)), count * 64);
  const sections: Section[] = [];
  for (let at = 0; at < table.length; at += 64) {
    sections.push({
      nameOffset: table.readUInt32LE(at),
      name: '',
      type: table.readUInt32LE(at + 4),
      flags: table.readBigUInt64LE(at + 8),
      offset: Number(table.readBigUInt64LE(at + 24)),
      size: Number(table.readBigUInt64LE(at + 32)),
      link: table.readUInt32LE(at + 40),
      info: table.readUInt32LE(at + 44),
      header: table.subarray(at, at + 64),
    });
  }
  const names = sections[header.readUInt16LE(62)];
  if (names) {
    const text = await bytes(names.offset, names.size);
    for (const section of sections) section.name = cString(text, section.nameOffset);
  }
  return sections;
}

async function readDynamic(segments: Segment[], bytes: ReadBytes, bad: (what: string) => PackwrightError) {
  const segment = segments.find((one) => one.type === PT_DYNAMIC);
  if (!segment) return { needed: [], runpath: '', soname: '' };
  const table = await bytes(segment.offset, segment.filesz);
  const values = new Map<number, number[]>();
  for (let at = 0; at + 16 <= table.length; at += 16) {
    const tag = Number(table.readBigInt64LE(at));
    if (tag === 0) break;
    values.set(tag, [...(values.get(tag) ?? []), Number(table.readBigUInt64LE(at + 8))]);
  }
  const fileOffset = (vaddr: number) => {
    const load = segments.find(
      (s) => s.type === PT_LOAD && vaddr >= Number(s.vaddr) && vaddr < Number(s.vaddr) + s.filesz,
    );
    if (!load) throw bad('its dynamic section points outside every segment');
    return vaddr - Number(load.vaddr) + load.offset;
  };
  const one = (tag: number) => values.get(tag)?.[0];
  const strtab = one(5);
  const strsz = one(10);
  if (strtab === undefined || strsz === undefined) return { needed: [], runpath: '', soname: '' };
  const strings = await bytes(fileOffset(strtab), strsz);
  const versions = new Map<string, Set<string>>();
  const verneed = one(0x6ffffffe);
  const verneednum = Math.min(one(0x6fffffff) ?? 0, MAX_HEADERS);
  if (verneed !== undefined) {
    let at = fileOffset(verneed);
    for (let i = 0; i < verneednum; i++) {
      const need = await bytes(at, 16);
      const set = new Set<string>();
      versions.set(cString(strings, need.readUInt32LE(4)), set);
      let aux = at + need.readUInt32LE(8);
      for (let k = Math.min(need.readUInt16LE(2), MAX_HEADERS); k > 0; k--) {
        const entry = await bytes(aux, 16);
        set.add(cString(strings, entry.readUInt32LE(8)));
        aux += entry.readUInt32LE(12);
      }
      at += need.readUInt32LE(12);
    }
  }
  const needed = (values.get(1) ?? []).map((offset) => {
    const soname = cString(strings, offset);
    return { soname, versions: [...(versions.get(soname) ?? [])].sort() };
  });
  const text = (tag: number) => (one(tag) === undefined ? '' : cString(strings, one(tag)!));
  return { needed, runpath: text(29) || text(15), soname: text(14) };
}

function cString(table: Buffer, offset: number): string {
  const end = table.indexOf(0, offset);
  return offset >= table.length ? '' : table.toString('latin1', offset, end < 0 ? table.length : end);
}

/** Path of the program interpreter, `/lib64/ld-linux-x86-64.so.2`; empty for a library. */
export async function readInterpreter(source: ByteSource, elf: Elf): Promise<string> {
  const segment = elf.segments.find((one) => one.type === PT_INTERP);
  if (!segment || segment.filesz > 4096) return '';
  return cString(Buffer.from(await source.read(segment.offset, segment.filesz)), 0);
}
