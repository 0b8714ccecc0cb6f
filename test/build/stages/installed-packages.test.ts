/** Packages beside an unbundled program: those of the workspace, those that carry machine code, those that may be run. */
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Arch } from '../../../build/model/target.ts';
import { makeFolder, runShipped, SERVICE, shipFolder } from './service-project.ts';

const lockOf = (packages: object) =>
  JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/dep': { version: '1.0.0' }, ...packages } });
const pathsOf = ({ files }: Awaited<ReturnType<typeof shipFolder>>) =>
  files.map((file) => file.path.replace('app/project/', ''));

test('a file that its owner may run stays one, and no other becomes one', async (t) => {
  const folder = await makeFolder({ ...SERVICE, 'tool.sh': '#!/bin/sh\n', 'node_modules/dep/bin/run': '#!/bin/sh\n' });
  await chmod(path.join(folder, 'tool.sh'), 0o700);
  await chmod(path.join(folder, 'node_modules/dep/bin/run'), 0o777);
  await chmod(path.join(folder, 'server.js'), 0o611);
  const { files } = await shipFolder(folder);
  const runnable = files.filter((file) => file.kind === 'file' && file.executable).map((file) => file.path);
  t.deepEqual(runnable.sort(), ['app/project/node_modules/dep/bin/run', 'app/project/tool.sh']);
});

/** A workspace: the service asks for one package of it, which has a dependency of its own. */
const WORKSPACE: Record<string, string> = {
  ...SERVICE,
  'package.json': JSON.stringify({ name: 'svc', workspaces: ['packages/*'], files: ['lib'] }),
  'package-lock.json': lockOf({
    'node_modules/@svc/word': { resolved: 'packages/word', link: true },
    'packages/word': { name: '@svc/word', version: '1.0.0' },
    'packages/word/node_modules/dep': { version: '2.0.0' },
    'packages/word/node_modules/tool': { version: '2.0.0', dev: true },
  }),
  'server.js': 'console.log(require("@svc/word"), require("dep"));',
  'packages/word/package.json': JSON.stringify({ name: '@svc/word', main: './word', files: ['lib'] }),
  'packages/word/word.js': 'module.exports = require("./lib/own.js") + require("dep");',
  'packages/word/lib/own.js': 'module.exports = "own";',
  'packages/word/notes.txt': '',
  'packages/word/node_modules/dep/package.json': JSON.stringify({ name: 'dep', version: '2.0.0', license: 'ISC' }),
  'packages/word/node_modules/dep/index.js': 'module.exports = "2";',
  'packages/word/node_modules/tool/index.js': '',
};

async function makeWorkspace(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await makeFolder({ ...WORKSPACE, ...more, 'node_modules/@svc/.keep': '' });
  await symlink('../../packages/word', path.join(folder, 'node_modules/@svc/word'));
  return folder;
}

test('a package of the workspace is shipped as npm would pack it, with its own dependencies, and found by its name', async (t) => {
  const shipped = await shipFolder(await makeWorkspace());
  t.is(await runShipped(shipped.files), 'own2 dep\n');
  t.deepEqual(
    pathsOf(shipped)
      .filter((name) => /word/.test(name) && !name.startsWith('lib/'))
      .sort(),
    [
      'node_modules/@svc/word',
      'packages/word/lib/own.js',
      'packages/word/node_modules/dep/index.js',
      'packages/word/node_modules/dep/package.json',
      'packages/word/package.json',
      'packages/word/word.js',
    ],
  );
  t.deepEqual(
    shipped.notices.map(({ name, version }) => `${name} ${version}`),
    ['dep 1.0.0', 'dep 2.0.0'],
  );
});

test('a project that ships all its files ships no node_modules but those of production', async (t) => {
  const shipped = await shipFolder(await makeWorkspace({ 'package.json': JSON.stringify({ name: 'svc' }) }));
  t.is(await runShipped(shipped.files), 'own2 dep\n');
  t.false(pathsOf(shipped).some((name) => name.includes('node_modules/tool')));
  t.true(pathsOf(shipped).includes('packages/word/notes.txt'));
});

