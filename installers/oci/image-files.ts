import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource } from '../../build/model/format.ts';
import { readTar } from '../archives/tar.ts';

/** A stretch of a file. */
export interface Slice {
  source: ByteSource;
  offset: number;
  size: number;
}

/** The files of an image, wherever they lie: members of a tar or files below a folder, by relative path. */
export interface ImageFiles {
  /** For errors. */
  name: string;
  find(path: string): Promise<Slice | undefined>;
}

/** Members of an archive. Reads through the whole of it, so that a truncated one is found at once. */
export async function tarFiles(file: ByteSource): Promise<ImageFiles> {
  if (file.size % 512 !== 0) {
    throw new PackwrightError(file.name, 'it is no tar archive: those come in blocks of 512 bytes', 'give an image');
  }
  const members = new Map<string, Slice>();
  const whole: Slice = { source: file, offset: 0, size: file.size };
  for await (const entry of readTar(readSlice(whole), file.name)) {
    if (entry.kind === 'dir') continue;
    const target = entry.kind === 'file' ? undefined : members.get(linkTarget(entry.path, entry.kind, entry.to));
    if (entry.kind !== 'file' && !target) {
      throw new PackwrightError(file.name, `its member ${entry.path} is a ${entry.kind} to nothing before it`);
    }
    if (members.has(entry.path)) {
      throw new PackwrightError(file.name, `its member ${entry.path} comes twice`, 'make the image again');
    }
    members.set(entry.path, target ?? { source: file, offset: entry.offset, size: entry.size });
  }
  return { name: file.name, find: async (path) => members.get(`/${path}`) };
}

/** `docker save` before 25 writes a layer that two images share as a link. */
function linkTarget(path: string, kind: string, to: string): string {
  return kind === 'hardlink' ? to : new URL(to, `file://${path}`).pathname;
}

const CHUNK = 1 << 20;

export async function* readSlice(slice: Slice): AsyncGenerator<Uint8Array, void, undefined> {
  const end = slice.offset + slice.size;
  for (let at = slice.offset; at < end; at += CHUNK) yield await slice.source.read(at, Math.min(CHUNK, end - at));
}
