import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { copy, ensureDir, remove } from 'fs-extra/esm';
import { $ } from 'zx';

const require = createRequire(import.meta.url);
const folderOf = (name: string): string => path.dirname(require.resolve(`${name}/package.json`));

/** Where a build is left: below the repository's cache, apart for each platform. */
export const builtFolder: string = path.join(
  import.meta.dirname,
  '../../.cache/native',
  `${process.platform}-${process.arch}`,
);

/**
 * Builds better-sqlite3 from its sources with node-gyp, against the headers of the Node that runs this, in a scratch copy: a
 * binding.gyp in a folder that has a `build/` of its own would have it emptied.
 * @returns the path of the addon. @throws Error when the headers are absent or the compiler fails, with its output.
 */
export async function buildBetterSqlite3(): Promise<string> {
  const nodeFolder = path.dirname(path.dirname(process.execPath));
  if (!existsSync(path.join(nodeFolder, 'include/node/node_api.h'))) {
    throw new Error(`${nodeFolder} has no headers of Node; run this with "npm run native", and on Linux or macOS`);
  }
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'better-sqlite3-'));
  try {
    const source = path.join(scratch, 'better-sqlite3');
    // The prebuilt files stay behind: what comes out is what was compiled.
    await copy(folderOf('better-sqlite3'), source, { filter: (file) => path.basename(file) !== 'prebuilds' });
    await copy(folderOf('node-addon-api'), path.join(source, 'node_modules/node-addon-api'));
    const gyp = path.join(folderOf('node-gyp'), 'bin/node-gyp.js');
    const options = ['rebuild', '--release', '--force_build=1', '-j', '2', `--nodedir=${nodeFolder}`];
    // The environment too: a user's npmrc may name other headers, and npm hands that to us.
    const env = { ...process.env, npm_config_nodedir: nodeFolder };
    await $({ cwd: source, env, quiet: true })`${process.execPath} ${gyp} ${options}`;
    const built = path.join(builtFolder, 'better_sqlite3.node');
    await ensureDir(builtFolder);
    await copy(path.join(source, 'build/Release/better_sqlite3.node'), built);
    return built;
  } finally {
    await remove(scratch);
  }
}

if (process.argv[1] === import.meta.filename) {
  const { version } = JSON.parse(readFileSync(path.join(folderOf('better-sqlite3'), 'package.json'), 'utf8'));
  process.stdout.write(`building better-sqlite3 ${version} for Node ${process.versions.node}, about a minute\n`);
  process.stdout.write(`${await buildBetterSqlite3()}\n`);
}
