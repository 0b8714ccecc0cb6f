import type { ByteSource } from '../model/format.ts';
import { readElf, type Section, SHF_ALLOC, SHT_NOBITS } from './read-elf.ts';

/** A stripped file, as pieces: a run of the original, or new bytes. Put one after another they are the file. */
export type StripPiece = { offset: number; length: number } | { bytes: Buffer };

/**
 * Drops every section that is not loaded into memory (symbols, debug information, comments) and writes a new section table.
 * Offsets of everything that is loaded stay as they are.
 * @throws PackwrightError when the file is not a sound ELF file.
 */
export async function stripElf(source: ByteSource): Promise<StripPiece[]> {
  const elf = await readElf(source);
  const kept = elf.sections.filter((section) => section.type === 0 || (section.flags & SHF_ALLOC) !== 0n);
  if (kept.length === 0) return [{ offset: 0, length: source.size }];
  let end = Number(elf.header.readBigUInt64LE(32)) + elf.header.readUInt16LE(56) * 56;
  for (const segment of elf.segments) end = Math.max(end, segment.offset + segment.filesz);
  for (const section of kept) if (section.type !== SHT_NOBITS) end = Math.max(end, section.offset + section.size);

  const { names, offsets } = nameTable([...kept.map((section) => section.name), '.shstrtab']);
  const tableAt = alignTo(end + names.length, 8);
  const header = Buffer.from(elf.header);
  header.writeBigUInt64LE(BigInt(tableAt), 40);
  header.writeUInt16LE(kept.length + 1, 60);
  header.writeUInt16LE(kept.length, 62);

  const newIndex = new Map<number, number>(kept.map((section, index) => [elf.sections.indexOf(section), index]));
  const table = Buffer.alloc((kept.length + 1) * 64);
  for (const [index, section] of kept.entries()) writeSectionHeader(table, index, section, offsets[index]!, newIndex);
  const at = kept.length * 64;
  table.writeUInt32LE(offsets[kept.length]!, at);
  table.writeUInt32LE(3, at + 4); // SHT_STRTAB
  table.writeBigUInt64LE(BigInt(end), at + 24);
  table.writeBigUInt64LE(BigInt(names.length), at + 32);
  table.writeBigUInt64LE(1n, at + 48);
  return [
    { bytes: header },
    { offset: 64, length: end - 64 },
    { bytes: Buffer.concat([names, Buffer.alloc(tableAt - end - names.length), table]) },
  ];
}

function writeSectionHeader(
  table: Buffer,
  index: number,
  section: Section,
  name: number,
  newIndex: Map<number, number>,
) {
  section.header.copy(table, index * 64);
  table.writeUInt32LE(name, index * 64);
  table.writeUInt32LE(newIndex.get(section.link) ?? 0, index * 64 + 40);
  const infoIsSection = (section.flags & 0x40n) !== 0n; // SHF_INFO_LINK
  if (infoIsSection) table.writeUInt32LE(newIndex.get(section.info) ?? 0, index * 64 + 44);
}

function nameTable(names: string[]): { names: Buffer; offsets: number[] } {
  let text = '\0';
  const offsets = names.map((name) => {
    if (name === '') return 0;
    const at = text.length;
    text += `${name}\0`;
    return at;
  });
  return { names: Buffer.from(text, 'latin1'), offsets };
}

function alignTo(value: number, boundary: number): number {
  return Math.ceil(value / boundary) * boundary;
}
