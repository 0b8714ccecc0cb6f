import { readFile } from 'node:fs/promises';
import { bytesSource } from '../../../build/host/byte-source.ts';
import type { PePiece } from '../../../build/pe/edit-pe.ts';
import { readPe } from '../../../build/pe/read-pe.ts';
import { NATIVE } from '../../../platforms/windows/native/native.ts';

/** A launcher with `room` bytes for resources, and a signature of 512 bytes behind its end: what a Node executable looks like. */
export async function makeProgram(room: number): Promise<Buffer> {
  const bytes = await readFile(NATIVE.x64.launcher);
  const { sections, directories, bytes: header, optionalHeader } = await readPe(bytesSource('launcher', bytes));
  const rsrc = sections.find((one) => one.name === '.rsrc');
  if (!rsrc || rsrc.virtualAddress !== directories.resources.address) throw new Error('the launcher has no .rsrc');
  // The section moves to the end of the file, where there is room for it.
  const at = header.indexOf('.rsrc\0');
  const made = Buffer.concat([bytes, Buffer.alloc(room), Buffer.alloc(512, 0xaa)]);
  bytes.copy(made, bytes.length, rsrc.offset, rsrc.offset + rsrc.size);
  made.writeUInt32LE(room, at + 8);
  made.writeUInt32LE(room, at + 16);
  made.writeUInt32LE(bytes.length, at + 20);
  made.writeUInt32LE(bytes.length + room, optionalHeader + 112 + 32);
  made.writeUInt32LE(512, optionalHeader + 112 + 36);
  return made;
}

/** A changed file, of its original and the pieces it is now made of. */
export function assemble(original: Buffer, pieces: readonly PePiece[]): Buffer {
  const parts = pieces.map((one) =>
    'bytes' in one ? one.bytes : original.subarray(one.offset, one.offset + one.length),
  );
  return Buffer.concat(parts);
}
