import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { loadManifest } from '../../../build/manifest/load.ts';
import { suggestWord } from '../../../build/manifest/suggest.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import { makeScratchFolder } from '../../scratch-folder.ts';

const LEAST = {
  name: 'thing',
  version: '1.0.0',
  summary: 'does a thing',
  maintainer: { name: 'Ada', email: 'ada@example.com' },
  licence: 'MIT',
  programs: [{ name: 'thing', entry: 'thing.mjs' }],
};

async function load(manifest: unknown) {
  const folder = makeScratchFolder('manifest');
  await writeFile(
    path.join(folder, 'packwright.json'),
    typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
  );
  return loadManifest(folder);
}

test('the least manifest gets every default', async (t) => {
  const { product } = await load(LEAST);
  t.deepEqual(product.editions, [
    { name: 'main', package: 'thing', programs: ['thing'], title: 'thing', summary: 'does a thing', services: [] },
  ]);
  t.deepEqual(product.arches, ['x64', 'arm64']);
  t.deepEqual(product.formats, ['deb', 'rpm', 'oci']);
  t.is(product.vendor, 'Ada');
});

const EDITION = { name: 'a', package: 'thing', programs: ['thing'] };

function service(keys: object) {
  const programs = [...LEAST.programs, { name: 'other', entry: 'other.mjs' }];
  return { ...LEAST, programs, services: [{ name: 'thing', program: 'thing', ...keys }] };
}

