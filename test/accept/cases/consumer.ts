import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, waitUntil } from '../ask.ts';
import { type Box, startBox } from '../box.ts';
import { type Case, step } from '../case.ts';
import { runCommand } from '../command.ts';
import { engineCommand, startEngines } from '../engines.ts';
import type { Log } from '../log.ts';
import { readUnit } from '../service.ts';
import { expect, expectSame } from '../subject.ts';

/** A service that no one here wrote, packaged as a stranger would: from our npm tarball, with `init` and a few lines of manifest. */
export const CONSUMER_CASES: readonly Case[] = [{ name: 'consumer/verdaccio', roots: ['trixie'], run: runConsumer }];

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const NAME = 'my-registry';
const UNIT = `${NAME}.service`;
const PORT = 4873;
const PING = { port: PORT, path: '/-/ping' };
const PACKAGE_JSON = {
  name: NAME,
  version: '1.0.0',
  description: 'Our own npm registry',
  license: 'MIT',
  author: 'Registry Team <registry@example.com>',
  dependencies: { verdaccio: '^6' },
  overrides: { 'node-fetch': '2.7.0' },
};
/** What a person changes by hand: one line of the draft becomes these. */
const SERVICE = `{ "name": "${NAME}", "program": "verdaccio", "port": ${PORT}, "healthPath": "/-/ping",
      "args": ["--listen", "127.0.0.1:${PORT}"], "containerArgs": ["--listen", "0.0.0.0:${PORT}"],
      "env": { "XDG_CONFIG_HOME": "{state}" } }`;

async function runConsumer(log: Log): Promise<void> {
  const folder = process.env.ACCEPT_CONSUMER || (await mkdtemp(join(tmpdir(), 'accept-consumer-')));
  try {
    if (!process.env.ACCEPT_CONSUMER) await packageVerdaccio(folder, log);
    const files = await readdir(join(folder, 'dist'));
    const deb = files.find((name) => name.endsWith('.deb'));
    const image = files.find((name) => name.endsWith('.oci.tar'));
    expect(deb !== undefined && image !== undefined, `dist/ has ${files.join(', ')}`);
    await runPackage(join(folder, 'dist'), deb, log);
    await runImage(join(folder, 'dist', image), log);
  } finally {
    if (!process.env.ACCEPT_CONSUMER) await rm(folder, { recursive: true, force: true });
  }
}

/** npm pack puts another package.json in place while it works, which others would read in the repository itself. */
async function copySources(folder: string): Promise<string> {
  const source = join(folder, 'source');
  const isSource = (path: string) =>
    !['.git', 'dist', 'node_modules'].includes(relative(REPOSITORY, path).split(sep)[0]!);
  await cp(REPOSITORY, source, { recursive: true, filter: isSource });
  await symlink(join(REPOSITORY, 'node_modules'), join(source, 'node_modules'));
  return source;
}

/** In an empty project: npm install, `packwright init`, three lines by hand, `packwright build`. The cache of packages is the usual one. */
async function packageVerdaccio(folder: string, log: Log): Promise<void> {
  // npm runs us with its own variables and our Node before all others; a stranger has neither.
  const path = (process.env.PATH ?? '').split(':').filter((one) => !one.includes('node_modules'));
  const ours = Object.keys(process.env).filter((name) => /^(npm_(config_local|package|lifecycle)|INIT_CWD)/.test(name));
  const stranger = ['env', ...ours.flatMap((name) => ['-u', name]), `PATH=${path.join(':')}`];
  const run = (cwd: string, ...argv: string[]) => runCommand(log, [...stranger, ...argv], { cwd, timeout: 900 });
  const source = await step(log, 'copy the sources', () => copySources(folder));
  await step(log, 'npm pack', () => run(source, 'npm', 'pack', '--pack-destination', folder));
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  const project = join(folder, 'project');
  await mkdir(project);
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ ...PACKAGE_JSON, devDependencies: { packwright: `file:../${tarball}` } }, null, 2),
  );
  await step(log, 'npm install', () => run(project, 'npm', 'install', '--no-audit', '--no-fund'));
  const bins = await readdir(join(project, 'node_modules/.bin'));
  expect(bins.includes('packwright') && !bins.some((bin) => /^node(\.exe)?$/.test(bin)), `.bin has ${bins.join(' ')}`);
  await step(log, 'packwright init', () => run(project, 'npx', 'packwright', 'init'));
  const draft = await readFile(join(project, 'packwright.json'), 'utf8');
  const manifest = draft
    .replace(/\{ "name": "my-registry", "program": "verdaccio" \}/, SERVICE)
    .replace(/^\{/, '{\n  "arches": ["x64"],');
  expect(manifest.includes('--listen'), `init did not find the program:\n${draft}`);
  expect(manifest.trim().split('\n').length <= 25, `the manifest has more than 25 lines:\n${manifest}`);
  await writeFile(join(project, 'packwright.json'), manifest);
  const ids = ['linux-x64-main.deb', 'docker-all-main.oci'];
  const out = ['--compression', 'gzip:1', '--out', join(folder, 'dist')];
  await step(log, 'packwright build', () => run(project, 'npx', 'packwright', 'build', ...ids, ...out));
}

