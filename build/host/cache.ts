import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { PackwrightError } from '../model/errors.ts';
import { fileIdentity } from './compress/identity.ts';

/** JSON kept beside an entry's bytes. */
export type CacheMeta =
  | null
  | string
  | number
  | boolean
  | readonly CacheMeta[]
  | { readonly [name: string]: CacheMeta };

/** An entry whose bytes were compared in this process with a checksum taken when their SHA-256 was. */
export interface CacheEntry {
  /** Holds exactly the entry's bytes; empty for an entry that is only `meta`. Never write to it. */
  file: string;
  /** Bytes. */
  size: number;
  /** Lower-case hex; empty for an entry that is only `meta`. */
  sha256: string;
  meta: CacheMeta;
}

/** A folder of things that are costly to make, by key. Several processes may use one folder at the same time. */
export interface Cache {
  folder: string;
  /** The entry, or undefined. A damaged one is thrown away with a warning. */
  read(key: string): Promise<CacheEntry | undefined>;
  /** Stores bytes (none for an entry that is only `meta`) and gives the entry back. The source may throw: then nothing is stored. */
  write(
    key: string,
    source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    meta?: CacheMeta | (() => CacheMeta),
  ): Promise<CacheEntry>;
  /** fileIdentity() of the file that this SHA-256 names when its bytes were found sound in this process; undefined for other files. */
  vouchFor(file: string, sha256: string): string | undefined;
  /** Removes the least recently used entries until the folder is within its bound again. */
  trim(): Promise<void>;
}

export interface CacheOptions {
  /** Told in one line when an entry was damaged. */
  warn?: (line: string) => void;
  /** Bytes. Default 10 GiB. */
  maxBytes?: number;
  /** Entries used within this many seconds are never evicted, since another process may be about to read them. Default 600. */
  graceSeconds?: number;
}

/** $PACKWRIGHT_CACHE, else %LOCALAPPDATA%\packwright on Windows, else $XDG_CACHE_HOME/packwright, else ~/.cache/packwright. */
export function defaultCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
  home: string = homedir(),
): string {
  if (env.PACKWRIGHT_CACHE) return env.PACKWRIGHT_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'packwright');
  // XDG Base Directory Specification: a relative path in the variable is to be ignored.
  const xdg = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : undefined;
  return join(xdg ?? join(home, '.cache'), 'packwright');
}

/** What `keys/` holds: `seal` is the SHA-256 of the JSON of the rest. */
interface KeyFile {
  key: string;
  sha256: string;
  /** Of the bytes that have this SHA-256. A run reads hundreds of megabytes of its cache, and this takes a fifth of the time. */
  crc32: number;
  size: number;
  meta: CacheMeta;
}

/** Changes with what KeyFile holds: older files are then not seen. */
const FORM = 2;
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const fanOut = (hash: string) => join(hash.slice(0, 2), hash.slice(2));
let serial = 0;

/**
 * Opens a cache folder, made when absent. `objects/` holds bytes by their SHA-256, `keys/` says which object a key means; both are
 * written to `tmp/`, synced and renamed, so that a reader sees all or nothing.
 * @throws PackwrightError when the folder cannot be made.
 */
