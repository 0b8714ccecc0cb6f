/** The headers of a PE32+ file (Microsoft PE and COFF Specification, sections "MS-DOS Stub" to "Section Table"). */
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource } from '../model/format.ts';
import type { Arch } from '../model/target.ts';

export interface PeSection {
  name: string;
  /** Where it lies in memory, counted from the image's start, and in the file. Bytes. */
  virtualAddress: number;
  virtualSize: number;
  offset: number;
  size: number;
}
/** A data directory: an address in memory and a size, both 0 when there is none. For `security` the address is an offset in the file. */
export interface PeDirectory {
  address: number;
  size: number;
}
export interface PeHeaders {
  arch: Arch;
  isLibrary: boolean;
  /** IMAGE_SUBSYSTEM: 2 windowless, 3 console. */
  subsystem: number;
  sections: readonly PeSection[];
  directories: Readonly<Record<DirectoryName, PeDirectory>>;
  /** The bytes from the file's start to the end of the section table. */
  bytes: Buffer;
  /** Offset of the optional header, and of the first data directory. */
  optionalHeader: number;
  dataDirectories: number;
  /** Everything after it belongs to no section: the signature, or what somebody appended. */
  end: number;
}
export type DirectoryName = 'exports' | 'imports' | 'resources' | 'security';

/** IMAGE_FILE_MACHINE. */
export const PE_MACHINES: Readonly<Record<number, Arch>> = { 34404: 'x64', 43620: 'arm64' };
const DIRECTORIES: Readonly<Record<DirectoryName, number>> = { exports: 0, imports: 1, resources: 2, security: 4 };
const IMAGE_FILE_DLL = 0x2000;
/** Bounds no sound file comes near. The loader of Windows takes 96 sections. */
const MAX_HEADER_OFFSET = 1 << 16;
const MAX_SECTIONS = 96;
export const SUBSYSTEM_OFFSET = 68;
export const CHECKSUM_OFFSET = 64;

/** True when the first bytes say that it is a program or library of DOS or Windows. */
export function looksLikePe(head: Uint8Array): boolean {
  return head.length >= 2 && head[0] === 0x4d && head[1] === 0x5a;
}

/** @throws PackwrightError naming the file when it is not a sound 64-bit PE file of a known processor. */
export async function readPeHeaders(source: ByteSource): Promise<PeHeaders> {
  const bad = badPe(source.name);
  if (source.size < 64) throw bad('it is shorter than its header');
  const stub = Buffer.from(await source.read(0, 64));
  if (!looksLikePe(stub)) throw bad('it does not begin with "MZ"');
  const at = stub.readUInt32LE(60);
  if (at < 64 || at > MAX_HEADER_OFFSET || at + 24 > source.size) throw bad('its header lies outside the file');
  const coff = Buffer.from(await source.read(at, 24));
  if (coff.readUInt32LE(0) !== 0x4550) throw bad('it has no PE header');
  const machine = coff.readUInt16LE(4);
  const arch = PE_MACHINES[machine];
  if (!arch) throw bad(`its processor is number 0x${machine.toString(16)}, which is neither x64 nor arm64`);
  const sectionCount = coff.readUInt16LE(6);
  const optionalSize = coff.readUInt16LE(20);
  if (sectionCount > MAX_SECTIONS) throw bad(`it claims ${sectionCount} sections`);
  const optionalHeader = at + 24;
  const length = optionalHeader + optionalSize + sectionCount * 40;
  if (optionalSize < 112 || length > source.size) throw bad('its optional header is cut off');
  const bytes = Buffer.from(await source.read(0, length));
  if (bytes.readUInt16LE(optionalHeader) !== 0x20b) throw bad('it is not a 64-bit one');
  const directoryCount = bytes.readUInt32LE(optionalHeader + 108);
  if (directoryCount > 16 || 112 + directoryCount * 8 > optionalSize) throw bad('its data directories are cut off');

  const sections = readSections(bytes, optionalHeader + optionalSize, sectionCount);
  for (const { name, offset, size } of sections) {
    if (size > 0 && offset + size > source.size) throw bad(`its section ${name} lies outside the file`);
  }
  const directory = (name: DirectoryName): PeDirectory => {
    const entry = optionalHeader + 112 + DIRECTORIES[name] * 8;
    if (DIRECTORIES[name] >= directoryCount) return { address: 0, size: 0 };
    return { address: bytes.readUInt32LE(entry), size: bytes.readUInt32LE(entry + 4) };
  };
  return {
    arch,
    isLibrary: (coff.readUInt16LE(22) & IMAGE_FILE_DLL) !== 0,
    subsystem: bytes.readUInt16LE(optionalHeader + SUBSYSTEM_OFFSET),
    sections,
    directories: {
      exports: directory('exports'),
      imports: directory('imports'),
      resources: directory('resources'),
      security: directory('security'),
    },
    bytes,
    optionalHeader,
    dataDirectories: optionalHeader + 112,
    end: Math.max(length, ...sections.map((one) => one.offset + one.size)),
  };
}

function readSections(bytes: Buffer, from: number, count: number): PeSection[] {
  const sections: PeSection[] = [];
  for (let at = from; at < from + count * 40; at += 40) {
    sections.push({
      name: bytes.toString('latin1', at, at + 8).replace(/\0.*$/s, ''),
      virtualSize: bytes.readUInt32LE(at + 8),
      virtualAddress: bytes.readUInt32LE(at + 12),
      size: bytes.readUInt32LE(at + 16),
      offset: bytes.readUInt32LE(at + 20),
    });
  }
  return sections;
}

/** Makes the errors of one file. */
export function badPe(name: string): (what: string) => PackwrightError {
  return (what) => new PackwrightError(name, `not a sound PE file: ${what}`, 'take the file from its publisher again');
}
