/** Backups over connections that are cut at random moments, by a way to a real server that breaks: what is restored is what was backed up. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { seedRandom } from '../engine/random.ts';
import { factsOf } from '../engine/tree-facts.ts';
import { runProgram } from '../run-program.ts';
import { startFtp } from './servers/ftp.ts';
import { startProxy, type Way } from './servers/proxy.ts';
import { startS3 } from './servers/s3.ts';
import { freePorts, makeScratch, testWith } from './servers/servers.ts';
import { startSsh } from './servers/ssh.ts';
import { startWebdav } from './servers/webdav.ts';

/** Cuts of a backup, and of the restore after it. */
const CUTS = 20;
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000);

/** A way to a server with a number of cuts to come. @param reach bytes within which one comes */
function cutting(t: ExecutionContext, reach: number) {
  const random = seedRandom(SEED);
  t.log(`FUZZ_SEED=${SEED}`);
  const ways: Way[] = [];
  let most = 0;
  const done = () => ways.reduce((sum, { cuts }) => sum + cuts, 0);
  const after = () => (done() < most ? 1 + random(reach) : undefined);
  return {
    async to(port: number, more: { host?: string; port?: number } = {}): Promise<number> {
      const way = await startProxy(t, { to: port, after, ...more });
      ways.push(way);
      return way.port;
    },
    /** So many more. */
    allow(count: number) {
      most = done() + count;
    },
    done,
  };
}

async function backUpAndRestore(
  t: ExecutionContext,
  cuts: ReturnType<typeof cutting>,
  url: string,
  options: Record<string, string>,
): Promise<void> {
  const root = makeScratch(t);
  const [source, out] = [path.join(root, 'source'), path.join(root, 'out')];
  mkdirSync(path.join(source, 'sub'), { recursive: true });
  for (let n = 0; n < 12; n++)
    writeFileSync(path.join(source, n % 3 ? 'sub' : '', `file-${n}`), randomBytes(1_200_000));
  const given = Object.entries({
    ...options,
    'number-of-retries': '40',
    'retry-delay': '0s',
    'dblock-size': '1mb',
    blocksize: '100kb',
  }).map(([name, value]) => `--${name}=${value}`);
  const fits = (one: string, command: string) => command === 'backup' || !/^--(dblock-size|blocksize)=/.test(one);
  const run = (command: string, words: string[]) =>
    runProgram('duplicati-cli', [command, url, ...words, ...given.filter((one) => fits(one, command))], {
      PASSPHRASE: 'canary-4711',
      HOME: root,
    });
  cuts.allow(CUTS);
  const first = await run('backup', [source]);
  t.is(first.code, 0, first.stderr + first.stdout);
  t.true(cuts.done() >= CUTS, `${cuts.done()} cuts`);
  t.regex(first.stderr, /try 2 of 41/);
  // Nothing of what was cut is left, and nothing is missing.
  cuts.allow(0);
  const second = await run('backup', [source]);
  t.is(second.code, 1, second.stderr + second.stdout);
  const before = cuts.done();
  cuts.allow(CUTS);
  const restored = await run('restore', [`--restore-path=${out}`]);
  t.is(restored.code, 0, restored.stderr + restored.stdout);
  t.true(cuts.done() > before);
  const facts = (folder: string) =>
    [...factsOf(folder).values()].filter(({ kind }) => kind === 'file').map(({ path: name, sha256 }) => [name, sha256]);
  t.is(facts(source).length, 12);
  t.deepEqual(facts(out), facts(source));
  for (const { stdout, stderr } of [first, second, restored]) t.notRegex(stdout + stderr, /the-secret|canary/);
}

testWith()('s3: a backup with 20 cut connections restores as it was', async (t) => {
  const { port, options, identity } = await startS3(t, { isEncrypted: true });
  const cuts = cutting(t, 400_000);
  const way = await cuts.to(port);
  t.is(identity.hash.length, 40);
  await backUpAndRestore(t, cuts, 's3://backups/some/folder', { ...options, 's3-server-name': `127.0.0.1:${way}` });
});

testWith('sshd')('ssh: a backup with 20 cut connections restores as it was', async (t) => {
  const { port, options, folder } = await startSsh(t);
  const cuts = cutting(t, 800_000);
  await backUpAndRestore(t, cuts, `ssh://127.0.0.1:${await cuts.to(port)}${folder}`, options);
});

testWith('proftpd', 'openssl')('ftp with TLS: a backup with 20 cut connections restores as it was', async (t) => {
  // Data connections come to the same ports as the server's, at another address.
  const passive = await freePorts(12, ['127.0.0.1', '127.0.0.2']);
  const { port, options } = await startFtp(t, { host: '127.0.0.2', passive });
  const cuts = cutting(t, 400_000);
  const way = await cuts.to(port, { host: '127.0.0.2' });
  for (const one of passive) await cuts.to(one, { host: '127.0.0.2', port: one });
  await backUpAndRestore(t, cuts, `ftp://127.0.0.1:${way}/backups`, options);
});

testWith('apache2')('webdav: a backup with 20 cut connections restores as it was', async (t) => {
  const { port, options } = await startWebdav(t, { isEncrypted: true });
  const cuts = cutting(t, 400_000);
  await backUpAndRestore(t, cuts, `webdavs://127.0.0.1:${await cuts.to(port)}/backups`, options);
});

testWith('rclone', 'apache2')('rclone: a backup with 20 cut connections restores as it was', async (t) => {
  const { port } = await startWebdav(t);
  const cuts = cutting(t, 300_000);
  const config = path.join(makeScratch(t), 'rclone.conf');
  writeFileSync(
    config,
    `[web]\ntype = webdav\nvendor = other\nurl = http://127.0.0.1:${await cuts.to(port)}/backups\n`,
  );
  const header = `Authorization,Basic ${Buffer.from('me:the-secret').toString('base64')}`;
  await backUpAndRestore(t, cuts, 'rclone://web/', {
    'rclone-option': `--config="${config}" --webdav-headers="${header}"`,
  });
});