const FAULTS: [string, unknown, RegExp][] = [
  [
    'an unknown key gets a suggestion',
    { ...LEAST, versoin: '1' },
    /versoin: is not a key here; did you mean "version"\?/,
  ],
  ['a wrong type is named', { ...LEAST, version: 1 }, /version: must be a string, not the number 1/],
  [
    'a nested wrong type is named with its place',
    { ...LEAST, programs: [{ name: 'a', entry: 5 }] },
    /programs\[0\]\.entry: must be/,
  ],
  ['a missing key is named', { ...LEAST, licence: undefined }, /licence: is missing/],
  [
    'a path that leaves the project is refused',
    { ...LEAST, icon: '../icon.svg' },
    /icon: "\.\.\/icon\.svg" does not fit/,
  ],
  ['a version that is none is refused', { ...LEAST, version: 'new' }, /"new" is not a version/],
  [
    'a service without its program is refused',
    { ...LEAST, services: [{ name: 's', program: 'thnig' }] },
    /did you mean "thing"/,
  ],
  [
    'a word out of a list gets a suggestion',
    { ...LEAST, formats: ['debb'] },
    /"debb" is not one of its words; did you mean "deb"/,
  ],
  [
    'a program must not take the loader’s names',
    { ...LEAST, programs: [{ name: 'runtime', entry: 'x' }] },
    /programs\[0\]\.name/,
  ],
  [
    'two programs of one name are refused',
    { ...LEAST, programs: [LEAST.programs[0], LEAST.programs[0]] },
    /comes twice/,
  ],
  [
    'an edition ships the programs that its services run',
    { ...service({}), editions: [{ ...EDITION, programs: ['other'], services: ['thing'] }] },
    /editions\[0\]\.programs: there is no program "thing"/,
  ],
  [
    'an edition without programs is refused',
    { ...LEAST, editions: [{ ...EDITION, programs: [] }] },
    /programs: must not be/,
  ],
  [
    'a menu entry starts a program that there is',
    { ...LEAST, shortcuts: [{ name: 'Thing', program: 'thnig', comment: 'x', categories: [] }] },
    /shortcuts\[0\]\.program: there is no program "thnig"; did you mean "thing"/,
  ],
  [
    'two editions with one package are refused',
    { ...LEAST, editions: [EDITION, { ...EDITION, name: 'b' }] },
    /packages: the name "thing\.deb" comes twice/,
  ],
  [
    'a format that comes twice is refused',
    { ...LEAST, formats: ['deb', 'deb'] },
    /formats: the name "deb" comes twice/,
  ],
  ['text that is not JSON is refused', '{', /it is not JSON/],
  ['a homepage has one line', { ...LEAST, homepage: 'https://a\nExecStartPre=/x' }, /homepage: .* does not fit/],
  [
    'a default has one line',
    { ...LEAST, settings: [{ env: 'A', kind: 'string', help: 'h', default: 'a\nB=1' }] },
    /settings\[0\]\.default: .* does not fit/,
  ],
  ['a variable has a name that can be one', service({ env: { 'A B': '1' } }), /env\.A B: "A B" does not fit/],
  ['a path of the health check has no space', service({ healthPath: '/a b' }), /healthPath: .* does not fit/],
  [
    'a setting that a service names is one of the settings',
    {
      ...LEAST,
      settings: [{ env: 'THING_PORT', kind: 'number', help: 'h' }],
      services: [{ name: 'thing', program: 'thing', portSetting: 'THING_PROT' }],
    },
    /services\[0\]\.portSetting: there is no setting "THING_PROT"; did you mean "THING_PORT"/,
  ],
  [
    'arguments come from one of the settings',
    { ...LEAST, services: [{ name: 'thing', program: 'thing', argsSetting: 'THING_OPTS' }] },
    /services\[0\]\.argsSetting: there is no setting "THING_OPTS"/,
  ],
  [
    'what checks the health is one of the programs',
    { ...LEAST, services: [{ name: 'thing', program: 'thing', healthCommand: ['thing-ctl', 'health'] }] },
    /services\[0\]\.healthCommand: there is no program "thing-ctl"/,
  ],
  ['a port is a whole number', service({ port: 80.5 }), /port: must be a multiple of 1, not 80\.5/],
  [
    'an addon comes out of its npm package',
    { ...LEAST, natives: [{ name: 'a.node', package: '../..', file: '../ls' }] },
    /natives\[0\]\.package: [\s\S]*natives\[0\]\.file: /,
  ],
  [
    'a variable comes once among the settings of an edition',
    {
      ...LEAST,
      editions: [EDITION, { ...EDITION, name: 'b', package: 'bb' }],
      settings: [
        { env: 'THING', kind: 'string', help: 'h' },
        { env: 'THING', kind: 'number', help: 'h', editions: ['b'] },
      ],
    },
    /settings of edition b: the name "THING" comes twice/,
  ],
  [
    'a title does not run on into the next line',
    service({ title: 'Thing \\' }),
    /services\[0\]\.title: .* does not fit/,
  ],
  ['a title of the product does not either', { ...LEAST, title: 'Thing\\' }, /: title: .* does not fit/],
  [
    'a document of a unit does not run on',
    service({ documentation: ['https://a/\\'] }),
    /documentation\[0\]: .* does not fit/,
  ],
  ['a homepage does not run on', { ...LEAST, homepage: 'https://a/\\' }, /homepage: .* does not fit/],
  ['a stop that waits for ever is refused', service({ stopSeconds: 0 }), /stopSeconds: must be between 1 and/],
  ['a watchdog that never barks is refused', service({ watchdogSeconds: 0 }), /watchdogSeconds: must be between 1/],
  [
    'a version is short enough for the names of files',
    { ...LEAST, version: `1.0.0-${'a'.repeat(120)}` },
    /version: has 126 characters, 100 at most/,
  ],
  [
    'a package has a name short enough for files',
    { ...LEAST, editions: [{ ...EDITION, package: 'a'.repeat(101) }] },
    /editions\[0\]\.package: has 101 characters, 100 at most/,
  ],
  ['further packages are those of a format', { ...LEAST, depends: { debb: ['a'] } }, /debb: .* did you mean "deb"\?/],
];
for (const [title, manifest, message] of FAULTS) {
  test(title, async (t) => {
    const error = await t.throwsAsync(load(manifest), { instanceOf: PackwrightError });
    t.regex(error?.message ?? '', message);
    t.true(error?.message.startsWith('packwright.json'));
  });
}

test('editions may have a variable each, of one name', async (t) => {
  const editions = [EDITION, { ...EDITION, name: 'b', package: 'bb' }];
  const settings = ['a', 'b'].map((name) => ({ env: 'THING', kind: 'string', help: 'h', editions: [name] }));
  t.is((await load({ ...LEAST, editions, settings })).product.settings?.length, 2);
});

test('every fault of a manifest is reported at once', async (t) => {
  const error = await t.throwsAsync(load({ ...LEAST, version: 1, summary: 2 }));
  t.regex(error?.message ?? '', /version[\s\S]*summary|summary[\s\S]*version/);
});

test('a folder without a manifest says how to make one', async (t) => {
  const folder = makeScratchFolder('manifest');
  await t.throwsAsync(loadManifest(folder), { message: /run "packwright init"/ });
});

test('suggestions are near words only', (t) => {
  t.is(suggestWord('linux-x64-gui.dbe', ['linux-x64-gui.deb', 'linux-x64-gui.rpm']), 'linux-x64-gui.deb');
  t.is(suggestWord('zebra', ['deb', 'rpm']), '');
});
