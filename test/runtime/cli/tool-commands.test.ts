/** Tools of duplicati-cli, as people call them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

test('files of a destination are put, listed, fetched and deleted, and none outside of it', async (t) => {
  const root = await makeFolder(t);
  const remote = path.join(root, 'remote');
  const url = `file://${remote}`;
  const tool = (...args: string[]) => runProgram('duplicati-cli', ['backend-tool', ...args], { HOME: root });
  t.is((await tool('createfolder', url)).code, 0);
  const file = path.join(root, 'a.txt');
  writeFileSync(file, 'text');
  t.is((await tool('PUT', url, file)).code, 0);
  t.is(readFileSync(path.join(remote, 'a.txt'), 'utf8'), 'text');
  t.regex((await tool('list', url)).stdout, /^a\.txt\tFile\t.*\t4 bytes$/m);
  t.is(JSON.parse((await tool('list', url, '--json')).stdout).length, 1);
  for (const name of ['../a.txt', '..', 'sub/a.txt']) {
    t.is((await tool('delete', url, name)).code, 200);
    t.is((await tool('get', url, name)).code, 200);
  }
  t.true(existsSync(file));
  t.is((await tool('delete', url, 'a.txt')).code, 0);
  t.deepEqual(readdirSync(remote), []);
  const gone = await tool('delete', url, 'a.txt');
  t.is(gone.code, 100);
  t.is((await tool('list', url, 'a.txt')).code, 200);
  t.is((await tool('move', url)).code, 200);
  t.regex((await tool('list', 'nonsense://x')).stderr, /^ErrorID: BackendNotSupported$/m);
});

test('a file is encrypted and decrypted; what is not proven never has its name, and nothing is written over', async (t) => {
  const root = await makeFolder(t);
  mkdirSync(path.join(root, 'out'));
  const [plain, secret, again] = ['plain', 'secret.aes', 'out/again'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(plain, Buffer.alloc(100_001, 'text'));
  const tool = (args: string[], passphrase = 'canary-4711') =>
    runProgram('duplicati-cli', ['aes-crypt', ...args, '--disable-module=console-password-input'], {
      HOME: root,
      PASSPHRASE: passphrase,
    });
  const made = await tool(['encrypt', plain, secret]);
  t.is(made.code, 0, made.stderr);
  t.is(readFileSync(secret, 'latin1').slice(0, 3), 'AES');
  t.is((await tool(['decrypt', secret, again])).code, 0);
  t.deepEqual(readFileSync(again), readFileSync(plain));
  t.is((await tool(['decrypt', secret, again])).code, 100, 'it is there already');
  const damaged = readFileSync(secret);
  damaged[damaged.length - 500]! ^= 1;
  writeFileSync(path.join(root, 'damaged.aes'), damaged);
  for (const [file, passphrase] of [
    [secret, 'another'],
    [path.join(root, 'damaged.aes'), 'canary-4711'],
    [plain, 'canary-4711'],
  ] as const) {
    const { code, stderr } = await tool(['decrypt', file, path.join(root, 'out/none')], passphrase);
    t.is(code, 100);
    t.regex(stderr, /^ErrorID: DecryptionFailed$/m);
    t.false(stderr.includes('canary-4711'));
  }
  t.deepEqual(readdirSync(path.join(root, 'out')), ['again']);
});
