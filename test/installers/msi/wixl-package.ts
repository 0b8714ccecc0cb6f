import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Package } from '../../../build/model/package.ts';
import { runTool } from '../../suites/tool.ts';
import { tinyPackage } from './tiny-package.ts';

/**
 * wixl's package of the tiny product, made of `tiny.wxs` and the files of `tinyPackage()`.
 * @param folder an empty one, to work in. @returns the file's path. @throws with wixl's words when it fails.
 */
export async function wixlPackage(folder: string, pkg?: Package): Promise<string> {
  const { placements } = pkg ?? (await tinyPackage());
  const [placement] = placements;
  const files = path.join(folder, 'files');
  for (const entry of placement?.tree ?? []) {
    if (entry.kind !== 'file') continue;
    const file = path.join(files, path.relative(placement?.windows?.folder ?? '/', entry.path));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, entry.content.open());
  }
  // wixl looks for files beside the .wxs alone.
  await copyFile(path.join(import.meta.dirname, 'tiny.wxs'), path.join(folder, 'tiny.wxs'));
  runTool('wixl', ['-a', 'x64', '-o', 'wixl.msi', 'tiny.wxs'], undefined, folder);
  return path.join(folder, 'wixl.msi');
}
