/** From the model's entries to a tar's: stored names, owners, and the directories above them. */
import { PackwrightError } from '../../build/model/errors.ts';
import { comparePaths, type Entry, type FileTree } from '../../build/model/file-tree.ts';
import type { TarItem } from './tar-writer.ts';

export interface TreeOptions {
  /** `./` for deb, whose root is a member `./` of its own; empty for image layers, which have no root member. */
  prefix: './' | '';
  /** False: numbers alone, so that an extractor looks up no account of its own. */
  ownerNames: boolean;
  /** Names the archive in errors. */
  where: string;
}

/**
 * `tree` and every directory above its entries, each once, in byte order of paths, so that parents come first. Directories the tree does
 * not list are root's with mode 0755.
 * @throws PackwrightError when an entry lies below a file or a link.
 */
export function treeItems(tree: FileTree, options: TreeOptions): TarItem[] {
  const items = new Map<string, TarItem>();
  const directories = new Set(tree.filter((entry) => entry.kind === 'dir').map((entry) => entry.path));
  const others = new Set(tree.filter((entry) => entry.kind !== 'dir').map((entry) => entry.path));
  const rootOwner = { uid: 0, gid: 0, user: options.ownerNames ? 'root' : '', group: options.ownerNames ? 'root' : '' };
  if (options.prefix === './') items.set('/', { name: '.', kind: 'dir', mode: 0o755, ...rootOwner });
  for (const entry of tree) {
    for (const parent of parentsOf(entry.path)) {
      if (others.has(parent)) {
        throw new PackwrightError(options.where, `${entry.path} lies below ${parent}, which is no directory`);
      }
      if (directories.has(parent) || items.has(parent)) continue;
      items.set(parent, { name: storedName(parent, options.prefix), kind: 'dir', mode: 0o755, ...rootOwner });
    }
    items.set(entry.path, treeItem(entry, options));
  }
  return [...items].sort(([a], [b]) => comparePaths(a, b)).map(([, item]) => item);
}

function treeItem(entry: Entry, options: TreeOptions): TarItem {
  const owner = entry.owner ?? { uid: 0, gid: 0, user: 'root', group: 'root' };
  const common = {
    name: storedName(entry.path, options.prefix),
    uid: owner.uid,
    gid: owner.gid,
    user: options.ownerNames ? owner.user : '',
    group: options.ownerNames ? owner.group : '',
  };
  if (entry.kind === 'file') return { ...common, kind: 'file', mode: entry.mode, content: entry.content };
  if (entry.kind === 'link') return { ...common, kind: 'link', mode: 0o777, to: entry.to };
  return { ...common, kind: 'dir', mode: entry.mode };
}

function storedName(path: string, prefix: './' | ''): string {
  return `${prefix}${path.slice(1)}`;
}

/** `/usr`, `/usr/bin` of `/usr/bin/x`. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    parents.push(path.slice(0, slash));
  }
  return parents;
}
