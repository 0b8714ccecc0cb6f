/** Every option of a real Duplicati does what it says, or is refused with its reason. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { COMMANDS, commandOptions, refusedOptions } from '../../../runtime/cli/commands.ts';
import { runOptions } from '../../../runtime/cli/run.ts';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { effectOf } from '../../../runtime/engine/options/effects.ts';
import { ENGINE_OPTIONS, type OptionName, type OptionRow } from '../../../runtime/engine/options/table.ts';
import { UserError } from '../../../runtime/errors.ts';
import { makeFolder, runProgram } from '../run-program.ts';

const FILE = new URL('../../fixtures/duplicati/options.json', import.meta.url);
const LISTED: { name: string; of: string }[] = JSON.parse(readFileSync(FILE, 'utf8'));
const NAMES = LISTED.filter(({ of }) => ['core', 'zip', 'aes', 'gpg'].includes(of)).map(
  ({ name }) => name as OptionName,
); // compared with the table in table.test.ts
/** Modules that are no destination and whose options are those of every command line. */
const MODULES = [
  'runscript',
  'sendmail',
  'sendhttp',
  'sendxmpp',
  'sendtelegram',
  'httpreportstatus',
  'console-password-input',
  'hyperv-options',
  'server',
  'tzstd',
  'tgz',
];
/** Every other test, and the calls that are asked again. */
const TESTS = readdirSync(path.join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('table.test.ts'))
  .map((file) => readFileSync(path.join(import.meta.dirname, '..', file), 'utf8'))
  .concat(
    readFileSync(path.join(import.meta.dirname, '../../fixtures/duplicati/cli.jsonl'), 'utf8').replace(
      /"std(?:out|err)": "(?:[^"\\]|\\.)*"/g,
      '',
    ),
  )
  .join('\n');
const OPTIONS = [...commandOptions, ...runOptions];
const read = (...argv: string[]) => readArguments(argv, {}, [...OPTIONS, ...refusedOptions], { wrongUse: 200 });

for (const name of NAMES) {
  const effect = effectOf(name);
  const row: OptionRow = ENGINE_OPTIONS[name];
  if (effect.kind === 'refused') {
    test(`--${name} is refused with its reason, and its default is let through`, (t) => {
      t.true(effect.why.length > 10);
      for (const given of [
        `--${name}=something-else`,
        ...(row.aliases ?? []).map((alias) => `--${alias}=something-else`),
      ])
        t.throws(() => read(given), {
          instanceOf: UserError,
          message: `--${name} cannot be used: ${effect.why}; leave it out`,
        });
      if (row.default !== undefined && !row.isOfMachine) t.notThrows(() => read(`--${name}=${row.default}`));
    });
  } else {
    test(`--${name} is an option, and a test uses it`, (t) => {
      t.true(OPTIONS.some((option) => option.name === name));
      const words = [name, ...(row.aliases ?? [])].join('|');
      t.regex(TESTS, new RegExp(`(?:--|['"\`])(?:${words})(?![\\w-])`));
    });
  }
}

test('no command has an option that writes a file or starts a program of whoever typed it: the server runs commands', (t) => {
  const ofRuns = new Set(runOptions.map(({ name }) => name));
  for (const { name, options } of COMMANDS)
    t.deepEqual(
      options.filter((option) => ofRuns.has(option.name)),
      [],
      name,
    );
});

for (const { name, of } of LISTED.filter((one) => MODULES.includes(one.of))) {
  const why = refusedOptions.find((option) => option.name === name)?.refused;
  test(`--${name} of ${of} is an option that a test uses, or is refused with its reason`, (t) => {
    if (why === undefined) {
      t.true(OPTIONS.some((option) => option.name === name));
      t.regex(TESTS, new RegExp(`(?:--|['"\`])${name}(?![\\w-])`));
    } else {
      t.true(why.length > 10);
      t.throws(() => read(`--${name}=x`), { message: `--${name} cannot be used: ${why}; leave it out` });
    }
  });
}

