/** Every verb, run as a person would run it, over the tiny product. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { emptyFolder, packwright, tinyProject } from './packwright.ts';

const project = await tinyProject();
const dist = path.join(project, 'dist');
const DEB = path.join(dist, 'tiny_1.2.0~beta.1_amd64.deb');
const RPM = path.join(dist, 'tiny-1.2.0~beta.1-1.x86_64.rpm');
const built = packwright(['-C', project, 'build', 'linux-x64-*', '--fast', '--json'], {
  SOURCE_DATE_EPOCH: '1700000000',
});

test('help shows every verb with examples', async (t) => {
  const { code, out } = await packwright(['--help']);
  t.is(code, 0);
  for (const verb of ['list', 'plan', 'explain', 'build', 'inspect', 'verify', 'diff', 'lock', 'init'])
    t.regex(out, new RegExp(`^  ${verb} `, 'm'));
  t.regex(out, /Examples:/);
});

test('list names the targets', async (t) => {
  const { code, out } = await packwright(['-C', project, 'list', '--json']);
  t.is(code, 0);
  t.deepEqual(
    JSON.parse(out).map((one: { id: string; package: string }) => `${one.id} ${one.package}`),
    [
      'linux-x64-main.deb tiny',
      'linux-arm64-main.deb tiny',
      'linux-x64-main.rpm tiny',
      'linux-arm64-main.rpm tiny',
      'docker-all-main.oci tiny',
    ],
  );
});

test('build writes the packages that were asked for, and says what it wrote', async (t) => {
  const { code, out, err } = await built;
  t.is(code, 0, err);
  const files = JSON.parse(out).map((one: { file: string }) => one.file);
  t.deepEqual(files, [path.basename(DEB), path.basename(RPM), 'SHA256SUMS', 'release.json']);
  t.deepEqual((await readdir(dist)).sort(), [...files, 'source-maps'].sort());
  t.deepEqual((await readdir(path.join(dist, 'source-maps/main'))).includes('tiny.mjs.map'), true);
  const sums = await readFile(path.join(dist, 'SHA256SUMS'), 'utf8');
  t.is(sums.trim().split('\n').length, 2);
  t.is(JSON.parse(await readFile(path.join(dist, 'release.json'), 'utf8')).version, '1.2.0-beta.1');
});

test('plan tells what a target would hold and writes nothing', async (t) => {
  await built;
  const folder = path.relative(process.cwd(), project); // as most people write it
  const { code, out, err } = await packwright(['-C', folder, 'plan', 'linux-x64-main.deb', '--json']);
  t.is(code, 0, err);
  const [row] = JSON.parse(out);
  t.is(row.file, path.basename(DEB));
  t.deepEqual(row.services, ['tiny.service (boot)']);
});

test('explain tells where things go and what the service does', async (t) => {
  await built;
  const { code, out } = await packwright(['-C', project, 'explain', 'linux-x64-main.rpm']);
  t.is(code, 0);
  t.regex(out, /tiny\.service: enabled and started when installed/);
  t.regex(out, /\/etc\/sysconfig\/tiny/);
});

test('inspect shows what a package says, holds and runs', async (t) => {
  await built;
  const { code, out } = await packwright(['inspect', DEB, '--scripts']);
  t.is(code, 0);
  t.regex(out, /^Package: +tiny$/m);
  t.regex(out, /\/usr\/bin\/tiny -> \.\.\/lib\/tiny\/bin\/tiny/);
  t.regex(out, /--- postinst/);
  const facts = JSON.parse((await packwright(['inspect', RPM, '--json'])).out);
  t.is(facts.version, '1.2.0~beta.1-1');
});

test('verify finds sound packages sound, and names what a damaged one has wrong', async (t) => {
  await built;
  t.is((await packwright(['verify', DEB, RPM])).code, 0);
  const folder = await emptyFolder('damaged');
  for (const file of [DEB, RPM]) {
    const bytes = await readFile(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    const flipped = path.join(folder, path.basename(file));
    await writeFile(flipped, bytes);
    const short = path.join(folder, `short-${path.basename(file)}`);
    await writeFile(short, bytes.subarray(0, middle));
    for (const damaged of [flipped, short]) {
      const { code, err } = await packwright(['verify', damaged]);
      t.is(code, 1);
      t.true(err.startsWith(damaged), err);
      t.notRegex(err, /defect of Packwright| {4}at /);
    }
  }
});

test('verify holds a package against the SHA256SUMS beside it', async (t) => {
  await built;
  const folder = await emptyFolder('sums');
  await writeFile(path.join(folder, 'x.deb'), await readFile(DEB));
  await writeFile(path.join(folder, 'SHA256SUMS'), `${'0'.repeat(64)}  x.deb\n`);
  const { code, err } = await packwright(['verify', path.join(folder, 'x.deb')]);
  t.is(code, 1);
  t.regex(err, /not the one in SHA256SUMS/);
});

test('diff finds nothing between a package and itself, and everything that changed otherwise', async (t) => {
  await built;
  t.is((await packwright(['diff', DEB, DEB])).out.trim(), 'no difference');
  const other = await tinyProject();
  const manifest = path.join(other, 'packwright.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('1.2.0-beta.1', '1.2.0'));
  await writeFile(
    path.join(other, 'src/clock.mjs'),
    (await readFile(path.join(other, 'src/clock.mjs'), 'utf8')).replace('toISOString', 'toUTCString'),
  );
  const next = await packwright(['-C', other, 'build', 'linux-x64-main.deb', '--fast', '-q'], {
    SOURCE_DATE_EPOCH: '1700000000',
  });
  t.is(next.code, 0, next.err);
  const { code, out } = await packwright(['diff', DEB, path.join(other, 'dist/tiny_1.2.0_amd64.deb')]);
  t.is(code, 1);
  t.regex(out, /~ version: 1\.2\.0~beta\.1 → 1\.2\.0/);
  t.regex(out, /\/usr\/lib\/tiny\/app\//);
});

test('init writes a manifest that the next command understands', async (t) => {
  const folder = await emptyFolder('init');
  const about = {
    name: '@scope/My.Thing',
    version: '2.0.0',
    description: 'does it',
    license: 'ISC',
    bin: { thing: './bin/thing.js' },
    author: 'Ada <ada@example.com>',
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(about));
  const { code, out } = await packwright(['-C', folder, 'init']);
  t.is(code, 0);
  t.regex(out, /wrote packwright\.json for my-thing 2\.0\.0/);
  t.regex((await packwright(['-C', folder, 'list'])).out, /linux-x64-main\.deb +my-thing +does it/);
  const again = await packwright(['-C', folder, 'init']);
  t.is(again.code, 1);
  t.regex(again.err, /--force/);
});

test('the same input gives the same bytes, whatever the folder, clock, locale, umask and time zone', async (t) => {
  await built;
  const other = await tinyProject();
  const env = {
    SOURCE_DATE_EPOCH: '1700000000',
    TZ: 'Asia/Tokyo',
    LANG: 'tr_TR.UTF-8',
    LC_ALL: 'tr_TR.UTF-8',
    PACKWRIGHT_CACHE: await emptyFolder('cache'),
  };
  const { code, err } = await packwright(['-C', other, 'build', 'linux-x64-*', '--fast', '-q'], env, '077');
  t.is(code, 0, err);
  t.is(
    await readFile(path.join(other, 'dist/SHA256SUMS'), 'utf8'),
    await readFile(path.join(dist, 'SHA256SUMS'), 'utf8'),
  );
});
