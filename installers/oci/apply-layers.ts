import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import { comparePaths } from '../../build/model/file-tree.ts';
import type { Unpacker } from '../../build/model/format.ts';
import type { FactEntry } from '../../build/model/package.ts';
import { readTar, type TarEntry } from '../archives/tar.ts';
import type { ReadLayer } from './read-manifests.ts';

/** What a container sees, and the bytes of the few files that were asked for. */
export interface AppliedLayers {
  entries: readonly FactEntry[];
  kept: ReadonlyMap<string, Buffer>;
}

type Files = Map<string, FactEntry>;

/** One layer while it is read. Whiteouts speak of the layers below alone, wherever they stand in their own. */
interface Stack {
  below: ReadonlyMap<string, FactEntry>;
  above: Files;
  /** Paths that are taken away with all below them. */
  hidden: Set<string>;
  /** Folders that are emptied. */
  opaque: Set<string>;
  keep: readonly string[];
  kept: Map<string, Buffer>;
  where: string;
}

const MOST_ENTRIES = 1_000_000;
const MOST_LAYER_BYTES = 64 * 2 ** 30;
const LONGEST_KEPT = 1 << 20;
/** As the kernel's own limit. */
const MOST_LINKS = 40;

/**
 * Unpacks the layers one over the other as an engine does (OCI image-spec, layer.md), in memory, checking each one's diff_id.
 * @param keep paths whose bytes are wanted, at most 1 MiB each.
 * @throws PackwrightError when a layer is damaged, is not the one its diff_id names or leaves its root.
 */
export async function applyLayers(
  layers: readonly ReadLayer[],
  unpacker: Unpacker,
  where: string,
  keep: readonly string[] = [],
): Promise<AppliedLayers> {
  const below: Files = new Map();
  const kept = new Map<string, Buffer>();
  for (const layer of layers) {
    const at = `${where}: layer ${layer.diffId.slice(0, 19)}`;
    const { offset, size, source } = layer.slice;
    const hash = createHash('sha256');
    const raw = hashWhileReading(unpacker.unpack(source, offset, size, layer.method), hash, at);
    const stack = {
      below,
      above: new Map(),
      hidden: new Set<string>(),
      opaque: new Set<string>(),
      keep,
      kept,
      where: at,
    };
    for await (const entry of readTar(raw, at)) await stackEntry(entry, stack);
    if (`sha256:${hash.digest('hex')}` !== layer.diffId) {
      throw new PackwrightError(at, 'its bytes are not those that the configuration names', 'make the image again');
    }
    mergeLayer(below, stack);
    if (below.size > MOST_ENTRIES) throw new PackwrightError(at, `it has more than ${MOST_ENTRIES} entries`);
  }
  const entries = [...below.values()].sort((a, b) => comparePaths(a.path, b.path));
  return { entries, kept };
}

async function* hashWhileReading(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(data: Uint8Array): unknown },
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > MOST_LAYER_BYTES) throw new PackwrightError(where, `it unpacks to more than ${MOST_LAYER_BYTES} bytes`);
    hash.update(chunk);
    yield chunk;
  }
}

async function stackEntry(entry: TarEntry, stack: Stack): Promise<void> {
  const { above, hidden, opaque, where } = stack;
  if (entry.path === '/') return;
  const { folder, name } = placeOf(entry.path, stack);
  if (above.size + hidden.size + opaque.size >= MOST_ENTRIES) {
    throw new PackwrightError(where, `it has more than ${MOST_ENTRIES} entries`);
  }
  if (name === '.wh..wh..opq') opaque.add(folder);
  else if (name.startsWith('.wh.')) {
    const gone = name.slice('.wh.'.length);
    if (['', '.', '..'].includes(gone)) throw new PackwrightError(where, `the whiteout ${entry.path} hides nothing`);
    hidden.add(`${folder}/${gone}`);
  } else above.set(`${folder}/${name}`, await factOf(entry, `${folder}/${name}`, stack));
}

async function factOf(entry: TarEntry, path: string, stack: Stack): Promise<FactEntry> {
  if (entry.kind === 'hardlink') {
    const { folder, name } = placeOf(entry.to, stack);
    const target = stack.above.get(`${folder}/${name}`) ?? stack.below.get(`${folder}/${name}`);
    if (target) return { ...target, path };
    throw new PackwrightError(stack.where, `${entry.path} is a hard link to ${entry.to}, which is not there`);
  }
  const common = {
    path,
    mode: entry.mode,
    user: entry.user || String(entry.uid),
    group: entry.group || String(entry.gid),
    size: entry.size,
    sha256: '',
    to: entry.to,
    flags: [],
  };
  if (entry.kind === 'dir' || entry.kind === 'link') return { ...common, kind: entry.kind };
  if (entry.kind !== 'file') return { ...common, kind: 'file', flags: [entry.kind] };
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  const wanted = stack.keep.includes(path) && entry.size <= LONGEST_KEPT;
  for await (const chunk of entry.data) {
    hash.update(chunk);
    if (wanted) chunks.push(Buffer.from(chunk));
  }
  if (wanted) stack.kept.set(path, Buffer.concat(chunks));
  return { ...common, kind: 'file', sha256: hash.digest('hex') };
}

/** Where a path lies once links on the way are followed, `/` being their root as in a container. The last step is not followed. */
function placeOf(path: string, { below, above, where }: Stack): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  const todo = stepsOf(path.slice(0, slash));
  let done: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const step = todo.shift()!;
    if (step === '..') {
      done.pop();
      continue;
    }
    const at = `/${[...done, step].join('/')}`;
    const found = above.get(at) ?? below.get(at);
    if (found?.kind !== 'link') {
      done.push(step);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new PackwrightError(where, `${path} goes through a loop of links`);
    if (found.to.startsWith('/')) done = [];
    todo.unshift(...stepsOf(found.to));
  }
  return { folder: done.map((step) => `/${step}`).join(''), name: path.slice(slash + 1) };
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}

/** A folder over a folder leaves what is in it; anything else takes the whole place. */
function mergeLayer(below: Files, { above, hidden, opaque }: Stack): void {
  for (const [path, entry] of above) {
    if (entry.kind !== 'dir' && below.get(path)?.kind === 'dir') opaque.add(path);
  }
  for (const path of below.keys()) {
    if (hidden.has(path) || foldersOf(path).some((folder) => hidden.has(folder) || opaque.has(folder)))
      below.delete(path);
  }
  for (const [path, entry] of above) below.set(path, entry);
}

/** `/usr`, `/usr/lib` and the root of `/usr/lib/x`; the root is the empty string. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) folders.push(path.slice(0, end));
  return folders;
}