test('what is left out by size, links, attributes and marked folders is not in the backup, and everything else is', async (t) => {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(path.join(source, 'cache'), { recursive: true });
  const write = (name: string, size = 5) => writeFileSync(path.join(source, name), Buffer.alloc(size, 'x'));
  write('cache/CACHEDIR.TAG');
  write('cache/kept');
  write('large', 5000);
  write('small');
  write('.hidden');
  write('fixed');
  chmodSync(path.join(source, 'fixed'), 0o444);
  write('once');
  linkSync(path.join(source, 'once'), path.join(source, 'twice'));
  symlinkSync('small', path.join(source, 'link'));
  const all = ['.hidden', 'fixed', 'large', 'link', 'once', 'small', 'twice'];
  const without = (...names: string[]) => all.filter((name) => !names.includes(name));
  const cases: [string[], string[]][] = [
    [[], all],
    [['--ignore-filenames='], [...all, 'cache/'].sort()],
    [['--ignore-filenames=', '--exclude=*kept', '--exclude=*TAG', '--exclude-empty-folders'], all],
    [['--ignore-filenames=small:none'], []],
    [['--skip-files-larger-than=1kb'], without('large')],
    [['--symlink-policy=ignore'], without('link')],
    [['--hardlink-policy=First'], without('twice')],
    [['--hardlink-policy=None'], without('once', 'twice')],
    [['--exclude-files-attributes=Hidden,ReadOnly'], without('.hidden', 'fixed')],
  ];
  for (const [number, [options, expected]] of cases.entries()) {
    const place = [
      `file://${path.join(root, `remote-${number}`)}`,
      `--dbpath=${path.join(root, `db-${number}`)}`,
      '--no-encryption',
    ];
    const made = await runProgram('duplicati-cli', ['backup', ...place, source, ...options], { HOME: root });
    t.is(made.code, 0, made.stderr);
    const listed = await runProgram('duplicati-cli', ['list', ...place, '--version=0', '--json'], { HOME: root });
    const names: string[] = JSON.parse(listed.stdout).map((one: { path: string }) => one.path.slice(source.length + 1));
    t.deepEqual(
      names.filter((name) => name !== '' && !name.startsWith('cache/k') && !name.startsWith('cache/C')).sort(),
      expected,
      options.join(),
    );
  }
  for (const [option, why] of [
    ['--symlink-policy=Follow', /a link that is followed/],
    ['--exclude-files-attributes=Offline', /no attribute Offline/],
    ['--hardlink-policy=Some', /hardlink-policy/],
  ] as const) {
    const refused = await runProgram(
      'duplicati-cli',
      ['backup', `file://${root}/none`, source, '--no-encryption', option],
      { HOME: root },
    );
    t.is(refused.code, 200);
    t.regex(refused.stderr, why);
  }
});

test('metadata is left out of a backup or of a restore, and all files are read again, where that is asked for', async (t) => {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'file'), 'As it was.');
  chmodSync(path.join(source, 'file'), 0o4751);
  utimesSync(path.join(source, 'file'), 1000, 1000);
  const place = [`file://${root}/remote`, `--dbpath=${root}/db`, '--no-encryption'];
  const run = (command: string, ...args: string[]) =>
    runProgram('duplicati-cli', [command, ...place, ...args], { HOME: root });
  const restored = async (name: string, ...args: string[]) => {
    const { code, stderr } = await run('restore', `--restore-path=${root}/${name}`, '--restore-permissions', ...args);
    t.is(code, 0, stderr);
    const { mode, mtimeMs } = statSync(path.join(root, name, 'file'));
    return { mode: mode & 0o7777, isOld: mtimeMs === 1_000_000 };
  };
  t.is((await run('backup', source)).code, 0);
  t.deepEqual(await restored('whole'), { mode: 0o4751, isOld: true });
  t.deepEqual(await restored('bare', '--skip-metadata'), { mode: 0o600, isOld: false });
  writeFileSync(path.join(source, 'file'), 'as it was.');
  utimesSync(path.join(source, 'file'), 1000, 1000);
  chmodSync(path.join(source, 'file'), 0o4751);
  t.is((await run('backup', source)).code, 1, 'nothing seems to be new');
  t.is((await run('backup', source, '--disable-filetime-check')).code, 0);
  t.is((await run('backup', source, '--skip-metadata')).code, 0);
  t.deepEqual(await restored('without'), { mode: 0o600, isOld: true });
});

