/** Changes to a PE file that leave everything that is loaded where it is. */
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource } from '../model/format.ts';
import { badPe, CHECKSUM_OFFSET, readPeHeaders, SUBSYSTEM_OFFSET } from './headers.ts';
import { encodeResources, type Resource } from './resource-tree.ts';

/** A changed file, as pieces: a run of the original, or new bytes. Put one after another they are the file. */
export type PePiece = { offset: number; length: number } | { bytes: Buffer };

/** Subsystems: what Windows gives a program to live in. */
export const SUBSYSTEM = { windowless: 2, console: 3 } as const;

/**
 * Drops the Authenticode signature, which no longer fits a changed file, and puts `resources` in the place of those that are there.
 * @throws PackwrightError when the file is not a sound PE file, something follows its signature, or the resources need more room.
 */
export async function replaceResources(source: ByteSource, resources: readonly Resource[]): Promise<PePiece[]> {
  const headers = await readPeHeaders(source);
  const bad = badPe(source.name);
  const { security, resources: old } = headers.directories;
  if (security.address > 0 && security.address + security.size !== source.size)
    throw bad('something follows its signature');
  if (security.address > 0 && security.address < headers.end) throw bad('its signature lies within a section');
  const end = security.address || source.size;
  const section = headers.sections.find((one) => one.virtualAddress === old.address && old.address > 0);
  if (!section) throw bad('it has no section for resources');
  const encoded = encodeResources(resources, section.virtualAddress);
  const room = Math.min(section.size, section.virtualSize);
  if (encoded.length > room) {
    throw new PackwrightError(
      source.name,
      `its resources have room for ${room} bytes, but ${encoded.length} are wanted`,
      'take a smaller icon',
    );
  }
  const header = Buffer.from(headers.bytes);
  header.writeUInt32LE(0, headers.optionalHeader + CHECKSUM_OFFSET);
  header.writeUInt32LE(encoded.length, headers.dataDirectories + 2 * 8 + 4);
  if (security.address > 0) header.fill(0, headers.dataDirectories + 4 * 8, headers.dataDirectories + 5 * 8);
  const after = section.offset + section.size;
  return [
    { bytes: header },
    { offset: header.length, length: section.offset - header.length },
    { bytes: Buffer.concat([encoded, Buffer.alloc(section.size - encoded.length)]) },
    { offset: after, length: end - after },
  ];
}

/** Makes a console program windowless or the other way round. @throws PackwrightError when the file is not a sound PE file. */
export async function setSubsystem(source: ByteSource, subsystem: keyof typeof SUBSYSTEM): Promise<PePiece[]> {
  const headers = await readPeHeaders(source);
  const header = Buffer.from(headers.bytes);
  header.writeUInt16LE(SUBSYSTEM[subsystem], headers.optionalHeader + SUBSYSTEM_OFFSET);
  header.writeUInt32LE(0, headers.optionalHeader + CHECKSUM_OFFSET);
  return [{ bytes: header }, { offset: header.length, length: source.size - header.length }];
}
