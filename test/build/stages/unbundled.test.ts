import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { readContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { unbundledFiles } from '../../../build/stages/unbundled.ts';

const LOCK = { lockfileVersion: 3, packages: { '': {}, 'node_modules/dep': { version: '1.0.0' } } };
const SERVICE: Record<string, string> = {
  'package.json': JSON.stringify({ name: 'svc', version: '1.0.0' }),
  'package-lock.json': JSON.stringify(LOCK),
  'server.js': 'console.log(require("./lib/word.js"), require("dep"), __filename.split("/").at(-1));',
  'lib/word.js': 'module.exports = "word";',
  'node_modules/dep/package.json': JSON.stringify({ name: 'dep', version: '1.0.0', license: 'MIT' }),
  'node_modules/dep/index.js': 'module.exports = require("./coverage.js");',
  'node_modules/dep/coverage.js': 'module.exports = "dep";',
};

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unbundled-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

async function filesOf(files: Readonly<Record<string, string>>, entry = 'server.js', name = 'svc') {
  const folder = await makeFolder(files);
  const program = { name, entry, summary: 'serves', bundle: false };
  const product = {
    name: 'svc',
    title: 'svc',
    summary: 'serves',
    description: [],
    version: '1.0.0',
    vendor: 'Ada',
    maintainer: { name: 'Ada', email: 'ada@example.com' },
    homepage: 'https://example.com',
    licence: 'MIT',
    copyright: '',
    programs: [program],
    services: [],
    editions: [],
    arches: [],
    formats: [],
  };
  return (await unbundledFiles({ product, file: path.join(folder, 'packwright.json'), folder }, [program])).files;
}

/** What the program prints from where it would be installed. */
async function runShipped(files: Awaited<ReturnType<typeof filesOf>>, name = 'svc'): Promise<string> {
  const folder = await makeFolder({});
  for (const file of files) {
    const place = path.join(folder, file.path);
    await mkdir(path.dirname(place), { recursive: true });
    if (file.kind === 'link') await symlink(file.to, place);
    else await writeFile(place, await readContent(file.content));
  }
  return execFileSync(process.execPath, [path.join(folder, `app/${name}.mjs`)], { encoding: 'utf8' });
}

test('a program of the project runs with everything it loads', async (t) => {
  t.is(await runShipped(await filesOf(SERVICE)), 'word dep server.js\n');
});

test('a program may have the name of its own module', async (t) => {
  const files = { ...SERVICE, 'svc.mjs': 'await 0; console.log(import.meta.filename.split("/").at(-1));' };
  t.is(await runShipped(await filesOf(files, 'svc.mjs')), 'svc.mjs\n');
});

test('without "files" in package.json, all is shipped but hidden files, packages that were built and what npm keeps', async (t) => {
  const more = {
    '.env': 'S=1',
    '.secret/x': '',
    'dist/svc_1.0.0_amd64.deb': '',
    'dist/SHA256SUMS': '',
    'views/a.html': '',
  };
  const shipped = (await filesOf({ ...SERVICE, ...more })).map(({ path: name }) => name);
  t.deepEqual(
    shipped.filter((name) => !name.includes('/node_modules/')).sort(),
    ['package-lock.json', 'package.json', 'lib/word.js', 'server.js', 'views/a.html']
      .map((name) => `app/project/${name}`)
      .concat('app/svc.mjs')
      .sort(),
  );
});

test('"files" in package.json says what is shipped beside the program itself', async (t) => {
  const about = JSON.stringify({ name: 'svc', files: ['./lib/', 'views/**/*.html', '!lib/no.js'] });
  const more = { 'package.json': about, 'lib/no.js': '', 'views/a/b.html': '', 'views/a/b.css': '', 'notes.txt': '' };
  const shipped = (await filesOf({ ...SERVICE, ...more })).map(({ path: name }) => name);
  t.deepEqual(
    shipped.filter((name) => !name.includes('/node_modules/')).sort(),
    ['package.json', 'lib/word.js', 'server.js', 'views/a/b.html']
      .map((name) => `app/project/${name}`)
      .concat('app/svc.mjs')
      .sort(),
  );
});

const FAULTS: [string, object, RegExp][] = [
  ['that is not installed', { 'node_modules/gone': { version: '1.0.0' } }, /node_modules\/gone is not there; run "npm/],
  ['that is a link to a folder', { 'node_modules/ws': { link: true, resolved: 'ws' } }, /node_modules\/ws is a link/],
];
for (const [title, packages, message] of FAULTS) {
  test(`a dependency ${title} is an error`, async (t) => {
    const lock = JSON.stringify({ ...LOCK, packages: { ...LOCK.packages, ...packages } });
    const error = await t.throwsAsync(filesOf({ ...SERVICE, 'package-lock.json': lock }), {
      instanceOf: PackwrightError,
    });
    t.regex(error?.message ?? '', message);
  });
}

test('an optional dependency may be missing', async (t) => {
  const packages = { ...LOCK.packages, 'node_modules/gone': { version: '1.0.0', optional: true } };
  const files = { ...SERVICE, 'package-lock.json': JSON.stringify({ ...LOCK, packages }) };
  t.is(await runShipped(await filesOf(files)), 'word dep server.js\n');
});
