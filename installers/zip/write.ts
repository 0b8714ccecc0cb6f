import { bytesContent, type Content } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import { comparePaths, type FileEntry } from '../../build/model/file-tree.ts';
import type { Artifact, Blobs, Compression } from '../../build/model/format.ts';
import type { Package } from '../../build/model/package.ts';
import { type ZipFile, zipArchive } from '../archives/zip/zip.ts';
import { labelPath, renderLabel } from './label.ts';

/** @throws PackwrightError for what is no file, and for names that Windows does not take. */
export async function writeZipPackage(
  pkg: Package,
  blobs: Blobs,
  compression: Compression,
  name: string,
): Promise<Artifact> {
  const where = pkg.target.id;
  const label = { path: labelPath(pkg), content: bytesContent(renderLabel(pkg)) };
  const entries = [...filesOf(pkg), label].sort((a, b) => comparePaths(a.path, b.path));
  const files: ZipFile[] = [];
  for (const { path, content } of entries) files.push(await packFile(path.slice(1), content, blobs, compression));
  const archive = zipArchive(files, { epoch: pkg.epoch, where });
  return { name, size: archive.size, open: () => archive.open() };
}

function filesOf(pkg: Package): FileEntry[] {
  const tree = pkg.placements[0]?.tree ?? [];
  return tree.map((entry) => {
    if (entry.kind === 'file') return entry;
    throw new PackwrightError(entry.path, 'it is no file, and packages for Windows hold files alone');
  });
}

/** What deflate would make larger is stored as it is. */
async function packFile(name: string, content: Content, blobs: Blobs, compression: Compression): Promise<ZipFile> {
  const crc32 = await blobs.digest(content, 'crc32');
  const file = { name, crc32, rawSize: content.size };
  const packed = content.size > 0 && (await blobs.compress([content], compression, { digests: 'none' }));
  if (!packed || packed.size >= content.size) return { ...file, method: 'none', data: content };
  return { ...file, method: 'deflate', data: packed };
}
