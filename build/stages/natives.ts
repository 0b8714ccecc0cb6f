import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Cache } from '../host/cache.ts';
import { fileContent } from '../host/file-content.ts';
import type { ReadTar } from '../host/node-runtime.ts';
import { fetchNpmTarball, type NpmPin } from '../host/npm-package.ts';
import type { Manifest } from '../manifest/load.ts';
import { readJsonObject } from '../manifest/read-json.ts';
import type { Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Native } from '../model/product.ts';
import type { Arch, System } from '../model/target.ts';
import { strippedBytes } from './stripped.ts';

/**
 * A compiled addon for a platform and architecture: from node_modules when its package is installed, else from the package's tarball,
 * pinned by the project's package-lock.json.
 * @throws PackwrightError when the package is not locked or holds no such file.
 */
export async function nativeContent(
  manifest: Manifest,
  native: Native,
  system: System,
  arch: Arch,
  options: { cache: Cache; readTar: ReadTar },
): Promise<Content> {
  const fill = (text: string) => text.replaceAll('{platform}', system).replaceAll('{arch}', arch);
  const name = fill(native.package);
  const file = fill(native.file);
  const where = `natives: ${native.name} for ${system}-${arch}`;
  const installed = path.join(manifest.folder, 'node_modules', name, file);
  const finish = (native: Content) => (system === 'linux' ? stripNative(native, options.cache) : native);
  if (existsSync(installed)) return finish(await fileContent(installed, { where, machineCode: arch }));
  if (existsSync(path.join(manifest.folder, 'node_modules', name, 'package.json'))) {
    throw new PackwrightError(
      where,
      `the package ${name} holds no ${file}`,
      'look at its prebuilt files and mend the manifest',
    );
  }
  const pin = await lockedPackage(manifest, name, where);
  const key = `native ${name}@${pin.version} ${file} ${pin.integrity}`;
  const kept = (await options.cache.read(key)) ?? (await extract(key, pin, file, where, options));
  return finish(await fileContent(kept.file, { sha256: kept.sha256, machineCode: arch }));
}

/** Without its symbols, like the runtime. */
async function stripNative(native: Content, cache: Cache): Promise<Content> {
  const key = `stripped 1 ${native.sha256}`;
  const kept = (await cache.read(key)) ?? (await cache.write(key, strippedBytes(native.file ?? '')));
  return fileContent(kept.file, {
    sha256: kept.sha256,
    ...(native.machineCode ? { machineCode: native.machineCode } : {}),
  });
}

async function lockedPackage(manifest: Manifest, name: string, where: string): Promise<NpmPin> {
  const file = path.join(manifest.folder, 'package-lock.json');
  const lock: { packages?: Record<string, { version?: string; integrity?: string }> } = existsSync(file)
    ? await readJsonObject(file)
    : {};
  const entry = lock.packages?.[`node_modules/${name}`];
  if (!entry?.version || !entry.integrity) {
    throw new PackwrightError(
      where,
      `the package ${name} is not in package-lock.json`,
      `run "npm install ${name}" once`,
    );
  }
  return { package: name, version: entry.version, integrity: entry.integrity };
}

async function extract(
  key: string,
  pin: NpmPin,
  file: string,
  where: string,
  options: { cache: Cache; readTar: ReadTar },
) {
  const tarball = await fetchNpmTarball(pin, path.join(options.cache.folder, 'npm'));
  for await (const entry of options.readTar(createReadStream(tarball).pipe(createGunzip()), path.basename(tarball))) {
    // npm tarballs have one top folder, mostly but not always called "package".
    if (entry.kind === 'file' && entry.path.split('/').slice(2).join('/') === file) {
      const kept = await options.cache.write(key, entry.data);
      await rm(tarball, { force: true });
      return kept;
    }
  }
  throw new PackwrightError(where, `the package ${pin.package}@${pin.version} holds no ${file}`, 'mend the manifest');
}
