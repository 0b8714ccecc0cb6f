import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { uploadsAtOnce } from '../../../runtime/cli/backup-options.ts';
import { suppressWarnings, warnOfPath } from '../../../runtime/cli/backup-warnings.ts';
import { readOptions } from '../../../runtime/engine/options/options.ts';
import { makeFolder } from '../run-program.ts';
import { callCommand, callWatched } from './in-process.ts';

async function prepare(t: ExecutionContext) {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'a.foo'), 'x'.repeat(200_000));
  const run = (name: string, ...args: string[]) =>
    callCommand(
      'backup',
      `file://${root}/${name}`,
      source,
      `--dbpath=${root}/${name}.sqlite`,
      '--no-encryption',
      ...args,
    );
  return { root, run };
}

test('a warning that is suppressed by its name is none, and is told as information', async (t) => {
  const { root, run } = await prepare(t);
  const missing = path.join(root, 'missing');
  t.is((await run('one', missing)).code, 2);
  const quiet = await run('one', missing, '--suppress-warnings=FileLocked, pathnotfound');
  t.is(quiet.code, 1);
  t.notRegex(quiet.stdout, /missing/);
  t.is((await run('one', missing, '--suppress-warnings=FileLocked')).code, 2);
  const told: string[] = [];
  const output = { note: (level: string, id: string) => told.push(`${level} ${id}`) > 0 };
  const reasons = [
    'EACCES: permission denied, open',
    'EPERM: x',
    'EBUSY: x',
    'it is not there',
    'its path is longer than 4096 bytes',
    'it changed while it was read; what was read',
    'EIO: x',
  ];
  const warnings = reasons.map((why) => warnOfPath('/a', why));
  const ids = [
    'PermissionDenied',
    'PermissionDenied',
    'FileLocked',
    'PathNotFound',
    'PathTooLong',
    'FileChangedWhileRead',
    'PathProcessingFailed',
  ];
  t.deepEqual(
    warnings.map(({ id }) => id),
    ids,
  );
  const left = suppressWarnings(output as never, warnings, 'PermissionDenied;PathTooLong,Another'); // of which only this is called
  t.deepEqual(
    left.map(({ id }) => id),
    ids.filter((id) => !/^(PermissionDenied|PathTooLong)$/.test(id)),
  );
  t.deepEqual(told, ['Information PermissionDenied', 'Information PermissionDenied', 'Information PathTooLong']);
});

test('what is compressed already is told by the list that is given', async (t) => {
  const { root, run } = await prepare(t);
  const list = path.join(root, 'endings');
  const sizeOf = (name: string) =>
    Math.max(...readdirSync(path.join(root, name)).map((one) => statSync(path.join(root, name, one)).size));
  t.is((await run('own')).code, 0);
  t.true(sizeOf('own') < 20_000);
  writeFileSync(list, '# what is compressed\n.bar\n  .FOO # mine\n');
  t.is((await run('given', `--compression-extension-file=${list}`, '--synchronous-upload')).code, 0);
  t.true(sizeOf('given') > 200_000);
  writeFileSync(list, 'not an ending');
  for (const file of [list, path.join(root, 'none')]) {
    const { code, stderr } = await run('wrong', `--compression-extension-file=${file}`);
    t.is(code, 200);
    t.regex(stderr, /--compression-extension-file: /);
  }
  const options = (given: Record<string, string>) =>
    readOptions(given, { now: 0, zone: 'UTC', listSeparator: ':' }).options;
  t.is(uploadsAtOnce(options({})), 4);
  t.is(uploadsAtOnce(options({ 'asynchronous-upload-limit': '7' })), 7);
  t.is(uploadsAtOnce(options({ 'asynchronous-upload-limit': '7', 'synchronous-upload': '' })), 1);
});

test('a folder is not made, and a destination not slowed down, where that is asked for', async (t) => {
  const { root, run } = await prepare(t);
  const { code, stderr } = await run('none', '--disable-autocreate-folder');
  t.is(code, 100);
  t.regex(stderr, /^ErrorID: FolderMissing$/m);
  t.false(existsSync(path.join(root, 'none')));
  mkdirSync(path.join(root, 'there'));
  const slow = ['--throttle-upload=1kb', '--zip-compression-level=0']; // some 200 seconds, were it not for the next
  t.is(
    (await run('there', '--disable-autocreate-folder', ...slow, '--throttle-disabled-backends=webdav,file')).code,
    0,
  );
});

test('uploads that a destination loses or cuts are told, where it is asked afterwards', async (t) => {
  const { root } = await prepare(t);
  const lose = (action: string, name: string) => {
    if (action !== 'put') return;
    if (name.includes('dindex')) rmSync(path.join(root, 'remote', name));
    if (name.includes('dblock')) appendFileSync(path.join(root, 'remote', name), 'more');
  };
  const place = [`file://${root}/remote`, path.join(root, 'source'), `--dbpath=${root}/db`, '--no-encryption'];
  const argv = ['backup', ...place, '--no-backend-verification'];
  const made = await callWatched([...argv, '--list-verify-uploads'], { begin: async () => {}, end: lose });
  t.is(made.code, 3, made.stderr);
  t.regex(made.stdout, /^Error: \S+dindex\.zip: it was uploaded, and the destination does not list it$/m);
  t.regex(made.stdout, /^Error: \S+dblock\.zip: .* were uploaded, and the destination lists .*$/m);
  t.is(made.stdout.match(/^Error: /gm)?.length, 2);
  rmSync(path.join(root, 'remote'), { recursive: true });
  rmSync(path.join(root, 'db'));
  t.is((await callCommand(...argv, '--list-verify-uploads')).code, 0);
});
