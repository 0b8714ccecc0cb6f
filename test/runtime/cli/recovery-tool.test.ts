import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder } from '../run-program.ts';
import { callCommand } from './in-process.ts';

test('volumes are fetched and decrypted one by one, and files come out of them without any index of the backup', async (t) => {
  const root = await makeFolder(t);
  const [source, remote, rescue] = ['source', 'remote', "res'cue %41"].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(source);
  for (const name of ['first', 'second']) {
    writeFileSync(path.join(source, name), `${name} `.repeat(1000));
    const made = await callCommand('backup', remote, source, `--dbpath=${root}/db`, '--passphrase=canary-4711');
    t.is(made.code, 0, made.stderr);
    await new Promise((resolve) => setTimeout(resolve, 1100)); // versions have seconds
  }
  const [index, other] = readdirSync(remote).filter((name) => name.includes('dindex')) as [string, string];
  writeFileSync(path.join(remote, index), 'no index');
  const lying = readFileSync(path.join(remote, other));
  lying[lying.length >> 1]! ^= 1;
  writeFileSync(path.join(remote, other), lying);
  const tool = (...args: string[]) =>
    callCommand('recovery-tool', ...args, '--disable-module=console-password-input', `--tempdir=${root}`);

  const wrong = await tool('download', remote, rescue, '--passphrase=wrong');
  t.is(wrong.code, 100);
  t.regex(wrong.stderr, /^ErrorID: WrongPassphrase$/m);
  const fetched = await tool('download', remote, rescue, '--passphrase=canary-4711');
  t.is(fetched.code, 2, fetched.stderr);
  t.is(fetched.stdout.match(/^Not usable: duplicati-i\w+\.dindex\.zip\.aes: /gm)?.length, 2);
  t.deepEqual(
    readdirSync(rescue)
      .map((name) => name.replace(/^.*?\./, ''))
      .sort(),
    ['dblock.zip', 'dblock.zip', 'dlist.zip', 'dlist.zip'],
  );
  for (const name of readdirSync(rescue)) {
    t.is(readFileSync(path.join(rescue, name), 'latin1').slice(0, 2), 'PK');
    t.is(statSync(path.join(rescue, name)).mode & 0o777, 0o600);
  }
  const again = await tool('download', remote, rescue, '--passphrase=canary-4711');
  t.regex(again.stdout, /^0 volumes are in .* now, 4 were there already, 2 cannot be used$/m);

  const early = await tool('list', rescue);
  t.is(early.code, 100);
  t.regex(early.stderr, /run "recovery-tool index" first/);
  const elsewhere = path.join(root, 'elsewhere');
  await callCommand('backup', elsewhere, source, `--dbpath=${root}/db2`, '--no-encryption');
  const foreign = readdirSync(elsewhere).find((name) => name.includes('dindex'))!;
  copyFileSync(path.join(elsewhere, foreign), path.join(rescue, foreign)); // of volumes that are not there
  const made = await tool('index', rescue);
  t.is(made.code, 0, made.stderr);
  t.regex((await tool('list', rescue, '--version=0')).stdout, /source\/second/);
  t.notRegex((await tool('list', rescue, '--version=1')).stdout, /source\/second/);
  const restored = await tool('restore', rescue, '*first', `--restore-path=${root}/out`);
  t.is(restored.code, 0, restored.stderr);
  t.is(readFileSync(path.join(root, 'out', 'first'), 'utf8'), 'first '.repeat(1000));
  t.deepEqual(readdirSync(path.join(root, 'out')), ['first']);

  const block = readdirSync(rescue).find((name) => name.includes('dblock'))!;
  writeFileSync(path.join(rescue, block), 'no volume');
  const damaged = await tool('index', rescue);
  t.is(damaged.code, 2);
  t.true(damaged.stdout.includes(`Damaged: ${block}: `));
  for (const [args, code, why] of [
    [['index', path.join(root, 'nowhere')], 100, /there is no folder/],
    [['index', rescue, 'more'], 200, /nothing else/],
    [['download', remote], 200, /needs a storage-URL and a folder/],
    [['recompress', rescue], 200, /download, index, list and restore/],
  ] as const) {
    const ended = await tool(...args);
    t.is(ended.code, code);
    t.regex(ended.stderr, why);
  }
  t.deepEqual(
    readdirSync(root).filter((name) => name.startsWith('duplicati-')),
    [],
  );
});
