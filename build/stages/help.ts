import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../host/run.ts';
import type { Manifest } from '../manifest/load.ts';
import { readContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Edition } from '../model/product.ts';
import { type Bundle, programsOf } from './bundle.ts';

/**
 * What the edition's programs print for `--help`, by name: man pages and completions are made of it. Only programs that the manifest
 * marks with `help` are run, in an empty folder, with nothing of this machine's environment but PATH.
 * @throws PackwrightError when such a program fails or takes more than 30 s.
 */
export async function readHelp(
  manifest: Manifest,
  edition: Edition,
  bundle: Bundle,
  scratch: string,
): Promise<Record<string, string>> {
  const asked = programsOf(manifest, edition).filter((program) => program.help && program.bundle !== false);
  if (asked.length === 0) return {};
  const folder = path.join(scratch, `help-${edition.name}`);
  await mkdir(path.join(folder, 'app'), { recursive: true });
  for (const { name, content } of bundle.files)
    await writeFile(path.join(folder, 'app', name), await readContent(content));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    COLUMNS: '100',
    NO_COLOR: '1',
  };
  try {
    const texts = asked.map(async (program) => {
      const text = await run(process.execPath, [path.join(folder, 'app', `${program.name}.mjs`), '--help'], {
        cwd: folder,
        env,
        timeout: 30_000,
      }).catch((cause) => {
        const hint = 'it must print its help and end, or the manifest must not set "help"';
        throw new PackwrightError(`program ${program.name}`, `"--help" failed: ${cause.message}`, hint, cause);
      });
      return [program.name, text] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
