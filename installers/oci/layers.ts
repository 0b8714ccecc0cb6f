import { type Entry, type FileTree, fileTree } from '../../build/model/file-tree.ts';
import type { Part } from '../../build/model/format.ts';
import { type TarItem, tarParts, treeItems } from '../archives/tar.ts';

export type LayerName = 'base' | 'runtime' | 'app';

/** From the bottom up. */
const LAYERS: readonly LayerName[] = ['base', 'runtime', 'app'];

/** One layer before it is compressed: a tar archive as parts. */
export interface LayerTar {
  name: LayerName;
  parts: readonly Part[];
}

/**
 * A tree as layers, from the bottom up, empty ones left out. Time stamps below the application are 0: those layers are the same for
 * every version and edition, so that a registry keeps and sends them once.
 * @param present folders of a foreign image below: mode and owner are not ours to set, unless the tree names them.
 */
export function layerTars(tree: FileTree, epoch: number, where: string, present: readonly string[] = []): LayerTar[] {
  const folders = new Map(tree.filter((entry) => entry.kind === 'dir').map((entry) => [entry.path, entry]));
  const done = new Set(present.filter((path) => !folders.has(path)).map(storedName));
  const layers: LayerTar[] = [];
  for (const name of LAYERS) {
    const entries = tree.filter((entry) => (entry.layer ?? 'app') === name);
    if (entries.length === 0) continue;
    const options = { style: 'pax', mtime: name === 'app' ? epoch : 0, where: `${where}: layer ${name}` } as const;
    layers.push({ name, parts: tarParts(layerItems(entries, folders, done, options.where), options) });
  }
  return layers;
}

/** A folder is in the lowest layer that has something in it, and only there: a second header would be a change of it. */
function layerItems(
  entries: readonly Entry[],
  folders: ReadonlyMap<string, Entry>,
  done: Set<string>,
  where: string,
): TarItem[] {
  const tree = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
      const folder = folders.get(path.slice(0, end));
      if (folder) tree.set(folder.path, folder);
    }
  }
  const items = treeItems(fileTree(tree.values(), where), { prefix: '', ownerNames: true, where });
  const fresh = items.filter((item) => item.kind !== 'dir' || !done.has(item.name));
  for (const item of fresh) if (item.kind === 'dir') done.add(item.name);
  return fresh;
}

function storedName(path: string): string {
  return path.slice(1);
}
