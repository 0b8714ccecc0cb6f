/** What a run leaves in its log and shows beside its result. */
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d(:\d\d)? - \[(\w+)-([\w.]+)-(\w+)\]: (.*)$/;

test('a log has what a level and its filters take, for this account alone, run after run, without secrets', async (t) => {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'first'), 'text');
  const place = [`file://${root}/remote`, `--dbpath=${root}/db`, '--passphrase=canary-4711'];
  const run = (command: string, ...args: string[]) =>
    runProgram('duplicati-cli', [command, ...place, ...args], { HOME: root });
  const logged = (name: string) =>
    readFileSync(path.join(root, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [, , level = '', , id = '', message = ''] = LINE.exec(line) ?? [];
        t.not(level, '', line);
        return { level, id, message };
      });
  const has = (name: string, level: string, id: string, message: RegExp) =>
    logged(name).some((one) => one.level === level && one.id === id && message.test(one.message));

  const all = [`--log-file=${root}/logs/all`, '--log-file-log-level=Profiling'];
  t.is((await run('backup', source, ...all)).code, 0);
  t.is(statSync(`${root}/logs/all`).mode & 0o777, 0o600);
  t.true(has('logs/all', 'Information', 'StartingOperation', /^The operation Backup has started$/));
  t.true(
    has('logs/all', 'Information', 'BackendEvent', /^Backend event: Put - Completed: duplicati-.*dlist.*KiB|bytes/),
  );
  t.true(has('logs/all', 'Verbose', 'CheckFileForChanges', /\/source\/first$/));
  t.true(has('logs/all', 'Profiling', 'Timer', /^Put duplicati-\S+ took 0:00:00:\d\d\.\d{3}$/));
  t.true(has('logs/all', 'Information', 'Result', /^1 files added/));
  const before = logged('logs/all').length;
  t.is((await run('list', ...all)).code, 0);
  t.true(has('logs/all', 'Information', 'CompletedOperation', /^The operation List has completed$/));
  t.true(logged('logs/all').length > before);

  rmSync(`${root}/db`);
  const wrong = ['--passphrase=canary-0815', `--log-file=${root}/errors`];
  const failed = await run('list', '--no-local-db', ...wrong);
  t.is(failed.code, 100);
  t.deepEqual(
    logged('errors').map(({ level, id }) => `${level} ${id}`),
    ['Error FailedOperation'],
  );
  t.is(failed.stderr.match(/cannot be opened with this passphrase/g)?.length, 1, 'people read it once');
  const some = ['--log-file-log-filter=+*-BackendEvent;-*', '--log-level=Verbose', `--log-file=${root}/some`];
  t.is((await run('list', '--no-local-db', ...some)).code, 0);
  t.true(logged('some').length > 1 && logged('some').every(({ id }) => id === 'BackendEvent'));
  t.is((await run('list', '--no-local-db', ...some.slice(1), '--log-file-log-ignore=BackendEvent')).code, 0);
  t.true(has('some', 'Information', 'StartingOperation', /List/));
  for (const name of ['logs/all', 'errors', 'some']) t.notRegex(readFileSync(path.join(root, name), 'utf8'), /canary/);
});

test('messages are shown by their level and filters, and warnings of a result can be left out', async (t) => {
  const root = await makeFolder(t);
  const [source, missing] = [path.join(root, 'source'), path.join(root, 'missing')];
  mkdirSync(source);
  writeFileSync(path.join(source, 'first'), 'text');
  const place = [`file://${root}/remote`, `--dbpath=${root}/db`, '--no-encryption'];
  const run = (...args: string[]) =>
    runProgram('duplicati-cli', ['backup', ...place, source, missing, ...args], { HOME: root });
  const first = await run();
  t.is(first.code, 2);
  t.regex(first.stdout, /^Warning: .*missing/m);
  t.notRegex(first.stderr, /StartingOperation|Information: /);
  const more = await run('--console-log-level=Information', '--console-log-filter=-*-CompletedOperation');
  t.regex(more.stderr, /^ {2}Information: The operation Backup has started$/m);
  t.notRegex(more.stderr, /has completed/);
  t.regex(more.stdout, /^Warning: .*missing/m);
  for (const quiet of ['--console-log-level=Error', '--console-log-ignore=PathNotFound', '--log-level=error']) {
    const { code, stdout } = await run(quiet, `--log-file=${root}/log`, '--log-file-log-level=Warning');
    t.is(code, 2);
    t.notRegex(stdout, /Warning/);
  }
  const log = readFileSync(`${root}/log`, 'utf8');
  t.is(log.match(/\[Warning-Duplicati\.Cli-PathNotFound\]: \S*missing/g)?.length, 3);
  t.is(log.trimEnd().split('\n').length, 3);
});

test('a log that cannot be opened, or a filter that cannot be read, stops the run before it begins', async (t) => {
  const root = await makeFolder(t);
  symlinkSync('elsewhere', path.join(root, 'link'));
  for (const [option, code, why] of [
    [`--log-file=${root}`, 100, /--log-file: .* cannot be written/],
    [`--log-file=${root}/link`, 100, /--log-file: .* cannot be written/],
    ['--log-file-log-level=Loud', 200, /is not one of ExplicitOnly, Profiling/],
    ['--console-log-filter=-[(]', 200, /--console-log-filter: /],
  ] as const) {
    const ended = await runProgram('duplicati-cli', ['list', `file://${root}`, option], { HOME: root });
    t.is(ended.code, code, option);
    t.regex(ended.stderr, why);
    t.notRegex(ended.stderr, /Listing/);
  }
  const other = await runProgram('duplicati-cli', ['system-info', `--log-file=${root}/log`], { HOME: root });
  t.is(other.code, 200);
  t.regex(other.stderr, /system-info has no option --log-file/);
});
