/** Backups that GnuPG encrypts, ours and a real Duplicati's. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { splitSwitches } from '../../../runtime/engine/volumes/gpg-call.ts';
import { SETS } from '../engine/duplicati-sets.ts';
import { factsOf, readManifestLines } from '../engine/tree-facts.ts';
import { makeFolder, runProgram } from '../run-program.ts';
import { callCommand } from './in-process.ts';

const PASSPHRASE = 'correct horse battery staple';

/** A keyring of these tests alone. */
const rings = mkdtempSync(path.join(tmpdir(), 'gpg-'));
process.env.GNUPGHOME = rings;
test.after.always(() => {
  execFileSync('gpgconf', ['--kill', 'all']);
  rmSync(rings, { recursive: true });
});

async function open(t: ExecutionContext) {
  const root = await makeFolder(t);
  const [source, remote, home] = ['source', 'remote', 'home'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [source, remote, home]) mkdirSync(folder, { mode: 0o700 });
  const call = (command: string, args: readonly string[]) =>
    callCommand(command, `file://${remote}`, `--dbpath=${root}/db`, `--passphrase=${PASSPHRASE}`, ...args);
  const run = async (code: number, command: string, ...args: string[]) => {
    const ended = await call(command, args);
    t.is(ended.code, code, `${command} ${args}: ${ended.stderr}${ended.stdout}`);
    return ended.stdout;
  };
  return { root, source, remote, home, call, run };
}

/** A gpg that writes down how it is called and what it is told by its environment. */
function spyOn(root: string): { program: string; read(): string } {
  const [program, log] = [path.join(root, 'spy'), path.join(root, 'spied')];
  writeFileSync(program, `#!/bin/sh\n{ echo "$@"; env; } >> '${log}'\nexec gpg "$@"\n`);
  chmodSync(program, 0o755);
  return { program, read: () => readFileSync(log, 'utf8') };
}

test('a backup that gpg encrypts is written, compacted, purged and repaired, and the passphrase is in no argument', async (t) => {
  const { root, source, remote, home, run } = await open(t);
  const large = randomBytes(12_000_000);
  writeFileSync(path.join(source, 'large'), large);
  writeFileSync(path.join(source, 'small'), 'small');
  const spy = spyOn(root);
  const gpg = [`--gpg-program-path=${spy.program}`, '--gpg-encryption-switches=--cipher-algo AES192 --s2k-count 65536'];
  await run(0, 'backup', source, '--encryption-module=gpg', '--dblock-size=9mb', ...gpg);
  t.true(readdirSync(remote).length >= 5);
  for (const name of readdirSync(remote)) t.regex(name, /\.zip\.gpg$/);
  const one = readdirSync(remote).find((name) => name.includes('dlist'))!;
  const packets = execFileSync(
    'gpg',
    [
      '--batch',
      '--no-tty',
      '--pinentry-mode',
      'loopback',
      '--passphrase-fd',
      '0',
      '--list-packets',
      path.join(remote, one),
    ],
    {
      input: `${PASSPHRASE}\n`,
      encoding: 'utf8',
      stdio: 'pipe',
    },
  );
  t.regex(packets, /:symkey enc packet: version 4, cipher 8/);
  t.regex(packets, /:literal data packet/);
  t.notRegex(packets, /compressed packet/);
  await run(0, 'restore', `--restore-path=${root}/first`, '--no-local-db', ...gpg);
  t.true(readFileSync(`${root}/first/large`).equals(large));
  rmSync(path.join(source, 'large'));
  writeFileSync(path.join(source, 'other'), 'other');
  await run(0, 'backup', source, '--keep-versions=1', '--threshold=1', '--small-file-max-count=0', ...gpg);
  await run(0, 'purge', '*/other', ...gpg);
  t.true(readdirSync(remote).every((name) => name.endsWith('.zip.gpg')));
  rmSync(path.join(root, 'db'));
  await run(0, 'repair', ...gpg);
  const index = readdirSync(remote).find((name) => name.includes('dindex'))!;
  rmSync(path.join(remote, index));
  await run(0, 'repair', ...gpg);
  t.true(readdirSync(remote).some((name) => name.includes('dindex')));
  await run(0, 'test', 'all', ...gpg);
  await run(0, 'restore', `--restore-path=${root}/into`, ...gpg);
  t.deepEqual(readdirSync(`${root}/into`), ['small']);
  t.regex(spy.read(), /--symmetric/);
  t.regex(spy.read(), /--decrypt/);
  t.false(spy.read().includes('horse'));
  // As people call it: a passphrase of the environment is not handed on.
  const ended = await runProgram('duplicati-cli', ['list', `file://${remote}`, `--dbpath=${root}/db`, ...gpg], {
    HOME: home,
    GNUPGHOME: rings,
    PASSPHRASE,
  });
  t.is(ended.code, 0, ended.stderr);
  t.false(spy.read().includes('horse'));
});

