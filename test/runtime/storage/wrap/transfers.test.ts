import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { StorageError } from '../../../../runtime/storage/storage.ts';
import { createThrottle } from '../../../../runtime/storage/wrap/throttle.ts';
import { withTimeLimits } from '../../../../runtime/storage/wrap/time-limits.ts';
import { createTransfers } from '../../../../runtime/storage/wrap/transfers.ts';
import { memoryStorage } from '../faults.ts';

const NEVER = new AbortController().signal;
const free = createThrottle(() => 0);

function scratch(t: ExecutionContext): (name: string) => string {
  const folder = mkdtempSync(path.join(tmpdir(), 'transfers-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return (name) => path.join(folder, name);
}

test('a throttle lets through so many bytes a second, whoever asks, and as many as it is told meanwhile', async (t) => {
  let [now, rate] = [1000, 1_000_000];
  const waits: number[] = [];
  const pace = { now: () => now, wait: async (time: number) => void waits.push(time) };
  const throttle = createThrottle(() => rate, pace);
  for (let n = 0; n < 3; n++) await throttle.take(10_000, NEVER);
  t.deepEqual(waits, [10, 20]);
  now += 25;
  rate = 500_000;
  await throttle.take(10_000, NEVER);
  await throttle.take(1, NEVER);
  t.deepEqual(waits, [10, 20, 5, 25]);
  rate = 0;
  await throttle.take(1_000_000, NEVER);
  t.is(waits.length, 4);
  const real = createThrottle(() => 1);
  await real.take(1, NEVER);
  await t.throwsAsync(real.take(1, AbortSignal.abort()), { name: 'AbortError' });
});

test('an upload or a download in which nothing moves is given up on, and leaves no file', async (t) => {
  const place = scratch(t);
  writeFileSync(place('source'), randomBytes(1_000_000));
  const transfers = createTransfers({ upload: free, download: free, idle: 100 });
  const stuck = { instanceOf: StorageError, message: /^here: nothing moved for 0.1 s/ };
  t.is(
    (
      await t.throwsAsync<StorageError>(
        transfers.upload('here', place('source'), NEVER, () => new Promise(() => {})),
        stuck,
      )
    ).reason,
    'timeout',
  );
  await t.throwsAsync(
    transfers.download('here', place('target'), NEVER, async (sink) => {
      sink.write('half');
      await new Promise(() => {});
    }),
    stuck,
  );
  t.false(existsSync(place('target')));
});

test('errors of this machine are told as they are, and not as those of the destination', async (t) => {
  const place = scratch(t);
  const transfers = createTransfers({ upload: free, download: free, idle: 0 });
  await t.throwsAsync(
    transfers.upload('here', place('gone'), NEVER, async () => {}),
    { code: 'ENOENT' },
  );
  await t.throwsAsync(
    transfers.download('here', place('no/folder'), NEVER, async (sink) => void sink.write('x')),
    { code: 'ENOENT' },
  );
  await t.throwsAsync(
    transfers.download('here', place('target'), NEVER, async (sink) => {
      sink.write('half');
      throw new StorageError('unreachable', 'cut');
    }),
    { message: 'cut' },
  );
  t.false(existsSync(place('target')));
});

test('an upload that its destination ends is told as the destination tells it', async (t) => {
  const place = scratch(t);
  writeFileSync(place('source'), randomBytes(4_000_000));
  const transfers = createTransfers({ upload: free, download: free, idle: 5000 });
  await t.throwsAsync(
    transfers.upload('here', place('source'), NEVER, async (body) => {
      for await (const _ of body) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new StorageError('full', 'no space');
    }),
    { instanceOf: StorageError, message: 'no space' },
  );
});

test('a download that is cut while the file is written is told as a cut, and not as a failure of this machine', async (t) => {
  const place = scratch(t);
  const transfers = createTransfers({ upload: free, download: free, idle: 5000 });
  for (let round = 0; round < 50; round++)
    await t.throwsAsync(
      transfers.download('here', place('target'), NEVER, async (sink) => {
        for (let n = 0; n < 8; n++) sink.write(Buffer.alloc(1_000_000));
        for (let turn = 0; turn < round * 4; turn++) await new Promise((resolve) => setImmediate(resolve));
        throw new StorageError('unreachable', 'cut');
      }),
      { instanceOf: StorageError, message: 'cut' },
    );
  t.false(existsSync(place('target')));
});

test('what is sent and received is what is in the files', async (t) => {
  const place = scratch(t);
  const transfers = createTransfers({ upload: free, download: free, idle: 5000 });
  writeFileSync(place('source'), 'all of it');
  await transfers.upload('here', place('source'), NEVER, async (body, size) => {
    t.is(size, 9);
    t.is(await text(body), 'all of it');
  });
  await transfers.download('here', place('target'), NEVER, async (sink) => void sink.write('all of it'));
  t.is(readFileSync(place('target'), 'utf8'), 'all of it');
});

test('a question that is not answered ends, with the option that says when', async (t) => {
  const forever = () => new Promise<never>(() => {});
  const storage = withTimeLimits(
    {
      ...memoryStorage(),
      delete: forever,
      createFolder: forever,
      quota: forever,
      async *list() {
        yield await forever();
      },
    },
    { short: 20, list: 30 },
  );
  const late = (message: RegExp) => ({ instanceOf: StorageError, message });
  await t.throwsAsync(
    storage.delete('a', NEVER),
    late(/^memory: deletion of a: no answer within 0.02 s.*short-timeout/),
  );
  await t.throwsAsync(storage.createFolder(NEVER), late(/short-timeout/));
  await t.throwsAsync(storage.quota(NEVER), late(/short-timeout/));
  await t.throwsAsync(Array.fromAsync(storage.list(NEVER)), late(/0.03 s.*list-timeout/));
});
