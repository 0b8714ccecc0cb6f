import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { readContent } from '../../../build/model/content.ts';
import { bundleWeb } from '../../../build/stages/web.ts';
import { makeScratchFolder } from '../../scratch-folder.ts';

const PAGE = `<!doctype html><link rel="icon" href="./icon.svg"><link rel="stylesheet" href="./main.css">
<script type="module" src="./main.ts"></script><a href="https://example.com/">out</a>`;

async function makeProject(page = PAGE, script = `import {greet} from 'greet';\ngreet('you');`): Promise<string> {
  const root = makeScratchFolder('web');
  const files: Record<string, string> = {
    'page/index.html': page,
    'page/main.ts': script,
    'page/main.css': 'body { color: red; background: url(./dot.png) }',
    'page/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'page/dot.png': 'not really',
    'node_modules/greet/package.json': '{"name":"greet","version":"1.0.0","license":"ISC","main":"index.js"}',
    'node_modules/greet/index.js': 'export const greet = (whom) => console.log("hello " + whom);',
    'node_modules/greet/LICENSE': 'Do what you like.',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

const ROWS = [{ page: 'page/index.html', folder: 'web' }];

test('a page comes with what it names, under names that change with the bytes', async (t) => {
  const bundle = await bundleWeb(await makeProject(), ROWS);
  const names = bundle.files.map(({ name }) => name);
  t.deepEqual(
    names.map((name) => name.replace(/-[A-Z0-9]{8}\./, '-DIGEST.')),
    ['web/dot-DIGEST.png', 'web/icon-DIGEST.svg', 'web/index.html', 'web/main-DIGEST.css', 'web/main-DIGEST.js'],
  );
  const page = await textOf(bundle, 'web/index.html');
  for (const name of names.filter((one) => /(js|css|svg)$/.test(one)))
    t.true(page.includes(`"./${name.slice(4)}"`), name);
  t.true(page.includes('href="https://example.com/"'));
  t.true((await textOf(bundle, /css$/)).includes('./dot-'));
  t.true((await textOf(bundle, /js$/)).includes('hello '));
  t.deepEqual(
    bundle.notices.map(({ name, text }) => [name, text]),
    [['greet', 'Do what you like.']],
  );
  t.true(bundle.sourceMaps.every(({ name }) => name.endsWith('.map')));

  const changed = await bundleWeb(await makeProject(PAGE, 'console.log(1)'), ROWS);
  const scripts = [bundle, changed].map(({ files }) => files.find(({ name }) => name.endsWith('.js'))?.name);
  t.not(scripts[0], scripts[1]);
});

test('the same sources in another folder give the same bytes', async (t) => {
  const [one, other] = [await bundleWeb(await makeProject(), ROWS), await bundleWeb(await makeProject(), ROWS)];
  const digests = (bundle: typeof one) => bundle.files.map(({ name, content }) => `${name} ${content.sha256}`);
  t.deepEqual(digests(one), digests(other));
});

const FAULTS: readonly [string, string, RegExp][] = [
  ['an inline script', '<script>alert(1)</script>', /is inline/],
  ['an inline style', '<style>p{}</style><script src="./main.ts"></script>', /is inline/],
  ['a style attribute', '<p style="color:red"><script src="./main.ts"></script>', /is inline/],
  ['a handler', '<p onclick="x()"><script src="./main.ts"></script>', /is inline/],
  ['a script that is not there', '<script src="./mian.ts"></script>', /esbuild: Could not resolve/],
  [
    'a picture that is not there',
    '<img src="./none.png"><script src="./main.ts"></script>',
    /none\.png cannot be read/,
  ],
  ['a page that names nothing', '<p>hello', /it names no file/],
];
for (const [what, page, pattern] of FAULTS) {
  test(`${what} stops the build`, async (t) => {
    await t.throwsAsync(bundleWeb(await makeProject(page), ROWS), { message: pattern });
  });
}

test('a page that is not there stops the build', async (t) => {
  await t.throwsAsync(bundleWeb(await makeProject(), [{ page: 'page/home.html', folder: 'web' }]), {
    message: /home\.html: it cannot be read/,
  });
});

async function textOf({ files }: Awaited<ReturnType<typeof bundleWeb>>, which: string | RegExp): Promise<string> {
  const found = files.find(({ name }) => (typeof which === 'string' ? name === which : which.test(name)));
  return found ? (await readContent(found.content)).toString('utf8') : '';
}