const ADDON = (cpu: number) => {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(3, 16); // ET_DYN
  header.writeUInt16LE(cpu, 18);
  return header.toString('latin1');
};

/** By place below a package: shipped for x64, for arm64, or for neither. */
const PLACES: readonly [string, 'x64' | 'arm64' | 'neither' | 'both'][] = [
  ['prebuilds/linux-x64/node.napi.node', 'x64'],
  ['prebuilds/linux-x64/node.napi.glibc.node', 'x64'],
  ['prebuilds/linux-x64/node.napi.musl.node', 'neither'],
  ['prebuilds/linux-arm64/node.napi.armv8.node', 'arm64'],
  ['prebuilds/linux-arm/node.napi.armv7.node', 'neither'],
  ['prebuilds/darwin-x64+arm64/node.napi.node', 'neither'],
  ['prebuilds/win32-ia32/node.napi.node', 'neither'],
  ['prebuilds/android-arm64/x.so', 'neither'],
  ['prebuilds/linux-x64.node', 'x64'],
  ['prebuilds/linuxmusl-arm64.node', 'neither'],
  ['lib/binding/napi-v6-linux-glibc-x64/x.node', 'x64'],
  ['lib/binding/napi-v6-linux-musl-x64/x.node', 'neither'],
  ['lib/binding/node-v137-darwin-arm64/x.node', 'neither'],
  ['bin/linux-arm64-137/x.node', 'arm64'],
  ['bin/win32-x64-137/x.node', 'neither'],
  ['build/koffi/linux_arm64/koffi.node', 'arm64'],
  ['build/koffi/musl_x64/koffi.node', 'neither'],
  ['prebuilds/README.md', 'both'],
  ['bin/linux-guide-1/x.txt', 'both'],
];

test('addons that a package holds for other systems and processors are left out, and it is said', async (t) => {
  const folder = await makeFolder({
    ...SERVICE,
    ...Object.fromEntries(PLACES.map(([place]) => [`node_modules/dep/${place}`, 'bytes'])),
  });
  for (const arch of ['x64', 'arm64'] as const) {
    const shipped = await shipFolder(folder, 'server.js', 'svc', arch);
    const names = new Set(pathsOf(shipped));
    for (const [place, fits] of PLACES)
      t.is(names.has(`node_modules/dep/${place}`), fits === arch || fits === 'both', `${place} for ${arch}`);
    const others = PLACES.length - PLACES.filter(([, fits]) => fits === arch || fits === 'both').length;
    t.is(shipped.leftOut.length, 1);
    const [start, owners = ''] = shipped.leftOut[0]!.split(' what is for ');
    t.is(start, `linux-${arch}: left out of node_modules/dep`);
    for (const owner of ['darwin-arm64', 'darwin-x64+arm64', 'linux-x64 (musl)', 'win32-ia32'])
      t.true(owners.split(', ').includes(owner), owner);
    t.false(owners.split(', ').includes(`linux-${arch}`));
    t.is(names.size, PLACES.length - others + Object.keys(SERVICE).length + 1, 'and the module that starts it');
  }
});

test('a package that holds nothing for others is not spoken of', async (t) => {
  t.deepEqual((await shipFolder(await makeFolder(SERVICE))).leftOut, []);
});

const UNCLEAR: readonly [string, string, string, RegExp][] = [
  ['another processor', 'build/Release/x.node', ADDON(183), /it is machine code for arm64/],
  ['a processor without packages', 'x.node', ADDON(243), /it is machine code for another processor/],
  ['Windows', 'x.node', `MZ${'\0'.repeat(80)}`, /it is machine code for Windows/],
  ['macOS', 'native/x.node', `\xcf\xfa\xed\xfe${'\0'.repeat(80)}`, /it is machine code for macOS/],
];
for (const [title, place, bytes, message] of UNCLEAR) {
  test(`an addon for ${title} in a place that says nothing is an error with a remedy`, async (t) => {
    const folder = await makeFolder({ ...SERVICE });
    const file = path.join(folder, 'node_modules/dep', place);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes, 'latin1');
    const error = await t.throwsAsync(shipFolder(folder), { instanceOf: PackwrightError });
    t.true(error?.message.startsWith(`node_modules/dep/${place}: `), error?.message);
    t.regex(error?.message ?? '', message);
    t.regex(
      error?.message ?? '',
      /the package is for linux-x64; (run "npm install --os=linux --cpu=x64|remove the file)/,
    );
  });
}