test('a verification file lists every volume with its hash, and is no volume', async (t) => {
  const root = await makeFolder(t);
  const [source, remote, temporary] = ['source', 'remote', 'temporary'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(source);
  mkdirSync(temporary);
  writeFileSync(path.join(source, 'a'), 'text');
  const place = [`file://${remote}`, `--dbpath=${path.join(root, 'db')}`, '--no-encryption', `--tempdir=${temporary}`];
  const run = (command: string, ...args: string[]) =>
    runProgram('duplicati-cli', [command, ...place, ...args], { HOME: root });
  t.is((await run('backup', source, '--upload-verification-file', '--auto-vacuum')).code, 0);
  const text = readFileSync(path.join(remote, 'duplicati-verification.json'), 'utf8');
  t.is(text[0], '\ufeff');
  const rows: { Name: string; State: number; Size: number; Hash: string }[] = JSON.parse(text.slice(1));
  t.deepEqual(
    rows.map(({ Name }) => Name).sort(),
    readdirSync(remote)
      .filter((name) => name.includes('.zip'))
      .sort(),
  );
  t.true(rows.every(({ State, Hash, Size }) => State === 2 && Hash.length === 44 && Size > 0));
  t.is((await run('test', 'all')).code, 0);
  t.is((await run('backup', source)).code, 1);
  t.deepEqual(readdirSync(temporary), []);
});

test('hashes, compression, unchanged versions, restores and deletions go by their options', async (t) => {
  const root = await makeFolder(t);
  const [source, remote] = [path.join(root, 'source'), path.join(root, 'remote')];
  mkdirSync(source);
  writeFileSync(path.join(source, 'a'), Buffer.alloc(20_000, 'text that becomes smaller '));
  writeFileSync(path.join(source, 'b'), randomBytes(400_000));
  const place = [`file://${remote}`, `--dbpath=${path.join(root, 'db')}`, '--no-encryption'];
  const run = async (code: number, command: string, ...args: string[]) => {
    const ended = await runProgram('duplicati-cli', [command, ...place, ...args], { HOME: root });
    t.is(ended.code, code, `${command} ${args}: ${ended.stderr}`);
    return ended.stdout;
  };
  const volumes = (kind: string) => readdirSync(remote).filter((name) => name.includes(`.${kind}.`));
  await run(
    0,
    'backup',
    source,
    '--block-hash-algorithm=SHA512',
    '--file-hash-algorithm=SHA1',
    '--zip-compression-level=0',
    '--asynchronous-upload-limit=1',
    '--retry-with-exponential-backoff',
    '--throttle-upload=1kb', // some 7 minutes, were it not for the next
    '--throttle-disabled',
  );
  const unzip = (...args: string[]) => execFileSync('unzip', args, { encoding: 'utf8' });
  const dblock = path.join(remote, volumes('dblock')[0]!);
  t.regex(unzip('-p', dblock, 'manifest'), /"BlockHash":"SHA512","FileHash":"SHA1"/);
  t.notRegex(unzip('-v', dblock), /Defl/);
  await run(1, 'backup', source);
  await run(0, 'backup', source, '--upload-unchanged-backups', '--zip-compression-level=9');
  t.is(volumes('dlist').length, 2);
  t.regex(unzip('-v', path.join(remote, volumes('dlist')[1]!)), /Defl/);
  t.is((await run(0, 'list', '*/a', '--all-versions')).match(/Listing contents/g)?.length, 2);
  t.is((await run(0, 'list', '*/a')).match(/Listing contents/g)?.length, 1);
  const into = path.join(root, 'into');
  await run(0, 'restore', `--restore-path=${into}`, '--dont-compress-restore-paths', '--skip-restore-verification');
  t.deepEqual(readFileSync(path.join(into, source, 'b')), readFileSync(path.join(source, 'b')));
  await run(0, 'test', 'all', '--full-remote-verification', '--full-block-verification');
  t.regex(await run(0, 'compact', '--small-file-max-count=0', '--dry-run'), /there are 1 small volumes/);
  t.regex(await run(0, 'compact', '--small-file-max-count=0', '--small-file-size=1kb', '--dry-run'), /not enough/);
  await run(0, 'purge-broken-files', '--disable-replace-missing-metadata');
  await run(0, 'delete', '--version=0,1', '--allow-full-removal', '--no-auto-compact');
  t.is(volumes('dlist').length, 0);
  t.is(volumes('dblock').length, 1);
  await run(0, 'compact');
  t.is(volumes('dblock').length, 0);
});
