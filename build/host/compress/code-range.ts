import { open } from 'node:fs/promises';

/** Bytes of a file that are machine code. */
export interface CodeRange {
  offset: number;
  length: number;
}

// ELF-64, little-endian (System V ABI, "ELF Header", "Program Header").
const ELF_64_LITTLE_ENDIAN = Buffer.from('7f454c460201', 'hex');
const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const PT_LOAD = 1;
const PF_X = 1;

/**
 * The executable segment of an ELF file: what a branch filter is for. Filtering the rest as well would make it larger, and a Node
 * executable is half tables and texts. Of anything but ELF the whole file counts as code.
 */
export async function findCodeRange(file: string, size: number): Promise<CodeRange> {
  const whole = { offset: 0, length: size };
  const handle = await open(file, 'r');
  try {
    const header = Buffer.alloc(EHDR_SIZE);
    await handle.read(header, 0, EHDR_SIZE, 0);
    if (!header.subarray(0, 6).equals(ELF_64_LITTLE_ENDIAN)) return whole;
    // e_phoff 32, e_phentsize 54, e_phnum 56.
    const tableAt = Number(header.readBigUInt64LE(32));
    const count = header.readUInt16LE(56);
    if (header.readUInt16LE(54) !== PHDR_SIZE || tableAt + count * PHDR_SIZE > size) return whole;
    const table = Buffer.alloc(count * PHDR_SIZE);
    await handle.read(table, 0, table.length, tableAt);
    for (let at = 0; at < table.length; at += PHDR_SIZE) {
      // p_type 0, p_flags 4, p_offset 8, p_filesz 32.
      if (table.readUInt32LE(at) !== PT_LOAD || !(table.readUInt32LE(at + 4) & PF_X)) continue;
      const offset = Number(table.readBigUInt64LE(at + 8));
      const length = Number(table.readBigUInt64LE(at + 32));
      return offset + length <= size ? { offset, length } : whole;
    }
    return whole;
  } finally {
    await handle.close();
  }
}
