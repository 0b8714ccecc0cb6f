/** `packwright init` over package.json files as they come. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { emptyFolder, packwright } from './packwright.ts';

async function projectWith(packageJson: string): Promise<string> {
  const folder = path.join(await emptyFolder('init'), 'my-app');
  await mkdir(folder);
  await writeFile(path.join(folder, 'package.json'), packageJson);
  return folder;
}

const ODD: [string, object][] = [
  ['with nothing in it', {}],
  [
    'with names, version and address that no package can have',
    {
      name: '@me/_Thing',
      version: 'v1',
      homepage: 'me.example',
      author: 'Me <me at home>',
      bin: { My_Tool: './t.js' },
    },
  ],
  ['in a form of long ago', { license: { type: 'ISC' }, author: ['Me'], bin: { a: 1 }, engines: ['node'], main: {} }],
  ['with a byte order mark', Object.assign({ name: 'marked', version: '1.0.0' }, { main: 'x.js' })],
];
for (const [title, about] of ODD) {
  test(`a package.json ${title} gives a manifest that works`, async (t) => {
    const mark = title.includes('mark') ? '\uFEFF' : '';
    const folder = await projectWith(mark + JSON.stringify(about));
    const { code, err } = await packwright(['-C', folder, 'init']);
    t.is(code, 0, err);
    const list = await packwright(['-C', folder, 'list']);
    t.is(list.code, 0, list.err);
  });
}

for (const text of ['{', 'null', '"text"', '[]']) {
  test(`a package.json that holds ${text} gives one clear error, whoever reads it`, async (t) => {
    const folder = await projectWith(text);
    for (const verb of ['init', 'list']) {
      const { code, err } = await packwright(['-C', folder, verb]);
      t.is(code, 1);
      t.regex(err, /^package\.json: it (is not JSON|holds no JSON object).*\n$/);
    }
  });
}

const MANIFESTS: [string, string, RegExp][] = [
  ['a folder', '', /^m: it is not a file/],
  ['text of another kind', 'root:x:0:0', /^m: it is not JSON/],
  ['a module that does not parse', 'export const product = {', /^m\.ts: it cannot be loaded: /],
  ['a module with a function where data belongs', 'export const product = { name() {} };', /^m\.ts: it cannot be/],
];
for (const [title, text, message] of MANIFESTS) {
  test(`a manifest that is ${title} gives one clear error`, async (t) => {
    const folder = await projectWith('{"type":"module"}');
    const name = title.includes('module') ? 'm.ts' : 'm';
    if (text === '') await mkdir(path.join(folder, name));
    else await writeFile(path.join(folder, name), text);
    const { code, err } = await packwright(['-C', folder, '-m', name, 'list']);
    t.is(code, 1);
    t.regex(err, message);
    t.notRegex(err, /defect|\n {4}at /);
  });
}
