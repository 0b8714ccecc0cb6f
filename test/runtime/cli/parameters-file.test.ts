import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { expandParameters } from '../../../runtime/cli/parameters-file.ts';
import { makeFolder, runProgram } from '../run-program.ts';

test('a file puts options, places and filters into a command line', async (t) => {
  const root = await makeFolder(t);
  const file = path.join(root, 'my parameters');
  const expand = (text: string, ...argv: string[]) => {
    writeFileSync(file, text);
    return expandParameters([`--parameters-file=${file}`, ...argv], {});
  };
  t.deepEqual(expandParameters(['list', '--', '--parameters-file=x'], {}), ['list', '--', '--parameters-file=x']);
  t.deepEqual(
    expand('\ufeff# secret\r\n--Passphrase="a b"\r\n\r\n--json\n--x=a=b', 'list', 'url', '--json=false', '--', '-f'),
    ['--json=false', '--passphrase=a b', '--json', '--x=a=b', '--', 'list', 'url', '-f'],
  );
  const places = expand(`--target=b\n--source=/one${path.delimiter}/two words`, 'backup', 'a', '/three');
  t.deepEqual(places, ['--', 'backup', 'b', '/one', '/two words']);
  t.deepEqual(expand('--target=b', 'list'), ['--', 'list', 'b']);
  const filters = ['backup', 'a', '/b', '--include=*.1', '--exclude=*.2'];
  const words = ['--', 'backup', 'a', '/b'];
  t.deepEqual(expand('--append-filter=+*.3;-[a;b:c]', ...filters), [
    '--include=*.1',
    '--exclude=*.2',
    '--include=*.3',
    '--exclude=[a;b:c]',
    ...words,
  ]);
  t.deepEqual(expand('--prepend-filter=-*.0', ...filters), [
    '--exclude=*.0',
    '--include=*.1',
    '--exclude=*.2',
    ...words,
  ]);
  t.deepEqual(expand('--replace-filter=-*.9', ...filters), ['--exclude=*.9', ...words]);
  t.deepEqual(expand('--exclude=*.7', 'backup', 'a', '/b'), ['--exclude=*.7', ...words]);
  writeFileSync(file, '--json');
  t.deepEqual(expandParameters(['list'], { DUPLICATI__PARAMETERS_FILE: file }), ['--json', '--', 'list']);
  for (const [text, why, ...argv] of [
    ['--exclude=*.7', /filters are on the command line too/, ...filters],
    ['--append-filter=*.7', /neither \+ nor -/, ...filters],
    ['--json\npassphrase=canary', /my parameters, line 2: it is not of the form --name=value$/, 'list'],
  ] as const)
    t.throws(() => expand(text, ...argv), { message: why });
});

test('a command line has its secret, its address and its sources from a file, and scripts may still change it', async (t) => {
  const root = await makeFolder(t);
  const [source, file, script] = ['source', 'parameters', 'script'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(source);
  writeFileSync(path.join(source, 'a.txt'), 'text');
  writeFileSync(path.join(source, 'b.tmp'), 'text');
  writeFileSync(script, '#!/bin/sh\necho --zip-compression-level=0\necho --quota-size=1kb\n', { mode: 0o755 });
  const lines = [
    'passphrase=canary-4711',
    `target=file://${root}/remote`,
    `source=${source}`,
    `dbpath=${root}/db`,
    'append-filter=-*.tmp',
  ];
  writeFileSync(file, lines.map((line) => `--${line}\n`).join(''));
  const run = (...args: string[]) =>
    runProgram('duplicati-cli', [...args, '--disable-module=console-password-input'], { HOME: root });
  const made = await run('backup', `--parameter-file=${file}`, '--passphrase=another', `--run-script-before=${script}`);
  t.is(made.code, 3, made.stderr);
  t.regex(made.stdout, /--quota-size/);
  const listed = await run('list', `--parameters-file=${file}`, '--version=0');
  t.is(listed.code, 0, listed.stderr);
  t.regex(listed.stdout, /a\.txt/);
  t.notRegex(listed.stdout, /b\.tmp/);
  const missing = await run('list', 'file:///nowhere', `--parametersfile=${root}/none`);
  t.is(missing.code, 200);
  t.regex(missing.stderr, /^duplicati-cli: --parameters-file: ENOENT/);
});
