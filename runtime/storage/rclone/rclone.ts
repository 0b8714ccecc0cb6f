/** A remote of rclone's configuration, by the program rclone (https://rclone.org/docs/, from 1.53 on). */
import { chmod, constants, copyFile, link, lstat, mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../errors.ts';
import type { Opening } from '../backends.ts';
import { readQuery, schemeOf } from '../destination-url.ts';
import { readBackendOptions } from '../options/options.ts';
import { type RemoteEntry, requireName, type Storage, StorageError } from '../storage.ts';
import { explain } from './errors.ts';
import { RCLONE_OPTIONS } from './options.ts';
import { runRclone, splitWords } from './run-rclone.ts';

/** Names that rclone's own configuration lets through, but for spaces at an end; so none that begins as a connection string or an option. */
const REMOTE = /^[A-Za-z0-9_][A-Za-z0-9_.+@ -]{0,199}$/;
const MOST_LIST = 512 << 20;

/** @throws StorageError `invalid` */
export async function openRcloneStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const { remote, folder, given: inUrl } = readAddress(url);
  const given = readBackendOptions('rclone://', RCLONE_OPTIONS, inUrl, options);
  const named =
    ('rclone-remote-repository' in { ...options, ...inUrl } ? given.text('rclone-remote-repository') : undefined) ??
    remote;
  const within =
    ('rclone-remote-path' in { ...options, ...inUrl } ? given.text('rclone-remote-path') : undefined) ?? folder;
  if (!REMOTE.test(named) || named.endsWith(' '))
    throw new StorageError(
      'invalid',
      `rclone://: ${JSON.stringify(named)} is no name of a remote; set one up by "rclone config" and give its name (connection strings are not taken)`,
    );
  const name = `rclone://${named}/${within}`;
  const place = `${named}:${within}`;
  const program = given.text('rclone-executable') ?? 'rclone';
  const more = splitWords(given.text('rclone-option') ?? '');
  const limits = [`--timeout=${given.span('read-write-timeout')}ms`, `--contimeout=${given.span('short-timeout')}ms`];
  // What fails is tried again above; here it only would take longer.
  const always = ['--retries=1', '--low-level-retries=1', '--ask-password=false', '--stats=0', ...limits, ...more];
  const fileOf = (as: string) => {
    requireName(as, name);
    return within === '' ? `${named}:${as}` : `${place.replace(/\/+$/, '')}/${as}`;
  };
  const run = async (
    what: string,
    command: readonly string[],
    places: readonly string[],
    signal: AbortSignal,
    most?: number,
  ): Promise<string> => {
    const ended = await runRclone({
      where: name,
      program,
      args: [...command, ...always, '--', ...places],
      signal,
      ...(most === undefined ? {} : { most }),
    });
    if (ended.code === 0) return ended.stdout;
    throw explain(`${name}: ${what}`, ended);
  };
  return {
    name,
    async *list(signal) {
      const text = await run('it cannot be listed', ['lsjson'], [place], signal, MOST_LIST);
      yield* readList(text, name);
    },
    async put(as, file, signal) {
      const target = fileOf(as);
      const command = ['copyto', '--ignore-times', '--no-traverse', ...atMost(transfers.rates.upload())];
      await stat(file);
      try {
        await run(`${as} cannot be written`, command, [path.resolve(file), target], signal);
      } catch (thrown) {
        // Some remotes keep what came before the end. A try that follows replaces it; if none does, it is gone.
        await run('', ['deletefile'], [target], AbortSignal.timeout(5000)).catch(() => {});
        throw thrown;
      }
    },
    async get(as, file, signal) {
      const source = fileOf(as);
      // Beside the file, in a folder of this account's: rclone writes with the modes of the remote.
      const scratch = await mkdtemp(path.join(path.dirname(path.resolve(file)), '.rclone-'));
      const temporary = path.join(scratch, 'file');
      const command = ['copyto', '--no-traverse', ...atMost(transfers.rates.download())];
      try {
        await run(`${as} cannot be read`, command, [source, temporary], signal);
        const found = await lstat(temporary).catch(() => undefined);
        if (!found?.isFile()) throw new StorageError('missing', `${name}: ${as} cannot be read: it is not there`);
        await chmod(temporary, 0o600);
        await moveToNew(temporary, file);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    async delete(as, signal) {
      await run(`${as} cannot be deleted`, ['deletefile'], [fileOf(as)], signal);
    },
    async createFolder(signal) {
      await run('it cannot be made', ['mkdir'], [place], signal);
    },
    async quota(signal) {
      try {
        const said: unknown = JSON.parse(
          await run('its free space is not known', ['about', '--json'], [`${named}:`], signal),
        );
        const { total, free } = said as { total?: unknown; free?: unknown }; // looked at below
        return typeof total === 'number' && typeof free === 'number' ? { total, free } : undefined;
      } catch (thrown) {
        signal.throwIfAborted();
        if (thrown instanceof StorageError && thrown.reason !== 'invalid') return undefined; // most kinds of remotes do not tell
        throw thrown;
      }
    },
    async close() {},
  };
}

/** @param rate bytes a second; 0 is as fast as it goes */
function atMost(rate: number): string[] {
  return rate > 0 ? [`--bwlimit=${Math.ceil(rate)}B`] : [];
}

/** Never over a file that is there. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') throw thrown;
    await copyFile(from, to, constants.COPYFILE_EXCL); // a file system without links
  }
}

/** `rclone://REMOTE/FOLDER?options`; the folder is not decoded more than once, and may be empty. */
function readAddress(url: string) {
  const rest = url.slice(url.indexOf('://') + 3);
  const [place = '', ...query] = rest.split('?');
  const refuse = (why: string) =>
    new StorageError('invalid', `the address (${schemeOf(url)}://) cannot be read: ${why}`);
  if (/[\0\r\n]/.test(rest)) throw refuse('it has more than one line');
  const [remote = '', ...parts] = place.split('/');
  return {
    remote: decode(remote),
    folder: decode(parts.join('/')).replace(/^\/+|\/+$/g, ''),
    given: readQuery(query.join('?'), refuse),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function* readList(text: string, where: string): Generator<RemoteEntry> {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch (thrown) {
    throw new StorageError('failed', `${where}: what rclone lists is no JSON`, thrown);
  }
  for (const item of Array.isArray(items) ? items : []) {
    const { Name: name, Size: size, ModTime: time, IsDir: isFolder } = item as Record<string, unknown>; // looked at here
    if (typeof name !== 'string') continue;
    const modified = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    yield {
      name,
      size: typeof size === 'number' ? Math.max(0, size) : 0,
      ...(Number.isNaN(modified) ? {} : { modified }),
      ...(isFolder === true ? { isFolder } : {}),
    };
  }
}
