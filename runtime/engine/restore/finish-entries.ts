/** Files get their names, links and folders are made, and all of them what their metadata says. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { codeOf, messageOf } from '../../errors.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { nodeHash } from '../volumes/hash-text.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { Metadata } from '../volumes/metadata.ts';
import { readAccountNumbers } from './account-numbers.ts';
import { applyMetadata } from './apply-metadata.ts';
import { namesOf } from './choose-entries.ts';
import { type Facts, factsReader } from './entry-facts.ts';
import { joinNames } from './join-names.ts';
import { stampOf } from './local-files.ts';
import { nameFile, nameNewFile } from './name-file.ts';
import type { Shortfall } from './restore.ts';
import { shapeHoles } from './shape-holes.ts';
import type { Target } from './target.ts';
import type { FileWriter } from './write-files.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

export interface FinishOrder {
  prefix: string;
  manifest: Manifest;
  permissions: boolean;
  skipMetadata?: boolean;
  overwrite: boolean;
  writer: FileWriter;
  verify?: boolean;
  report?(bytes: number, total: number, path?: string): void;
  signal?: AbortSignal;
}

/** In this order: nothing is written into a folder, or through a link, that has got its last form already. */
export async function finishEntries(
  database: LocalDatabase,
  target: Target,
  order: FinishOrder,
): Promise<{ bytes: number; kept: number; shortfalls: Shortfall[] }> {
  const { writer } = order;
  const accounts = readAccountNumbers();
  const shortfalls: Shortfall[] = [];
  const leftAlone = database.prepare('SELECT stamp FROM left_alone WHERE entry = ?');
  const factsOf = factsReader(database, order.manifest);
  const joined = joinNames(
    target,
    ({ entry }) => writer.temporary(entry),
    order.overwrite,
    (temporary, names) => void nameFile(target, names, order.overwrite, temporary),
  );
  let [bytes, kept, count] = [0, 0, 0];

  async function pause(): Promise<void> {
    if (++count % 64 !== 0) return;
    await setImmediate();
    order.signal?.throwIfAborted();
  }
  function finish(
    { wanted, metadata }: Facts,
    make: (names: string[], metadata: Metadata | undefined) => string[] | undefined,
  ): void {
    const { path } = wanted;
    try {
      const names = namesOf(path, order.prefix);
      const known = metadata instanceof Error ? undefined : metadata;
      const how = wanted.type === 'Folder' ? 'first' : joined.join(wanted, known, names);
      if (how === 'there') kept++;
      // The file has its metadata already.
      if (how === 'there' || how === 'joined') return;
      if (how !== 'first') shortfalls.push({ path, kind: 'partly', message: how });
      const made = make(names, known);
      if (!made) return;
      if (metadata instanceof Error) shortfalls.push({ path, kind: 'partly', message: metadata.message });
      else if (metadata) {
        // A folder that was there is its owner's, whatever is restored into it.
        const isTheirs = made.length === 0 && !target.isNew;
        if (!isTheirs && !order.skipMetadata) {
          const place = made.length === 0 ? target.rootPlace : target.at(made);
          const isOwn = (inode: bigint) => writer.isOwn(wanted.entry, inode);
          for (const message of applyMetadata(place, wanted, metadata, {
            permissions: order.permissions,
            accounts,
            isOwn,
          }))
            shortfalls.push({ path, kind: 'partly', message });
        }
        joined.note(wanted, metadata, made);
      }
      if (wanted.type === 'File') writer.forget(wanted.entry);
    } catch (thrown) {
      if (ENDS_ALL.has(codeOf(thrown))) throw thrown;
      shortfalls.push({ path, kind: 'lost', message: messageOf(thrown) });
    }
  }

  for (const facts of factsOf('File', 'path')) {
    const { wanted: file, content } = facts;
    await pause();
    finish(facts, (names, metadata) => {
      const failure = writer.failure(file.entry);
      if (failure !== undefined) throw new Error(failure);
      const { size, hash, why, isOneBlock } = content;
      const stamp = leftAlone.get(file.entry)?.stamp;
      if (stamp !== undefined) {
        const place = target.at(names);
        const status = lstatSync(place, { bigint: true, throwIfNoEntry: false });
        const isAsItWas = status !== undefined && stampOf(status) === stamp;
        if (!isAsItWas && differs(place, { size, hash }, order.manifest) !== undefined)
          throw new Error('it was there with this content, and was changed meanwhile');
        kept++;
        return names;
      }
      const temporary = target.at([...names.slice(0, -1), writer.temporary(file.entry)]);
      if (why === undefined && size === 0) writer.makeEmpty(file.entry, names);
      const isOwn = (inode: bigint) => writer.isOwn(file.entry, inode);
      // The hash of its only block is its own, and was looked at when it was written; nothing else is read again for that.
      const isKnown = order.verify === false || isOneBlock;
      const complaint =
        why ??
        (isKnown ? whyNotWritten(temporary, size, isOwn) : differs(temporary, { size, hash }, order.manifest, isOwn));
      if (complaint !== undefined) {
        rmSync(temporary, { force: true });
        writer.forget(file.entry);
        shortfalls.push({ path: file.path, kind: 'lost', message: complaint });
        return undefined;
      }
      const holes = metadata?.holes ?? [];
      if (holes.length > 0 || writer.hasHoles(file.entry)) {
        const shortfall = shapeHoles(temporary, holes, isOwn);
        if (shortfall !== undefined) shortfalls.push({ path: file.path, kind: 'partly', message: shortfall });
      }
      if (nameNewFile(target, names, temporary)) {
        bytes += size;
        return names;
      }
      const place = target.at(names);
      const isThere = lstatSync(place, { throwIfNoEntry: false }) !== undefined;
      if (isThere && differs(place, { size, hash }, order.manifest) === undefined) {
        rmSync(temporary, { force: true });
        kept++;
        return names;
      }
      const free = nameFile(target, names, order.overwrite, temporary);
      bytes += size;
      return free;
    });
    writer.drop(file.entry);
  }
  for (const link of factsOf('Symlink', 'path')) {
    await pause();
    finish(link, (names, metadata) => {
      if (metadata?.linkTarget === undefined) throw new Error('where the link points to is lost');
      const place = target.at(names);
      if (lstatSync(place, { throwIfNoEntry: false })) {
        if (readLink(place)?.equals(Buffer.from(metadata.linkTarget))) return names;
        if (!order.overwrite) throw new Error('something of this name is there; it was kept');
        unlinkSync(place);
      }
      symlinkSync(metadata.linkTarget, place);
      return names;
    });
  }
  for (const folder of factsOf('Folder', 'path DESC')) {
    await pause();
    finish(folder, (names) => {
      if (names.length > 0) makeFolder(target.at(names));
      return names;
    });
  }
  return { bytes, kept, shortfalls };
}

