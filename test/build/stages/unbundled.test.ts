import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import { filesOf, LOCK, runShipped, SERVICE } from './service-project.ts';

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
  [
    'that is a link out of the project',
    { 'node_modules/ws': { link: true, resolved: '../ws' } },
    /node_modules\/ws is a link to \.\.\/ws, outside the project, .*npm pack/,
  ],
  [
    'that is a link to a folder that is not there',
    { 'node_modules/ws': { link: true, resolved: 'packages/ws' } },
    /packages\/ws is not there; run "npm/,
  ],
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
