/** A folder of an SSH server, by SFTP (draft-ietf-secsh-filexfer-02, version 3, with OpenSSH's extensions). */
import { promisify } from 'node:util';
import type { SFTPWrapper } from 'ssh2';
import { messageOf } from '../../errors.ts';
import type { Opening } from '../backends.ts';
import { readDestinationUrl } from '../destination-url.ts';
import { readBackendOptions } from '../options/options.ts';
import { requireName, type Storage, StorageError, type StorageReason } from '../storage.ts';
import { SSH_OPTIONS } from './options.ts';
import { readPieces, writePieces } from './pieces.ts';
import { createSession } from './session.ts';

/** Status codes of the protocol. */
const [NO_SUCH_FILE, PERMISSION_DENIED, FAILURE] = [2, 3, 4];
const REASONS: Readonly<Record<number, StorageReason>> = { [NO_SUCH_FILE]: 'missing', [PERMISSION_DENIED]: 'denied' };
/** A file that is not whole yet; lists of Duplicati and ours take no notice of it. */
const TEMPORARY = '.part';
const INLINE = 'sshkey://';

/** @throws StorageError `invalid` */
export async function openSshStorage({ url, options, transfers }: Opening): Promise<Storage> {
  const address = readDestinationUrl(url);
  const given = readBackendOptions('ssh://', SSH_OPTIONS, address.options, options);
  const port = address.port ?? 22;
  const user = address.user ?? given.text('auth-username') ?? process.env.AUTH_USERNAME;
  const isRelative = given.flag('ssh-relative-path');
  const path = address.path.replace(/^\/+|\/+$/g, '');
  const folder = isRelative ? path || '.' : `/${path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const name = `ssh://${host}${port === 22 ? '' : `:${port}`}/${path}`;
  if (!user) throw new StorageError('invalid', `${name}: there is no user name; give --auth-username`);
  const keyFile = given.text('ssh-keyfile');
  const session = createSession({
    where: name,
    host: address.host,
    port,
    user,
    password: address.password ?? given.text('auth-password') ?? process.env.AUTH_PASSWORD,
    ...readKey(keyFile, given.text('ssh-key'), name),
    useAgent: !given.flag('ssh-disable-agent'),
    fingerprint: given.text('ssh-fingerprint'),
    acceptAny: given.flag('ssh-accept-any-fingerprints'),
    patience: given.span('short-timeout'),
    keepAlive: given.span('ssh-keepalive'),
  });
  const placeOf = (as: string) => {
    requireName(as, name);
    return folder === '/' ? `/${as}` : `${folder}/${as}`;
  };
  const explain = (what: string, thrown: unknown): StorageError => {
    if (thrown instanceof StorageError) return thrown;
    const status =
      thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : undefined;
    const why =
      status === NO_SUCH_FILE
        ? 'it is not there'
        : status === PERMISSION_DENIED
          ? 'this account may not do that'
          : messageOf(thrown);
    // Without a status of the server it is the connection that failed.
    const reason = status === undefined ? 'unreachable' : (REASONS[status] ?? 'failed');
    return new StorageError(reason, `${name}: ${what}: ${why}`, thrown);
  };
  async function attempt<Result>(
    what: string,
    signal: AbortSignal,
    work: (sftp: SFTPWrapper) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await session.use(signal, work);
    } catch (thrown) {
      if (signal.aborted) {
        // Who was given up on is not asked again.
        if (signal.reason instanceof StorageError) session.drop();
        throw signal.reason;
      }
      throw explain(what, thrown);
    }
  }
  return {
    name,
    async *list(signal) {
      const entries = await attempt('it cannot be listed', signal, (sftp) =>
        promisify(sftp.readdir.bind(sftp))(folder),
      );
      for (const { filename, attrs } of entries) {
        if (filename === '.' || filename === '..' || (filename.startsWith('.') && filename.endsWith(TEMPORARY)))
          continue;
        yield {
          name: filename,
          size: attrs.size,
          modified: attrs.mtime * 1000,
          isFolder: (attrs.mode & 0o170000) === 0o040000,
        };
      }
    },
    async put(as, file, signal) {
      const place = placeOf(as);
      const temporary = placeOf(`.${as}${TEMPORARY}`);
      await transfers.upload(`${name}: upload of ${as}`, file, signal, (body, _size, inner) =>
        attempt(`${as} cannot be written`, inner, async (sftp) => {
          try {
            await writeWhole(sftp, temporary, body);
            await replace(sftp, temporary, place);
          } catch (thrown) {
            // Best effort: the next try writes over it, and no list shows it.
            await promisify(sftp.unlink.bind(sftp))(temporary).catch(() => {});
            throw thrown;
          }
        }),
      );
    },
    async get(as, file, signal) {
      const place = placeOf(as);
      await transfers.download(`${name}: download of ${as}`, file, signal, (sink, inner) =>
        attempt(`${as} cannot be read`, inner, async (sftp) => {
          const handle = await promisify<string, 'r', Buffer>(sftp.open.bind(sftp))(place, 'r');
          try {
            const { size } = await promisify(sftp.fstat.bind(sftp))(handle);
            await readPieces(sftp, handle, size, sink, inner);
          } finally {
            await promisify(sftp.close.bind(sftp))(handle).catch(() => {});
          }
        }),
      );
    },
    async delete(as, signal) {
      const place = placeOf(as);
      await attempt(`${as} cannot be deleted`, signal, async (sftp) => {
        const remove = promisify(sftp.unlink.bind(sftp));
        // What an upload that was killed left of it; as a rule there is nothing.
        await remove(placeOf(`.${as}${TEMPORARY}`)).catch(() => {});
        await remove(place);
      });
    },
    createFolder: (signal) =>
      attempt('it cannot be made', signal, (sftp) => makeFolders(sftp, path, isRelative ? '' : '/')),
    quota: (signal) => attempt('its free space is not known', signal, (sftp) => readQuota(sftp, folder)),
    close: async () => session.drop(),
  };
}