/** On Debian 13: a service on loopback, of its own account, with its data below its state folder. */
async function runPackage(dist: string, deb: string, log: Log): Promise<void> {
  await using box = await startBox('trixie', log, { binds: { '/packages/consumer': dist } });
  await step(log, 'install', () => box.run(['dpkg', '-i', `/packages/consumer/${deb}`]));
  await step(log, 'answers', () => expectPing(box, log));
  await step(log, 'is confined', async () => {
    const files = await box.run(['dpkg', '-L', NAME]);
    expect(files.includes('/node_modules/verdaccio/'), 'verdaccio is not in the package');
    expect(!/node_modules\/(packwright|esbuild)\//.test(files), 'development dependencies are in the package');
    expect((await readUnit(box, UNIT, 'User')) === `_${NAME}`, 'it runs as another account');
    expectSame(await box.run(['stat', '-c', '%U %a', `/var/lib/${NAME}`]), `_${NAME} 700`, 'the state folder');
    await box.run(['test', '-f', `/var/lib/${NAME}/verdaccio/config.yaml`]);
    const sockets = await box.sh(`awk 'FNR > 1 && $4 == "0A" { print $2 }' /proc/net/tcp /proc/net/tcp6`);
    expectSame(sockets, `0100007F:${PORT.toString(16).toUpperCase()}`, 'listening sockets');
  });
  await step(log, 'restart', async () => {
    const before = await readUnit(box, UNIT, 'MainPID');
    await box.run(['systemctl', 'restart', UNIT]);
    await expectPing(box, log);
    expect((await readUnit(box, UNIT, 'MainPID')) !== before, 'it is the same process');
  });
  await step(log, 'purge', async () => {
    await box.run(['dpkg', '-P', NAME]);
    await box.sh(`test ! -e /usr/lib/${NAME}; test ! -e /var/lib/${NAME}; test ! -e /usr/bin/verdaccio`);
  });
}

async function expectPing(box: Box, log: Log): Promise<void> {
  try {
    await waitUntil('200 from /-/ping', async () => (await ask(log, box.leader, PING)).status === 200, 60);
  } catch (cause) {
    const { text } = await box.try(['journalctl', '-u', UNIT, '-n', '15', '--no-pager', '-o', 'cat']);
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${text}`, { cause });
  }
}

/** In podman: read-only, without capabilities, as an account the image does not know, asked through a published port. */
async function runImage(archive: string, log: Log): Promise<void> {
  const engines = await startEngines(log);
  const podman = (...argv: string[]) => engineCommand('podman', ...argv);
  const name = `accept-${NAME}`;
  const loaded = await step(log, 'load', () => engines.run(podman('load', '-q', '-i', archive), { timeout: 300 }));
  const image = loaded.trim().split(/\s+/).at(-1)!;
  const harden = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--user', '12345:0'];
  const place = ['--name', name, '-p', `18300:${PORT}`, '-v', `${name}:/data`];
  try {
    await step(log, 'answers through a published port', async () => {
      await engines.run(podman('run', '-d', ...place, ...harden, image));
      const asked = async () => (await ask(log, 0, { address: engines.address, ...PING, port: 18300 })).status === 200;
      await waitUntil('200 from /-/ping', asked, 60);
    });
    const check = ['/usr/lib/my-registry/bin/healthcheck', `http://127.0.0.1:${PORT}/-/ping`];
    await step(log, 'is healthy', () => engines.run(podman('exec', name, ...check)));
    await step(log, 'stops', async () => {
      const { text } = await engines.try(podman('stop', '-t', '10', name));
      expect(!/SIGKILL/.test(text), text);
    });
  } catch (cause) {
    const { text } = await engines.try(podman('logs', name));
    throw new Error(`${cause instanceof Error ? cause.message : cause}\n${text.slice(-1500)}`, { cause });
  } finally {
    await engines.try(podman('rm', '-f', name));
    await engines.try(podman('volume', 'rm', '-f', name));
  }
}
