import { PackwrightError } from '../../build/model/errors.ts';
import { comparePaths } from '../../build/model/file-tree.ts';
import type { Unpacker } from '../../build/model/format.ts';
import type { FactEntry } from '../../build/model/package.ts';
import { type LayerEntry, MOST_ENTRIES, readLayer } from './read-layer.ts';
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
  kept: Map<string, Buffer>;
  where: string;
}

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
    const stack: Stack = { below, above: new Map(), hidden: new Set(), opaque: new Set(), kept, where: at };
    for (const entry of await readLayer(layer, unpacker, at, keep)) stackEntry(entry, stack);
    mergeLayer(below, stack);
    if (below.size > MOST_ENTRIES) throw new PackwrightError(at, `it has more than ${MOST_ENTRIES} entries`);
  }
  const entries = [...below.values()].sort((a, b) => comparePaths(a.path, b.path));
  return { entries, kept };
}

function stackEntry(entry: LayerEntry, stack: Stack): void {
  const { above, hidden, opaque, where } = stack;
  const { folder, name } = placeOf(entry.path, stack);
  if (name === '.wh..wh..opq') opaque.add(folder);
  else if (name.startsWith('.wh.')) {
    const gone = name.slice('.wh.'.length);
    if (['', '.', '..'].includes(gone)) throw new PackwrightError(where, `the whiteout ${entry.path} hides nothing`);
    hidden.add(`${folder}/${gone}`);
  } else above.set(`${folder}/${name}`, factOf(entry, `${folder}/${name}`, stack));
}

function factOf({ kind, bytes, ...entry }: LayerEntry, path: string, stack: Stack): FactEntry {
  if (kind === 'hardlink') {
    const { folder, name } = placeOf(entry.to, stack);
    const target = stack.above.get(`${folder}/${name}`) ?? stack.below.get(`${folder}/${name}`);
    if (target) return { ...target, path };
    throw new PackwrightError(stack.where, `${entry.path} is a hard link to ${entry.to}, which is not there`);
  }
  if (bytes) stack.kept.set(path, bytes);
  if (kind === 'file' || kind === 'dir' || kind === 'link') return { ...entry, path, kind, flags: [] };
  return { ...entry, path, kind: 'file', flags: [kind] };
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
