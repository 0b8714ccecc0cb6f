import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PackwrightError } from '../model/errors.ts';
import { readFileChunks } from './file-content.ts';
import { run } from './run.ts';

/** A package of the npm registry, pinned by the SHA-512 of its tarball (`sha512-BASE64`, as in package-lock.json). */
export interface NpmPin {
  package: string;
  version: string;
  integrity: string;
}

/**
 * Fetches a pinned tarball with the user's own npm (its registry, proxy and credentials), checks it and keeps it below `folder`.
 * A tarball that is there already is checked again and used without a network.
 * @returns the tarball's path.
 * @throws PackwrightError when it cannot be had or is not the pinned one.
 */
export async function fetchNpmTarball(pin: NpmPin, folder: string): Promise<string> {
  const spec = `${pin.package}@${pin.version}`;
  const kept = path.join(folder, `${spec.replaceAll('/', '+')}.tgz`);
  await mkdir(folder, { recursive: true });
  if (await isPinned(kept, pin)) return kept;
  const scratch = await mkdtemp(path.join(folder, 'fetch-'));
  try {
    // Run where no package.json can redirect npm, with its cache as it is, so that a warm npm cache serves too.
    await run('npm', ['pack', spec, '--ignore-scripts', '--pack-destination', scratch, '--prefer-offline'], {
      cwd: scratch,
      env: { ...process.env, npm_config_loglevel: 'error' },
    }).catch((cause) => {
      throw new PackwrightError(
        spec,
        'cannot be fetched from the npm registry',
        'check the network and npm config',
        cause,
      );
    });
    const tarball = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
    if (!tarball) throw new PackwrightError(spec, 'npm delivered no tarball', 'run "npm pack" by hand to see why');
    const fetched = path.join(scratch, tarball);
    if (!(await isPinned(fetched, pin))) {
      throw new PackwrightError(
        spec,
        `its SHA-512 differs from the pin ${pin.integrity}`,
        'do not use it; "packwright lock" pins anew',
      );
    }
    await rename(fetched, kept);
    return kept;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function isPinned(file: string, pin: NpmPin): Promise<boolean> {
  const hash = createHash('sha512');
  try {
    for await (const chunk of readFileChunks(file)) hash.update(chunk);
  } catch {
    return false;
  }
  return pin.integrity.split(/\s+/).includes(`sha512-${hash.digest('base64')}`);
}