test("a real Duplicati's backup by gpg is repaired without a database, continued, and restored in both versions", async (t) => {
  const { root, source, remote, run } = await open(t);
  const set = path.join(SETS, 'gpg');
  cpSync(path.join(set, 'remote'), remote, { recursive: true });
  const before = readdirSync(remote);
  const expected = readManifestLines(path.join(set, 'version-0.jsonl'));
  const check = (into: string) => {
    const found = factsOf(into, false);
    for (const fact of expected) t.like(found.get(fact.path)!, { ...fact });
  };
  await run(0, 'restore', `--restore-path=${source}`, '--restore-permissions', '--no-local-db');
  check(source);
  await run(0, 'repair');
  writeFileSync(path.join(source, 'added'), 'added');
  await run(0, 'backup', source, '--encryption-module=gpg');
  const added = readdirSync(remote).filter((name) => !before.includes(name));
  t.is(added.length, 3);
  t.true(added.every((name) => name.endsWith('.zip.gpg')));
  for (const [version, names] of [
    [0, ['added']],
    [1, []],
  ] as const) {
    const into = path.join(root, `version-${version}`);
    await run(0, 'restore', `--restore-path=${into}`, '--restore-permissions', '--no-local-db', `--version=${version}`);
    check(into);
    t.deepEqual(
      readdirSync(into).filter((name) => !expected.some((fact) => fact.path === name)),
      [...names],
    );
  }
});

test('gpg goes by its options: armor, the commands, their switches, a key in place of a passphrase', async (t) => {
  const { root, source, remote, run } = await open(t);
  writeFileSync(path.join(source, 'a'), 'text');
  execFileSync(
    'gpg',
    [
      '--batch',
      '--pinentry-mode',
      'loopback',
      '--passphrase',
      '',
      '--quick-generate-key',
      'backup@example.org',
      'rsa2048',
      'encr',
      'never',
    ],
    {
      stdio: 'pipe',
    },
  );
  await run(
    0,
    'backup',
    source,
    '--encryption-module=gpg',
    '--gpg-encryption-command=--encrypt',
    '--gpg-encryption-switches=--trust-model always --recipient "backup@example.org"',
    '--gpg-encryption-enable-armor',
    '--backup-test-samples=0',
  );
  for (const name of readdirSync(remote))
    t.regex(readFileSync(path.join(remote, name), 'latin1'), /^-----BEGIN PGP MESSAGE-----/);
  await run(
    0,
    'restore',
    `--restore-path=${root}/into`,
    '--gpg-decryption-command=--decrypt',
    '--gpg-decryption-switches=--no-options',
  );
  t.is(readFileSync(`${root}/into/a`, 'utf8'), 'text');
  const unread = await run(
    100,
    'restore',
    `--restore-path=${root}/none`,
    '--no-local-db',
    '--gpg-decryption-command=--list-config',
  );
  t.is(unread, '');
});

test('what cannot be done by gpg is one clear error, and nothing is left half done', async (t) => {
  const { source, remote, call, run } = await open(t);
  writeFileSync(path.join(source, 'a'), 'text');
  const cases: [string[], number, RegExp, string?][] = [
    [['--encryption-module=gpg'], 100, /several lines/, 'one\ntwo'],
    [
      ['--encryption-module=gpg', '--gpg-program-path=/nowhere/gpg'],
      100,
      /\/nowhere\/gpg cannot be run .*install GnuPG/,
    ],
    [
      ['--encryption-module=gpg', '--gpg-encryption-switches=--no-such-switch'],
      100,
      /gpg could not encrypt: .*no-such-switch/,
    ],
    [
      ['--encryption-module=gpg', '--gpg-encryption-switches="open'],
      200,
      /--gpg-encryption-switches: a quote is not closed/,
    ],
    [['--encryption-module=gpg', '--gpg-encryption-switches=--passphrase x'], 200, /never in arguments/],
    [['--encryption-module=twofish'], 200, /twofish is not there; aes and gpg are/],
  ];
  for (const [args, code, message, passphrase] of cases) {
    const ended = await call('backup', [source, ...args, ...(passphrase ? [`--passphrase=${passphrase}`] : [])]);
    t.is(ended.code, code, ended.stderr);
    t.regex(ended.stderr, message);
    t.deepEqual(readdirSync(remote), []);
  }
  await run(0, 'backup', source, '--encryption-module=gpg');
  const wrong = await call('restore', ['--no-local-db', '--passphrase=wrong']);
  t.regex(wrong.stderr, /^ErrorID: WrongPassphrase$/m);
  const changed = await call('backup', [source, '--encryption-module=aes']);
  t.is(changed.code, 100);
  t.regex(changed.stderr, /^ErrorID: ParameterChangeNotSupported$/m);
  const plain = await callCommand(
    'backup',
    `file://${remote}-2`,
    `--dbpath=${remote}-db`,
    source,
    '--encryption-module=',
  );
  t.is(plain.code, 0, plain.stderr);
  t.true(readdirSync(`${remote}-2`).every((name) => name.endsWith('.zip')));
});

test('switches are split at blanks, and quotes hold words together', (t) => {
  t.deepEqual(splitSwitches('x', ` --a  "b c" --d='e f'g `), ['--a', 'b c', '--d=e fg']);
  t.deepEqual(splitSwitches('x', ''), []);
  t.deepEqual(splitSwitches('x', `''`), ['']);
});
