import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { openStorage } from '../../../runtime/storage/open-storage.ts';
import { StorageError } from '../../../runtime/storage/storage.ts';
import { testStorage } from './contract.ts';

const NEVER = new AbortController().signal;

testStorage('file', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'file ä-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return openStorage(`file://${folder}`);
});

test('file: a folder is made, with its parents, and a second time', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'file-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const storage = await openStorage(path.join(root, 'a', 'b'));
  const listed = Array.fromAsync(storage.list(NEVER));
  t.is((await t.throwsAsync<StorageError>(listed, { instanceOf: StorageError })).reason, 'missing');
  await storage.createFolder(NEVER);
  await storage.createFolder(NEVER);
  t.deepEqual(await Array.fromAsync(storage.list(NEVER)), []);
  t.true((await storage.quota(NEVER))!.total > 0);
});

test('file: what an interrupted upload left is not listed', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'file-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  writeFileSync(path.join(root, '.duplicati-b1.dblock.zip.part'), 'half');
  chmodSync(root, 0o755);
  t.deepEqual(await Array.fromAsync((await openStorage(root)).list(NEVER)), []);
});

test('a destination that is none is refused', async (t) => {
  for (const url of ['', 'relative/path', 'file://relative', 'file:///a?option=1', 'nonsense://x']) {
    const { reason } = await t.throwsAsync<StorageError>(openStorage(url), { instanceOf: StorageError }, url);
    t.is(reason, 'invalid');
  }
});
