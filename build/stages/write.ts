import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { openSource } from '../host/byte-source.ts';
import { makeScratch, removeScratch } from '../host/scratch.ts';
import { bytesContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Artifact, Blobs, Compression, Format, Unpacker } from '../model/format.ts';
import type { Package } from '../model/package.ts';
import { compareFacts } from './compare.ts';

/** A file in the output folder. */
export interface Written {
  /** Target id; `release` for files about the whole set. */
  id: string;
  file: string;
  size: number;
  sha256: string;
}

export interface WriteOptions {
  format: Format;
  blobs: Blobs;
  unpacker: Unpacker;
  compression: Compression;
  folder: string;
  /** SHA-256 of the first `size` bytes of a file, lower-case hex. */
  hashFile(file: string, size: number): Promise<string>;
  /** Another form of the same package than `format.write` gives. */
  form?: Form;
}

/** `whole`: one file with every architecture; `each`: a file an architecture; `blobs`: a folder of files named by their SHA-256. */
export interface Form {
  write: Format['write'];
  readBack: 'whole' | 'each' | 'blobs';
}

/**
 * Writes a package, reads it back from its bytes, compares, and only then gives it its name in the output folder.
 * @throws PackwrightError when it cannot be written or reads back differently; nothing of it is left then.
 */
export async function writePackage(pkg: Package, options: WriteOptions): Promise<Written[]> {
  const { folder } = options;
  const form: Form = options.form ?? { write: options.format.write, readBack: 'whole' };
  const artifacts = await form.write(pkg, options.blobs, options.compression);
  const scratch = openScratch(folder);
  try {
    const written: Written[] = [];
    for (const artifact of artifacts) {
      const file = path.join(scratch, artifact.name);
      await writeArtifact(artifact, file);
      const hashing = options.hashFile(file, artifact.size);
      hashing.catch(() => {}); // awaited below, if reading back does not fail first
      if (form.readBack !== 'blobs') await readBack(pkg, file, artifact.name, options, form);
      const sha256 = await hashing;
      if (form.readBack === 'blobs') expectNamedByDigest(artifact.name, sha256);
      written.push({ id: pkg.target.id, file: artifact.name, size: artifact.size, sha256 });
    }
    const tops = new Set(artifacts.map((artifact) => artifact.name.split('/')[0]!));
    for (const top of tops) await moveInto(path.join(scratch, top), path.join(folder, top));
    return written;
  } finally {
    removeScratch(scratch);
  }
}

function expectNamedByDigest(name: string, sha256: string) {
  const digest = /\/blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
  if (digest && digest !== sha256)
    throw new PackwrightError(name, `its SHA-256 is ${sha256}`, 'this is a defect of Packwright');
}

async function readBack(pkg: Package, file: string, name: string, options: WriteOptions, form: Form) {
  const source = await openSource(file, name);
  try {
    const facts = await options.format.read(source, options.unpacker);
    const here = (arch: string) => form.readBack === 'whole' || facts.trees.some((tree) => tree.arch === arch);
    const meant = { ...pkg, placements: pkg.placements.filter((placement) => here(placement.arch)) };
    refuseFaults(name, 'it reads back differently', [...compareFacts(meant, facts, options.format.ownFiles?.(pkg))]);
    const findings = (await options.format.lint?.(source)) ?? [];
    const errors = findings.filter(({ level }) => level === 'error');
    const told = errors.map(({ rule, table, row, what, hint }) => `${rule}: ${table} ${row}: ${what}; ${hint}`);
    refuseFaults(name, 'it breaks rules of its format', told);
  } finally {
    await source.close();
  }
}

function refuseFaults(name: string, what: string, faults: readonly string[]) {
  if (faults.length > 0)
    throw new PackwrightError(
      name,
      `${what}:\n  ${faults.slice(0, 20).join('\n  ')}`,
      'this is a defect of Packwright',
    );
}

function openScratch(folder: string): string {
  try {
    return makeScratch(folder, '.writing-');
  } catch (cause) {
    throw diskError(folder, cause);
  }
}

/** Streams an artifact into a new file and syncs it. */
async function writeArtifact(artifact: Artifact, file: string): Promise<void> {
  let size = 0;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(file, 'wx', 0o644);
    try {
      for await (const chunk of artifact.open()) {
        size += chunk.byteLength;
        await handle.writeFile(chunk);
      }
      await handle.chmod(0o644);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof PackwrightError ? cause : diskError(artifact.name, cause);
  }
  if (size !== artifact.size)
    throw new PackwrightError(artifact.name, `${size} bytes came instead of ${artifact.size}`);
}

async function moveInto(from: string, to: string) {
  try {
    if ((await stat(from)).isDirectory()) await rm(to, { recursive: true, force: true }); // a folder cannot replace a full one
    await rename(from, to);
    const folder = await open(path.dirname(to), 'r').catch(() => undefined); // Windows cannot open folders
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  } catch (cause) {
    throw diskError(to, cause);
  }
}

/** Writes a small text file in the same careful way. */
export async function writeText(folder: string, name: string, text: string): Promise<Written> {
  const bytes = Buffer.from(text, 'utf8');
  const scratch = openScratch(folder);
  try {
    const artifact: Artifact = {
      name,
      size: bytes.length,
      async *open() {
        yield bytes;
      },
    };
    await writeArtifact(artifact, path.join(scratch, name));
    await moveInto(path.join(scratch, name), path.join(folder, name));
    return { id: 'release', file: name, size: bytes.length, sha256: bytesContent(bytes).sha256 };
  } finally {
    removeScratch(scratch);
  }
}

function diskError(where: string, cause: unknown): PackwrightError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const hints: Record<string, [string, string]> = {
    ENOSPC: ['the disk is full', 'free some space or choose another folder with --out'],
    EDQUOT: ['the disk quota is used up', 'free some space or choose another folder with --out'],
    EACCES: ['it cannot be written (permission denied)', 'choose another folder with --out'],
    EROFS: ['the file system is read-only', 'choose another folder with --out'],
    ENOTDIR: ['a part of its path is not a folder', 'choose another folder with --out'],
    EEXIST: ['a file is in the way', 'remove it or choose another folder with --out'],
  };
  const [what, hint] = hints[code] ?? [`it cannot be written (${code})`, 'look at the disk'];
  return new PackwrightError(where, what, hint, cause);
}