/** What ends everything: no other entry would fare better. */
const ENDS_ALL = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE']);

function readLink(place: string | Buffer): Buffer | undefined {
  try {
    return readlinkSync(place, { encoding: 'buffer' });
  } catch {
    return undefined; // something else than a link
  }
}

function makeFolder(place: string | Buffer): void {
  try {
    mkdirSync(place, { mode: 0o700 });
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST' || !lstatSync(place).isDirectory()) throw thrown;
  }
}

/** Undefined for the file that was written, with all its bytes. */
function whyNotWritten(place: string | Buffer, size: number, isOwn: (inode: bigint) => boolean): string | undefined {
  const found = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (!found) return 'it was not written';
  if (!found.isFile() || !isOwn(found.ino)) return 'somebody replaced it while it was restored';
  return found.size === BigInt(size) ? undefined : 'what was put together has another size';
}

/** Undefined for a file with this size and hash. Anything but a file, even a pipe, is just something else. */
function differs(
  place: string | Buffer,
  expected: { size: number; hash: Buffer },
  manifest: Manifest,
  isOwn: (inode: bigint) => boolean = () => true,
): string | undefined {
  let handle: number;
  try {
    handle = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (thrown) {
    return `it was not written (${messageOf(thrown)})`;
  }
  try {
    const found = fstatSync(handle, { bigint: true });
    if (!found.isFile() || !isOwn(found.ino)) return 'somebody replaced it while it was restored';
    if (found.size !== BigInt(expected.size)) return 'what was put together has another size';
    const digest = createHash(nodeHash(manifest.fileHash));
    for (let count = readSync(handle, BUFFER); count > 0; count = readSync(handle, BUFFER)) {
      digest.update(BUFFER.subarray(0, count));
    }
    return digest.digest().equals(expected.hash) ? undefined : 'what was put together has another hash';
  } finally {
    closeSync(handle);
  }
}

const BUFFER = Buffer.allocUnsafe(1 << 20);
