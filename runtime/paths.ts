import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isSea } from 'node:sea';
import packageJson from '../package.json' with { type: 'json' };

/** The product's version, as in package.json. */
export const version: string = packageJson.version;

/** True in an installed program: a single executable that loaded the bundle beside it. False when run from source. */
export const isPackaged: boolean = isSea();

/**
 * The folder everything is below. Installed, it holds `bin/`, `app/` and `native/`, and process.execPath is `bin/runtime` whatever
 * link the program was called by; from source it is the repository.
 */
export function installRoot(): string {
  return isPackaged ? path.dirname(path.dirname(process.execPath)) : path.dirname(import.meta.dirname);
}

/** Compiled addons: file name below `native/` of an installation, and where npm puts the same file in a source tree. */
const addons = {
  'better_sqlite3.node': ['better-sqlite3/package.json', `prebuilds/${process.platform}-${process.arch}.node`],
  'koffi.node': [
    `@koromix/koffi-${process.platform}-${process.arch}/package.json`,
    `${process.platform}_${process.arch}/koffi.node`,
  ],
} as const;

export type Addon = keyof typeof addons;

/** Absolute path of a compiled addon; it need not exist. DUPLICATI_NATIVE_FOLDER replaces the place when run from source (for tests). */
export function addonFile(addon: Addon): string {
  if (isPackaged) return path.join(installRoot(), 'native', addon);
  const folder = process.env.DUPLICATI_NATIVE_FOLDER;
  if (folder) return path.join(folder, addon);
  const [manifest, file] = addons[addon];
  return path.join(path.dirname(createRequire(import.meta.url).resolve(manifest)), file);
}

/**
 * Loads a compiled addon.
 * @throws Error with a one-line reason when it is absent or the system refuses it.
 */
export function loadAddon(addon: Addon): unknown {
  const file = addonFile(addon);
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  return createRequire(import.meta.url)(file);
}
