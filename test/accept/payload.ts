import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openLine } from '../../build/line.ts';
import { loadManifest } from '../../build/manifest/load.ts';
import type { Arch } from '../../build/model/target.ts';

/** Writes what a project's packages for Windows hold, without an installer: each edition into the folder that `folderOf` says. */
export async function writePayload(
  project: string,
  folderOf: (edition: string) => string | undefined,
  arch: Arch = 'x64',
): Promise<void> {
  const report = { begin() {}, done() {}, line() {}, end() {} };
  const line = await openLine(await loadManifest(project), { report });
  try {
    for (const edition of line.manifest.product.editions) {
      const folder = folderOf(edition.name);
      if (!folder) continue;
      const payload = await line.payloadOf(edition.name, 'win32', arch, false);
      for (const file of payload.files) {
        if (file.kind !== 'file') continue;
        const place = join(folder, file.path);
        await mkdir(dirname(place), { recursive: true });
        await pipeline(file.content.open(), createWriteStream(place));
      }
    }
  } finally {
    await line.close();
  }
}
