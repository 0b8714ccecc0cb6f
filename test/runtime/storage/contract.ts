/** What every backend has to do, whatever is behind it. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { type Storage, StorageError } from '../../../runtime/storage/storage.ts';
import { withRetries } from '../../../runtime/storage/wrap/retry.ts';

const NEVER = new AbortController().signal;

/**
 * @param open an empty folder of the backend; `t.teardown` takes it away.
 * @param without characters that the server behind it cannot have in a name
 */
export function testStorage(
  name: string,
  open: (t: ExecutionContext) => Promise<Storage>,
  { test = anyTest, without = '' }: { test?: TestFn; without?: string } = {},
): void {
  const prepare = async (t: ExecutionContext) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'storage-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    let serial = 0;
    const fresh = () => path.join(folder, `${serial++}`);
    const storage = await open(t);
    return {
      storage,
      fresh,
      async put(as: string, bytes: Buffer) {
        const file = fresh();
        writeFileSync(file, bytes);
        await storage.put(as, file, NEVER);
      },
      async get(as: string) {
        const file = fresh();
        await storage.get(as, file, NEVER);
        t.is(statSync(file).mode & 0o777, 0o600);
        return readFileSync(file);
      },
      list: async () => (await Array.fromAsync(storage.list(NEVER))).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  };

  test(`${name}: bytes come back as they were, of any size`, async (t) => {
    const { put, get, list } = await prepare(t);
    const sizes = [0, 1, 65_536, 5 * 1024 * 1024 + 1];
    for (const size of sizes) {
      const bytes = randomBytes(size);
      await put(`file-${size}`, bytes);
      t.true((await get(`file-${size}`)).equals(bytes));
    }
    t.deepEqual(
      (await list()).map(({ size }) => size),
      [...sizes].sort((a, b) => (`${a}` < `${b}` ? -1 : 1)),
    );
  });

  test(`${name}: names are kept, and a second file of a name replaces the first`, async (t) => {
    const { put, get, list, storage } = await prepare(t);
    const every = ['duplicati-b12.dblock.zip.aes', 'with space', 'ä', '100%', 'a+b&c=d?#', "it's", '.hidden'];
    const names = every.map((one) => [...one].filter((character) => !without.includes(character)).join(''));
    for (const one of names) await put(one, Buffer.from(one));
    for (const one of names) t.is((await get(one)).toString(), one);
    await put(names[0]!, Buffer.from('second'));
    t.is((await get(names[0]!)).toString(), 'second');
    t.deepEqual(
      (await list()).map((entry) => entry.name),
      [...names].sort(),
    );
    await storage.delete(names[0]!, NEVER);
    t.deepEqual(
      (await list()).map((entry) => entry.name),
      names.slice(1).sort(),
    );
  });

  test(`${name}: what is not there is said to be missing`, async (t) => {
    const { storage, fresh } = await prepare(t);
    const file = fresh();
    const missing = { instanceOf: StorageError, message: /gone/ } as const;
    t.is((await t.throwsAsync<StorageError>(storage.get('gone', file, NEVER), missing)).reason, 'missing');
    t.false(existsSync(file));
    t.is((await t.throwsAsync<StorageError>(storage.delete('gone', NEVER), missing)).reason, 'missing');
    for (const wrong of ['', '..', '../up', 'a/b']) {
      t.is((await t.throwsAsync<StorageError>(storage.put(wrong, file, NEVER))).reason, 'invalid');
    }
  });

  test(`${name}: an upload that is aborted leaves nothing that is listed`, async (t) => {
    const { storage, fresh, list } = await prepare(t);
    const file = fresh();
    writeFileSync(file, randomBytes(20_000_000));
    const abort = new AbortController();
    const upload = storage.put('half', file, abort.signal);
    setImmediate(() => abort.abort());
    await t.throwsAsync(upload);
    t.deepEqual(await list(), []);
    t.true(existsSync(file));
  });

  test(`${name}: a download that is aborted leaves no file, and one that has its name is never written over`, async (t) => {
    const { storage, fresh, put } = await prepare(t);
    await put('big', randomBytes(20_000_000));
    const abort = new AbortController();
    const file = fresh();
    const download = storage.get('big', file, abort.signal);
    setImmediate(() => abort.abort());
    await t.throwsAsync(download);
    t.false(existsSync(file));
    writeFileSync(file, 'mine');
    await t.throwsAsync(storage.get('big', file, NEVER));
    t.is(readFileSync(file, 'utf8'), 'mine');
  });

  test(`${name}: the folder is made once, and again without an error; there is no list of one that is not there`, async (t) => {
    const { storage, list } = await prepare(t);
    await storage.createFolder(NEVER);
    t.deepEqual(await list(), []);
  });

  test(`${name}: several uploads at once do not meet`, async (t) => {
    const { storage, fresh, get } = await prepare(t);
    // As backups open it: what a server asks for in the middle of an upload is done at the next try.
    const patient = withRetries(storage, { retries: 3, delay: 100, isExponential: false });
    const put = async (as: string, bytes: Buffer) => {
      const file = fresh();
      writeFileSync(file, bytes);
      await patient.put(as, file, NEVER);
    };
    const contents = Array.from({ length: 20 }, () => randomBytes(50_000));
    await Promise.all(contents.map((bytes, n) => put(`many-${n}`, bytes)));
    for (const [n, bytes] of contents.entries()) t.true((await get(`many-${n}`)).equals(bytes));
  });
}
