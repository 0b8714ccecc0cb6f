import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCache } from '../../build/host/cache.ts';
import { openBlobs } from '../../build/host/compress/compress.ts';
import { fileContent } from '../../build/host/file-content.ts';
import { openLine } from '../../build/line.ts';
import { loadManifest } from '../../build/manifest/load.ts';
import { type Content, readContent } from '../../build/model/content.ts';
import { fileTree } from '../../build/model/file-tree.ts';
import { writeMsi } from '../../installers/msi/write.ts';
import { planOf } from '../installers/msi/dialogs-plan.ts';

/** More than one piece of the encoder: where two meet, the second has to find what the first left behind. */
const LENGTH = 17 << 20;

/** An MSI in LZX, and the SHA-256 of its files by their path below its folder. */
export interface LzxPackage {
  bytes: Uint8Array;
  files: ReadonlyMap<string, string>;
}

/** The invented product without a service, with the beginning of Node for Windows: machine code, whose calls LZX translates. */
export async function lzxPackage(): Promise<LzxPackage> {
  const scratch = await mkdtemp(join(tmpdir(), 'lzx-'));
  const blobs = await openBlobs({ cache: await openCache(join(scratch, 'cache')), scratch });
  try {
    const code = await machineCode(join(scratch, 'code.bin'));
    const { pkg } = planOf('core');
    const placements = pkg.placements.map((one) => ({
      ...one,
      tree: fileTree([
        ...one.tree,
        { path: `${one.windows?.folder}/code.bin`, role: 'data', kind: 'file', mode: 0o644, content: code },
      ]),
      ...(one.windows ? { windows: { ...one.windows, services: [] } } : {}),
    }));
    const { size, open: read } = await writeMsi({ ...pkg, placements }, blobs, { method: 'lzx', level: 21 }, 'lzx.msi');
    const files = new Map<string, string>();
    for (const { tree, windows } of placements)
      for (const entry of tree)
        if (entry.kind === 'file') files.set(entry.path.slice(`${windows?.folder}/`.length), entry.content.sha256);
    return { bytes: await readContent({ size, sha256: '', open: read }), files };
  } finally {
    await blobs.close();
    await rm(scratch, { recursive: true });
  }
}

async function machineCode(file: string): Promise<Content> {
  const report = { begin() {}, done() {}, line() {}, end() {} };
  const line = await openLine(await loadManifest(fileURLToPath(new URL('../..', import.meta.url))), { report });
  const out = await open(file, 'wx');
  try {
    const { executables } = await line.loaderOf('win32', 'x64');
    const loader = executables.system === 'win32' ? executables.loaders.console.file : undefined;
    if (!loader) throw new Error('the loader for Windows is no file');
    await out.writeFile(createReadStream(loader, { end: LENGTH - 1 }));
  } finally {
    await out.close();
    await line.close();
  }
  return await fileContent(file, { machineCode: 'x64' });
}