const other: Arch = process.arch === 'arm64' ? 'x64' : 'arm64';
const OWN: Arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const platformPackages = (optional = true) => ({
  'node_modules/@x/linux-x64': { version: '1.0.0', os: ['linux'], cpu: ['x64'], optional },
  'node_modules/@x/linux-arm64': { version: '1.0.0', os: ['linux'], cpu: ['arm64'], optional },
  'node_modules/@x/linux-x64-musl': { version: '1.0.0', os: ['linux'], cpu: ['x64'], libc: ['musl'], optional },
  'node_modules/@x/darwin-x64': { version: '1.0.0', os: ['darwin'], cpu: ['x64'], optional },
  'node_modules/@x/posix': { version: '1.0.0', os: ['!win32'], optional },
});
const installed = (...names: string[]) =>
  Object.fromEntries(
    names.map((name) => [`node_modules/@x/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' })]),
  );

test('a package that says it is for another system is left out', async (t) => {
  const files = {
    ...SERVICE,
    'package-lock.json': lockOf(platformPackages()),
    ...installed('linux-x64', 'linux-arm64', 'linux-x64-musl', 'darwin-x64', 'posix'),
  };
  const shipped = await shipFolder(await makeFolder(files), 'server.js', 'svc', 'arm64');
  const names = pathsOf(shipped).filter((name) => name.includes('@x/'));
  t.deepEqual(names, ['node_modules/@x/linux-arm64/package.json', 'node_modules/@x/posix/package.json']);
  t.deepEqual(shipped.leftOut, [
    'linux-arm64: left out, since they are for others: node_modules/@x/darwin-x64, node_modules/@x/linux-x64, node_modules/@x/linux-x64-musl',
  ]);
});

test('a package that npm left out because this machine is another is asked for', async (t) => {
  const files = { ...SERVICE, 'package-lock.json': lockOf(platformPackages()), ...installed(`linux-${OWN}`) };
  const folder = await makeFolder(files);
  t.true(
    pathsOf(await shipFolder(folder, 'server.js', 'svc', OWN)).includes(`node_modules/@x/linux-${OWN}/package.json`),
  );
  const error = await t.throwsAsync(shipFolder(folder, 'server.js', 'svc', other), { instanceOf: PackwrightError });
  t.regex(
    error?.message ?? '',
    new RegExp(
      `node_modules/@x/linux-${other} is for linux-${other} and not installed.*npm install --os=linux --cpu=${other}`,
    ),
  );
});

test('a package is asked for when the whole folder was installed for another machine', async (t) => {
  const files = { ...SERVICE, 'package-lock.json': lockOf(platformPackages()), ...installed(`linux-${other}`) };
  const error = await t.throwsAsync(shipFolder(await makeFolder(files), 'server.js', 'svc', OWN), {
    instanceOf: PackwrightError,
  });
  t.regex(error?.message ?? '', new RegExp(`node_modules/@x/linux-${OWN} is for linux-${OWN} and not installed`));
});

test('a package that cannot be done without and is for another processor is an error', async (t) => {
  const only = { 'node_modules/@x/only': { version: '1.0.0', cpu: ['x64'] } };
  const folder = await makeFolder({ ...SERVICE, 'package-lock.json': lockOf(only), ...installed('only') });
  t.true(pathsOf(await shipFolder(folder)).includes('node_modules/@x/only/package.json'));
  const error = await t.throwsAsync(shipFolder(folder, 'server.js', 'svc', 'arm64'), { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', /node_modules\/@x\/only is not for linux-arm64.*"arches"/);
});