export async function openCache(folder: string, options: CacheOptions = {}): Promise<Cache> {
  const { warn = () => {}, maxBytes = 10 * 2 ** 30, graceSeconds = 600 } = options;
  const temporary = join(folder, 'tmp');
  for (const path of [temporary, join(folder, 'objects'), join(folder, 'keys')]) {
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw new PackwrightError(
        folder,
        'the cache folder cannot be made',
        'set PACKWRIGHT_CACHE to a writable folder',
        cause,
      );
    });
  }
  const objectFile = (hash: string) => join(folder, 'objects', fanOut(hash));
  const keyFile = (key: string) => join(folder, 'keys', fanOut(sha256(`${FORM} ${key}`)));
  /** Objects compared with their name in this process, and the state of the file then. */
  const verified = new Map<string, string>();
  let total: number | undefined;

  async function readKey(path: string, key: string): Promise<KeyFile | undefined> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const found = parseKeyFile(text);
    if (found?.key === key) return found;
    warn(`cache: the entry "${key}" is damaged and will be made anew`);
    await rm(path, { force: true });
    return undefined;
  }

  async function isSound(file: string, found: Pick<KeyFile, 'sha256' | 'crc32' | 'size'>): Promise<boolean> {
    const before = await fileIdentity(file);
    if (before === undefined) return false;
    if (verified.get(found.sha256) === before) {
      await touch(file);
      return true;
    }
    const { crc, size } = await checksumFile(file);
    if (crc !== found.crc32 || size !== found.size) return false;
    await touch(file);
    verified.set(found.sha256, (await fileIdentity(file)) ?? '');
    return true;
  }

  /** The time of access tells when it was used last; the time of modification must stay, since it is part of a file's identity. */
  async function touch(file: string): Promise<void> {
    await utimes(file, new Date(), (await stat(file)).mtime).catch(() => {});
  }

  async function read(key: string): Promise<CacheEntry | undefined> {
    const path = keyFile(key);
    const found = await readKey(path, key);
    if (!found) return undefined;
    if (!found.sha256) return { file: '', size: 0, sha256: '', meta: found.meta };
    const file = objectFile(found.sha256);
    if (await isSound(file, found).catch(() => false)) {
      return { file, size: found.size, sha256: found.sha256, meta: found.meta };
    }
    // A missing object is ordinary: it was evicted.
    if (await exists(file)) warn(`cache: the bytes of "${key}" are damaged and will be made anew`);
    verified.delete(found.sha256);
    await rm(file, { force: true });
    await rm(path, { force: true });
    return undefined;
  }

  /** Writes to a temporary file, which the caller renames or removes. */
  async function fill(source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
    const path = join(temporary, `${process.pid}-${Date.now().toString(36)}-${serial++}`);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'wx');
      const hash = createHash('sha256');
      let crc = 0;
      let size = 0;
      for await (const chunk of source) {
        hash.update(chunk);
        crc = crc32(chunk, crc);
        size += chunk.byteLength;
        await handle.writeFile(chunk);
      }
      await handle.sync();
      // Whole seconds, so that a later change of the time of access can leave this one as it is.
      const seconds = Math.floor(Date.now() / 1000);
      await handle.utimes(seconds, seconds);
      await handle.close();
      handle = undefined;
      return { path, size, crc, sha256: size > 0 ? hash.digest('hex') : '' };
    } catch (cause) {
      await handle?.close().catch(() => {});
      await rm(path, { force: true });
      throw cause;
    }
  }

  async function moveIn(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true });
    try {
      await rename(from, to);
    } catch (cause) {
      // Windows refuses to replace a file that somebody reads; the one in place has the same bytes or is found out when read.
      await rm(from, { force: true });
      if (!(await exists(to))) throw cause;
    }
  }

  async function write(
    key: string,
    source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    meta: CacheMeta | (() => CacheMeta) = null,
  ): Promise<CacheEntry> {
    const filled = await fill(source);
    const file = filled.size > 0 ? objectFile(filled.sha256) : '';
    if (file) {
      // What is there already stays: another process may be reading it, and would see another file in its place.
      const there = await isSound(file, { ...filled, crc32: filled.crc }).catch(() => false);
      if (there) await rm(filled.path, { force: true });
      else await moveIn(filled.path, file);
      verified.set(filled.sha256, (await fileIdentity(file)) ?? '');
    } else await rm(filled.path, { force: true });
    const made: KeyFile = {
      key,
      sha256: filled.sha256,
      crc32: filled.crc,
      size: filled.size,
      meta: typeof meta === 'function' ? meta() : meta,
    };
    const body = JSON.stringify(made);
    const sealed = await fill([Buffer.from(JSON.stringify({ seal: sha256(body), body }))]);
    await moveIn(sealed.path, keyFile(key));
    total = (total ?? (await measure())) + filled.size;
    if (total > maxBytes) await trim();
    return { file, size: made.size, sha256: made.sha256, meta: made.meta };
  }

  async function measure(): Promise<number> {
    return (await listFiles(join(folder, 'objects'))).reduce((sum, file) => sum + file.size, 0);
  }

  async function trim(): Promise<void> {
    const now = Date.now();
    for (const left of await listFiles(temporary)) {
      if (now - left.time > 86_400_000) await rm(left.path, { force: true });
    }
    const files = (await listFiles(join(folder, 'objects'))).sort((a, b) => a.time - b.time);
    total = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files) {
      // Down to nine tenths, so that the next write does not trim again.
      if (total <= maxBytes * 0.9) break;
      if (now - file.time < graceSeconds * 1000) break;
      await rm(file.path, { force: true });
      total -= file.size;
    }
  }

  return {
    folder,
    read,
    write,
    vouchFor: (file, hash) => (file === objectFile(hash) ? verified.get(hash) : undefined),
    trim,
  };
}

function parseKeyFile(text: string): KeyFile | undefined {
  try {
    const { seal, body }: { seal: unknown; body: unknown } = JSON.parse(text);
    if (typeof body !== 'string' || seal !== sha256(body)) return undefined;
    // The seal says that write() made it, so that it has this shape.
    return JSON.parse(body) as KeyFile;
  } catch {
    return undefined;
  }
}

async function checksumFile(path: string): Promise<{ crc: number; size: number }> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(1 << 20);
    let crc = 0;
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, size);
      if (bytesRead === 0) return { crc, size };
      crc = crc32(buffer.subarray(0, bytesRead), crc);
      size += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function listFiles(folder: string): Promise<{ path: string; size: number; time: number }[]> {
  const files: { path: string; size: number; time: number }[] = [];
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!item.isFile()) continue;
    const path = join(item.parentPath, item.name);
    const found = await stat(path).catch(() => undefined);
    if (found) files.push({ path, size: found.size, time: Math.max(found.atimeMs, found.mtimeMs) });
  }
  return files;
}
