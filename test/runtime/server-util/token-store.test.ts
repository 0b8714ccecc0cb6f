import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { openTokenStore } from '../../../runtime/server-util/token-store.ts';
import { makeFolder } from '../run-program.ts';

const KEPT = { cookies: 'RefreshToken_1=canary', nonce: 'canary', access: 'a.b.canary' };

async function openStore(t: ExecutionContext, key?: string) {
  const file = path.join(await makeFolder(t), 'tokens.json');
  return { file, store: openTokenStore(file, key, () => {}) };
}

test('tokens are kept by server, and a server that has a name of JavaScript’s own is none', async (t) => {
  const { store } = await openStore(t);
  await store.write('http://a/', KEPT);
  t.deepEqual(await store.read('http://a/'), KEPT);
  for (const other of ['http://b/', 'constructor', '__proto__']) t.is(await store.read(other), undefined);
  await store.write('http://a/', undefined);
  t.is(await store.read('http://a/'), undefined);
});

test('with a key nothing of them is readable, and a token cannot be moved to another server', async (t) => {
  const { file, store } = await openStore(t, 'nine bottles');
  await store.write('http://a/', KEPT);
  const text = await readFile(file, 'utf8');
  t.notRegex(text, /canary/);
  await writeFile(file, text.replace('http://a/', 'http://b/'));
  await t.throwsAsync(store.read('http://b/'), { message: /encrypted with another key .*, or damaged/ });
});

test('a file that others could read, is another’s or is none of tokens is refused, with a way out', async (t) => {
  const { file, store } = await openStore(t);
  await store.write('http://a/', KEPT);
  await chmod(file, 0o644);
  await t.throwsAsync(store.read('http://a/'), { message: /its mode is 0644.* delete it and log in again/ });
  await chmod(file, 0o600);
  for (const text of [
    '',
    '{',
    '[]',
    '{"version":2,"salt":"","servers":{}}',
    '{"version":1,"salt":"","servers":{"a":1}}',
  ]) {
    await writeFile(file, text);
    await t.throwsAsync(store.read('http://a/'), { message: /it is not a file of tokens/ }, text);
  }
  await writeFile(file, ' '.repeat(2_000_000));
  await t.throwsAsync(store.read('http://a/'), { message: /it is too long/ });
});

test('those who use it at the same time take turns', async (t) => {
  const { store } = await openStore(t);
  let inside = 0;
  const visit = () =>
    store.alone(async () => {
      t.is(++inside, 1);
      await wait(30);
      inside--;
    });
  await Promise.all([visit(), visit(), visit()]);
});
