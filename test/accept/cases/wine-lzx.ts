import { deepEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../../build/host/file-content.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { type LzxPackage, lzxPackage } from '../lzx-package.ts';
import { startWine } from '../wine.ts';

/** An MSI whose cabinet is LZX: the decoder of Wine's msiexec shares nothing with ours. */
export const WINE_LZX_CASES: readonly Case[] = [{ name: 'wine/x64/lzx', roots: ['wine'], run: installLzx }];

async function installLzx(log: Log): Promise<void> {
  let made: LzxPackage = { bytes: new Uint8Array(), files: new Map() };
  await step(log, 'make the package', async () => {
    made = await lzxPackage();
  });
  await using wine = await startWine(log);
  await step(log, 'install', async () => {
    await writeFile(join(wine.drive, 'lzx.msi'), made.bytes);
    deepEqual((await wine.run('msiexec /i C:\\lzx.msi /qn /l*v C:\\log.txt', { timeout: 120 })).code, 0);
  });
  await step(log, 'every byte is there', async () => {
    for (const [path, sha256] of made.files)
      deepEqual(await hashFile(join(wine.drive, 'Program Files', 'Lantern', path)), sha256, path);
  });
}
