import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCache } from '../../build/host/cache.ts';
import { openBlobs } from '../../build/host/compress/compress.ts';
import { fileContent } from '../../build/host/file-content.ts';
import { readContent } from '../../build/model/content.ts';
import type { Package } from '../../build/model/package.ts';
import { writeMsi } from '../../installers/msi/write.ts';
import { NATIVE } from '../../platforms/windows/native/native.ts';
import { planOf } from '../installers/msi/dialogs-plan.ts';

/** A package of the invented product for servers, with the real actions and without a service, whose executable is none. */
export async function dialogsPackage(): Promise<Uint8Array> {
  const { pkg } = planOf('core');
  const actions = await fileContent(NATIVE.x64.actions);
  const placements = pkg.placements.map((one) => ({
    ...one,
    ...(one.windows ? { windows: { ...one.windows, services: [], actions } } : {}),
  }));
  const walked: Package = { ...pkg, placements };
  const scratch = await mkdtemp(join(tmpdir(), 'dialogs-'));
  const blobs = await openBlobs({ cache: await openCache(join(scratch, 'cache')), scratch });
  try {
    const { size, open } = await writeMsi(walked, blobs, { method: 'mszip', level: 1 }, 'dialogs.msi');
    return await readContent({ size, sha256: '', open });
  } finally {
    await blobs.close();
    await rm(scratch, { recursive: true });
  }
}
