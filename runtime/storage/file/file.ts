/** A folder of this machine, or of a share that is mounted. */
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf } from '../../errors.ts';
import type { Opening } from '../backends.ts';
import { readQuery } from '../destination-url.ts';
import { readBackendOptions, type StorageOptions } from '../options/options.ts';
import { type RemoteEntry, requireName, type Storage, StorageError, type StorageReason } from '../storage.ts';
import { FILE_OPTIONS } from './options.ts';
import { isTemporary, removeFile, writeWhole } from './write-file.ts';

const REASONS: Readonly<Record<string, StorageReason>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOSPC: 'full',
  EDQUOT: 'full',
};

/**
 * @param url `file:///FOLDER`, `file://FOLDER` as Duplicati has it, or a path.
 * @throws StorageError
 */
export async function openFileStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const { folder, given } = readAddress(url);
  readBackendOptions('a folder (file://)', FILE_OPTIONS, given, options);
  const placeOf = (name: string) => {
    requireName(name, folder);
    return path.join(folder, name);
  };
  const explain = (what: string, thrown: unknown) => {
    if (thrown instanceof StorageError) return thrown;
    const reason = REASONS[codeOf(thrown)] ?? 'failed';
    return new StorageError(reason, `${folder}: ${what}: ${messageOf(thrown)}`, thrown);
  };
  const attempt = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof Error && thrown.name === 'AbortError') throw thrown;
      throw explain(what, thrown);
    }
  };
  return {
    name: folder,
    async *list(signal) {
      const items = await attempt('it cannot be listed', () => readdir(folder, { withFileTypes: true }));
      for (const item of items) {
        signal.throwIfAborted();
        if (isTemporary(item.name)) continue;
        const entry = await attempt(`${item.name} cannot be looked at`, () => entryOf(folder, item.name));
        if (entry) yield entry;
      }
    },
    async put(name, file, signal) {
      const place = placeOf(name);
      await transfers.upload(`${folder}: upload of ${name}`, file, signal, (body) =>
        attempt(`${name} cannot be written`, () => writeWhole(place, body)),
      );
    },
    async get(name, file, signal) {
      const place = placeOf(name);
      await transfers.download(`${folder}: download of ${name}`, file, signal, (sink, inner) =>
        attempt(`${name} cannot be read`, () =>
          pipeline(createReadStream(place, { highWaterMark: 1 << 18 }), sink, { signal: inner }),
        ),
      );
    },
    delete: (name) => attempt(`${name} cannot be deleted`, () => removeFile(placeOf(name))),
    createFolder: () => attempt('it cannot be made', async () => void (await mkdir(folder, { recursive: true }))),
    async quota() {
      const { blocks, bavail, bsize } = await attempt('its free space is not known', () => statfs(folder));
      return { total: blocks * bsize, free: bavail * bsize };
    },
    async close() {},
  };
}

/** Undefined when it went away since the folder was read. */
async function entryOf(folder: string, name: string): Promise<RemoteEntry | undefined> {
  try {
    const { size, mtimeMs, isDirectory } = await stat(path.join(folder, name)).then((status) => ({
      size: status.size,
      mtimeMs: status.mtimeMs,
      isDirectory: status.isDirectory(),
    }));
    return { name, size, modified: mtimeMs, isFolder: isDirectory };
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

function readAddress(url: string): { folder: string; given: StorageOptions } {
  const [, rest] = /^file:\/\/(.*)$/is.exec(url) ?? [];
  const at = rest === undefined ? -1 : rest.indexOf('?');
  const place = rest === undefined ? url : at < 0 ? rest : rest.slice(0, at);
  const refuse = (why: string) =>
    new StorageError('invalid', `the address of the folder ${place} cannot be read: ${why}`);
  const decoded =
    rest !== undefined && /^\/[A-Za-z]:/.test(place)
      ? fileURLToPath(`file://${place}`)
      : /%[0-9A-Fa-f]{2}/.test(place)
        ? decode(place)
        : place;
  if (!path.isAbsolute(decoded))
    throw new StorageError('invalid', `${JSON.stringify(decoded)} is no absolute path; a destination has to be one`);
  // "/folder/" and "/folder" are the same destination.
  const folder = path.normalize(decoded).replace(/(?<=[^/\\:])[/\\]+$/, '');
  return { folder, given: at < 0 || rest === undefined ? {} : readQuery(rest.slice(at + 1), refuse) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is one
  }
}
