/** Puts a binary package together (deb(5)): debian-binary, control.tar and data.tar in an ar archive. */

import { bytesContent, type Content } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import { type Entry, type FileTree, fileTree } from '../../build/model/file-tree.ts';
import type { Artifact, Blobs, Compression, Method } from '../../build/model/format.ts';
import type { Package, Placement } from '../../build/model/package.ts';
import { arArchive } from '../archives/ar.ts';
import { type TarItem, tarParts, treeItems } from '../archives/tar.ts';
import { changelogPath, gzipText, renderChangelog } from './changelog.ts';
import { isConffile, renderConffiles, renderControl } from './control.ts';

const SUFFIXES: Readonly<Record<Method, string>> = { xz: '.xz', zstd: '.zst', gzip: '.gz', none: '' };

// Stands in for scripts.ts until the lifecycle's renderer is there.
const renderMaintainerScripts = (_pkg: Package, _placement: Placement): Partial<Record<string, string>> => ({});

/**
 * @param architecture in Debian's word.
 * @throws PackwrightError when the package says something the format cannot.
 */
export async function writeDeb(
  pkg: Package,
  architecture: string,
  blobs: Blobs,
  compression: Compression,
  name: string,
): Promise<Artifact> {
  const where = pkg.target.id;
  const [placement, ...others] = pkg.placements;
  if (!placement || others.length > 0) throw new PackwrightError(where, 'a deb holds exactly one architecture');
  const tree = shippedTree(pkg, placement.tree, where);
  const items = treeItems(tree, { prefix: './', ownerNames: true, where });
  const control = {
    control: renderControl(pkg, placement, architecture, installedKib(items), where),
    conffiles: renderConffiles(tree),
    md5sums: await renderMd5sums(tree, blobs),
    ...renderMaintainerScripts(pkg, placement),
  };
  const tar = { style: 'gnu', mtime: pkg.epoch, where } as const;
  // dpkg stops after the first frame of a zstd stream.
  const options = { oneFrame: true };
  const controlTar = await blobs.compress(tarParts(controlItems(control), tar), compression, options);
  const dataTar = await blobs.compress(tarParts(items, tar), compression, options);
  const suffix = SUFFIXES[compression.method];
  const files = [
    { name: 'debian-binary', ...bytesContent('2.0\n') },
    { name: `control.tar${suffix}`, size: controlTar.size, open: () => controlTar.open() },
    { name: `data.tar${suffix}`, size: dataTar.size, open: () => dataTar.open() },
  ];
  return { name, ...arArchive(files, pkg.epoch, where) };
}

/**
 * What dpkg unpacks: everything but state and logs, which the service manager makes and purge removes, and the change log in Debian's
 * syntax where the tree brings none.
 */
function shippedTree(pkg: Package, tree: FileTree, where: string): FileTree {
  const entries: Entry[] = tree.filter((entry) => entry.role !== 'state' && entry.role !== 'log');
  const path = changelogPath(pkg);
  if (!entries.some((entry) => entry.path === path)) {
    const content = bytesContent(gzipText(renderChangelog(pkg)));
    entries.push({ path, role: 'doc', kind: 'file', mode: 0o644, layer: 'app', content });
  }
  return fileTree(entries, where);
}

/** KiB (deb-substvars(5), Installed-Size): files and links rounded up one by one, 1 for anything else. */
function installedKib(items: readonly TarItem[]): number {
  let sum = 0;
  for (const item of items) {
    const bytes = item.kind === 'link' ? Buffer.byteLength(item.to ?? '') : (item.content?.size ?? 0);
    sum += item.kind === 'dir' ? 1 : Math.ceil(bytes / 1024);
  }
  return sum;
}

/** `digest  path` of every file but the conffiles, whose digests dpkg keeps itself (deb-md5sums(5)). */
async function renderMd5sums(tree: FileTree, blobs: Blobs): Promise<string> {
  let lines = '';
  for (const entry of tree) {
    if (entry.kind !== 'file' || isConffile(entry)) continue;
    lines += `${await blobs.digest(entry.content, 'md5')}  ${entry.path.slice(1)}\n`;
  }
  return lines;
}

function controlItems(files: Readonly<Record<string, string | undefined>>): TarItem[] {
  const root = { uid: 0, gid: 0, user: 'root', group: 'root' };
  const items: TarItem[] = [{ name: '.', kind: 'dir', mode: 0o755, ...root }];
  for (const name of Object.keys(files).sort()) {
    const text = files[name];
    if (!text) continue;
    const content: Content = bytesContent(text);
    items.push({ name: `./${name}`, kind: 'file', mode: text.startsWith('#!') ? 0o755 : 0o644, ...root, content });
  }
  return items;
}