/** A key in the URL was named as a file once: `ssh-keyfile=sshkey://…`, percent-encoded. */
function readKey(keyFile: string | undefined, key: string | undefined, name: string) {
  const inline = key ?? (keyFile?.toLowerCase().startsWith(INLINE) ? keyFile : undefined);
  if (inline === undefined) return { keyFile, key: undefined };
  if (!inline.toLowerCase().startsWith(INLINE)) return { keyFile: undefined, key: inline };
  try {
    return { keyFile: undefined, key: decodeURIComponent(inline.slice(INLINE.length)) };
  } catch {
    throw new StorageError('invalid', `${name}: the private key is not percent-encoded as ${INLINE} has to be`);
  }
}

async function writeWhole(sftp: SFTPWrapper, place: string, body: AsyncIterable<Buffer>): Promise<void> {
  const handle = await new Promise<Buffer>((resolve, reject) =>
    sftp.open(place, 'w', { mode: 0o600 }, (thrown, one) => (thrown ? reject(thrown) : resolve(one))),
  );
  const close = () => promisify(sftp.close.bind(sftp))(handle);
  try {
    await writePieces(sftp, handle, body);
    await new Promise<void>((resolve, reject) => {
      try {
        sftp.ext_openssh_fsync(handle, (thrown) => (thrown ? reject(thrown) : resolve()));
      } catch {
        resolve(); // a server without that extension
      }
    });
  } catch (thrown) {
    await close().catch(() => {});
    throw thrown;
  }
  await close(); // a full disk may be told only now
}

/** A server without OpenSSH's rename replaces nothing: the old file goes first. */
async function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  const rename = promisify<string, string, void>(sftp.rename.bind(sftp));
  const isDone = await new Promise<boolean>((resolve, reject) => {
    try {
      sftp.ext_openssh_rename(from, to, (thrown) => (thrown ? reject(thrown) : resolve(true)));
    } catch {
      resolve(false);
    }
  });
  if (isDone) return;
  try {
    await rename(from, to);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === FAILURE)) throw thrown;
    await promisify(sftp.unlink.bind(sftp))(to);
    await rename(from, to);
  }
}

async function makeFolders(sftp: SFTPWrapper, path: string, root: string): Promise<void> {
  let place = root;
  for (const part of path.split('/').filter((one) => one !== '')) {
    place = place === '' || place === '/' ? `${place}${part}` : `${place}/${part}`;
    try {
      await promisify<string, void>(sftp.mkdir.bind(sftp))(place);
    } catch (thrown) {
      const there = await promisify(sftp.stat.bind(sftp))(place).catch(() => undefined);
      if (!there?.isDirectory()) throw thrown;
    }
  }
}

async function readQuota(sftp: SFTPWrapper, folder: string): Promise<{ total: number; free: number } | undefined> {
  return new Promise((resolve, reject) => {
    try {
      sftp.ext_openssh_statvfs(folder, (thrown, fs) => {
        if (thrown) reject(thrown);
        else
          resolve({
            total: Number(fs.f_blocks) * Number(fs.f_frsize),
            free: Number(fs.f_bavail) * Number(fs.f_frsize),
          });
      });
    } catch {
      resolve(undefined);
    }
  });
}
