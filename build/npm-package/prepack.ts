/**
 * Runs before `npm pack`: compiles the toolchain to lib/, writes its manual page, and puts the package.json that users get in
 * place of the developers' one (which brings a Node of its own onto the PATH). postpack.ts puts it back.
 */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { copy, emptyDir, outputFile, readJson, writeJson } from 'fs-extra/esm';
import { makeCommandLine } from '../command-line.ts';
import { run } from '../host/run.ts';
import { makeManPage } from './man-page.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const KEPT = path.join(ROOT, 'package.json.kept');
const PACKAGE = path.join(ROOT, 'package.json');
const MAN_PAGE = 'lib/packwright.1';
/** Keys that only developers need. */
const OF_DEVELOPERS = [
  'scripts',
  'devDependencies',
  'optionalDependencies',
  'overrides',
  'allowScripts',
  'ava',
  'packwright',
  'private',
];

if (existsSync(KEPT)) await rename(KEPT, PACKAGE); // an earlier run was interrupted
await emptyDir(path.join(ROOT, 'lib'));
await run(
  process.execPath,
  [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', path.join(import.meta.dirname, 'tsconfig.json')],
  {
    cwd: ROOT,
  },
);
/** What lies beside the compiled files just as it does beside the sources; liblzma's build is taken out of its package, whose install
 * script would want a compiler on every user's machine. */
const COPIED: Readonly<Record<string, string>> = {
  'build/loader/loader.cjs': 'build/loader/loader.cjs',
  'platforms/windows/native/built': 'platforms/windows/native/built',
  'packwright.lock.json': 'packwright.lock.json',
  'node_modules/node-liblzma/lib/wasm/liblzma.js': 'liblzma/liblzma.js',
  'node_modules/node-liblzma/lib/wasm/liblzma.wasm': 'liblzma/liblzma.wasm',
  'node_modules/node-liblzma/LICENSE': 'liblzma/LICENSE',
};
for (const [from, to] of Object.entries(COPIED)) await copy(path.join(ROOT, from), path.join(ROOT, 'lib', to));

const about: Record<string, unknown> = await readJson(PACKAGE);
await outputFile(path.join(ROOT, MAN_PAGE), makeManPage(makeCommandLine(), String(about.version)));
for (const key of OF_DEVELOPERS) delete about[key];
const published = {
  ...about,
  bin: { packwright: 'lib/build/bin.js' },
  man: [MAN_PAGE], // npm links it where "man packwright" finds it, when installed with --global
  imports: { '#liblzma.js': './lib/liblzma/liblzma.js', '#liblzma.wasm': './lib/liblzma/liblzma.wasm' },
  exports: { '.': { types: './lib/build/model/product.d.ts' }, './packwright.schema.json': './packwright.schema.json' },
  files: ['lib', 'packwright.schema.json', 'CHANGELOG.md'],
};
// In this order there is a whole package.json at every moment, and the developers' one is never lost.
const draft = `${PACKAGE}.users`;
await writeJson(draft, published, { spaces: 2 });
await copy(PACKAGE, KEPT);
await rename(draft, PACKAGE);
