/** Puts a binary package together (deb(5)): debian-binary, control.tar and data.tar in an ar archive. */

import { bytesContent } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import { comparePaths, type Entry, type FileTree, fileTree } from '../../build/model/file-tree.ts';
import type { Artifact, Blobs, Compression, Method } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { arArchive } from '../archives/ar.ts';
import { type TarItem, tarParts, treeItems } from '../archives/tar.ts';
import { changelogPath, gzipText, renderChangelog } from './changelog.ts';
import { isConffile, renderConffiles, renderControl } from './control.ts';
import { renderMaintainerScripts } from './scripts.ts';

const SUFFIXES: Readonly<Partial<Record<Method, string>>> = { xz: '.xz', zstd: '.zst', gzip: '.gz', none: '' };

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
  const tar = { style: 'gnu', mtime: pkg.epoch, where } as const;
  // dpkg stops after the first frame of a zstd stream.
  const pack = (members: readonly TarItem[]) =>
    blobs.compress(tarParts(members, tar), compression, { oneFrame: true, digests: 'none' });
  const packControl = async () => {
    const control = {
      control: renderControl(pkg, placement, architecture, installedKib(items), where),
      conffiles: renderConffiles(tree),
      md5sums: await renderMd5sums(tree, blobs),
    };
    return pack(controlItems(control, renderMaintainerScripts(pkg, placement)));
  };
  // The digests take as long as a cached data.tar, so both go at once.
  const [dataTar, controlTar] = await Promise.all([pack(items), packControl()]);
  const suffix = SUFFIXES[compression.method];
  if (suffix === undefined)
    throw new PackwrightError(where, `a deb cannot be ${compression.method}`, 'choose xz, zstd, gzip or none');
  const files = [
    { name: 'debian-binary', ...bytesContent('2.0\n') },
    { name: `control.tar${suffix}`, size: controlTar.size, open: () => controlTar.open() },
    { name: `data.tar${suffix}`, size: dataTar.size, open: () => dataTar.open() },
  ];
  return { name, ...arArchive(files, pkg.epoch, where) };
}

/** dpkg unpacks beside the name, with `.dpkg-dist` and the like behind it; Linux takes 255 bytes. */
const LONGEST_NAME = 255 - '.dpkg-dist'.length;

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
  for (const { path: long } of entries) {
    if (long.split('/').every((part) => Buffer.byteLength(part) <= LONGEST_NAME)) continue;
    const what = `a name in ${long} is longer than the ${LONGEST_NAME} bytes that dpkg can unpack`;
    throw new PackwrightError(where, what, 'shorten it');
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

/** Members of control.tar in byte order; a text that is empty or absent makes none. */
function controlItems(
  files: Readonly<Record<string, string>>,
  scripts: Readonly<Partial<Record<string, string>>>,
): TarItem[] {
  const root = { uid: 0, gid: 0, user: 'root', group: 'root' };
  const items: TarItem[] = [];
  for (const [texts, mode] of [
    [files, 0o644],
    [scripts, 0o755],
  ] as const) {
    for (const [name, text] of Object.entries(texts)) {
      if (text) items.push({ name: `./${name}`, kind: 'file', mode, ...root, content: bytesContent(text) });
    }
  }
  items.sort((a, b) => comparePaths(a.name, b.name));
  return [{ name: '.', kind: 'dir', mode: 0o755, ...root }, ...items];
}
