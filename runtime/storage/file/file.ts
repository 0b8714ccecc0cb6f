/** A folder of this machine, or of a share that is mounted. */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf, messageOf } from '../../errors.ts';
import type { StorageOptions } from '../open-storage.ts';
import { type RemoteEntry, type Storage, StorageError, type StorageReason } from '../storage.ts';
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
export function openFileStorage(url: string, options: StorageOptions): Storage {
  const folder = folderOf(url);
  for (const name of Object.keys(options)) {
    throw new StorageError('invalid', `--${name} is no option of a folder as a destination, or is not there yet`);
  }
  const placeOf = (name: string) => {
    if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
      throw new StorageError('invalid', `${JSON.stringify(name)} is no name of a file in ${folder}`);
    }
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
    put: (name, file, signal) =>
      attempt(`${name} cannot be written`, () => writeWhole(placeOf(name), createReadStream(file, { signal }))),
    get: (name, file, signal) =>
      attempt(`${name} cannot be read`, async () => {
        const target = await open(file, 'wx', 0o600);
        try {
          for await (const part of createReadStream(placeOf(name), { signal, highWaterMark: 1 << 20 }))
            await target.write(part);
        } finally {
          await target.close();
        }
      }),
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

function folderOf(url: string): string {
  const rest = /^file:\/\/(.*)$/is.exec(url)?.[1] ?? url;
  const [place = ''] = /^file:/i.test(url) ? rest.split('?') : [rest];
  if (/^file:/i.test(url) && url.includes('?')) {
    throw new StorageError('invalid', 'options in the URL of a folder are not read yet; give the folder alone');
  }
  const folder = /^file:\/\/\/[A-Za-z]:/.test(url)
    ? fileURLToPath(url)
    : /%[0-9A-Fa-f]{2}/.test(place)
      ? decode(place)
      : place;
  if (!path.isAbsolute(folder))
    throw new StorageError('invalid', `${JSON.stringify(folder)} is no absolute path; a destination has to be one`);
  return path.normalize(folder);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that is one
  }
}
