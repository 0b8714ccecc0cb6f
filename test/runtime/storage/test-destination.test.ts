import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { createDestination, TEST_FILE, testDestination } from '../../../runtime/storage/test-destination.ts';

const signal = new AbortController().signal;

test('a folder that is not there is told, and made when asked for', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'destination-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const url = `file://${root}/a/b`;
  t.like(await testDestination(url, {}, { signal }), {
    kind: 'missing-folder',
    message: `the folder ${root}/a/b is not there`,
  });
  t.is((await testDestination(url, {}, { signal, readOnly: true, autoCreate: true })).kind, 'missing-folder');
  t.deepEqual(await testDestination(url, {}, { signal, autoCreate: true }), {
    kind: 'ok',
    anyFiles: false,
    anyBackups: false,
    anyEncryptedFiles: false,
  });
  t.is((await createDestination(`file://${root}/c`, {}, { signal })).kind, 'ok');
  t.is((await testDestination(`file://${root}/c`, {}, { signal })).kind, 'ok');
  writeFileSync(`${root}/file`, '');
  t.is((await createDestination(`file://${root}/file/d`, {}, { signal })).kind, 'error-creating-folder');
});

test('what is there is told, and nothing is left behind', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'destination-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const look = () => testDestination(root, {}, { signal });
  writeFileSync(path.join(root, TEST_FILE), 'of an interrupted test');
  t.like(await look(), { anyFiles: false });
  writeFileSync(path.join(root, 'letter.txt'), '');
  t.like(await look(), { anyFiles: true, anyBackups: false });
  writeFileSync(path.join(root, 'duplicati-b00.dblock.zip'), '');
  t.like(await look(), { anyBackups: true, anyEncryptedFiles: false });
  writeFileSync(path.join(root, 'duplicati-b01.dblock.zip.aes'), '');
  t.like(await look(), { anyBackups: true, anyEncryptedFiles: true });
  t.deepEqual(readdirSync(root).sort(), ['duplicati-b00.dblock.zip', 'duplicati-b01.dblock.zip.aes', 'letter.txt']);
});

test('an address that cannot be read is told without its secrets', async (t) => {
  for (const url of ['nonsense://u:the-secret@x', 'file:///a?auth-password=the-secret', 'file:///a?b=the-secret&b=2']) {
    const outcome = await testDestination(url, { 'auth-password': 'the-secret' }, { signal });
    t.is(outcome.kind, 'error');
    t.notRegex(JSON.stringify(outcome), /the-secret/);
  }
});

test('a folder that cannot be written to is told', async (t) => {
  if (process.getuid?.() === 0) {
    t.like(await testDestination('file:///proc', {}, { signal }), {
      kind: 'error',
      id: 'TestWriteError',
      afterConnect: true,
    });
    return;
  }
  const root = mkdtempSync(path.join(tmpdir(), 'destination-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  chmodSync(root, 0o500);
  t.like(await testDestination(root, {}, { signal }), { kind: 'error', id: 'TestWriteError', afterConnect: true });
});
