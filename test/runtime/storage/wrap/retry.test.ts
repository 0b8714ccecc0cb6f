import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { StorageError, type StorageReason } from '../../../../runtime/storage/storage.ts';
import { withRetries } from '../../../../runtime/storage/wrap/retry.ts';
import { memoryStorage, type Operation, withFaults } from '../faults.ts';

const NEVER = new AbortController().signal;
const PLAN = { retries: 3, delay: 0, isExponential: false };
const OPERATIONS: readonly Operation[] = ['list', 'put', 'get', 'delete', 'createFolder', 'quota'];

/** A storage whose first operations fail so often. */
function failing(times: number, reason: StorageReason, isAfter = false) {
  const folder = mkdtempSync(path.join(tmpdir(), 'retry-'));
  const file = path.join(folder, 'file');
  writeFileSync(file, 'bytes');
  const files = new Map([['there', Buffer.from('bytes')]]);
  let tries = 0;
  const storage = withFaults(memoryStorage(files), () => (tries++ < times ? { reason, isAfter } : undefined));
  const run = (operation: Operation, plan = PLAN, signal = NEVER): Promise<unknown> => {
    const tried = withRetries(storage, plan);
    if (operation === 'put') return tried.put('there', file, signal);
    if (operation === 'get') return tried.get('there', path.join(folder, 'got'), signal);
    if (operation === 'delete') return tried.delete('there', signal);
    return operation === 'list' ? Array.fromAsync(tried.list(signal)) : tried[operation](signal);
  };
  return { run, files, tries: () => tries, remove: () => rmSync(folder, { recursive: true }) };
}

test('every operation is tried again until it works, and no more often than allowed', async (t) => {
  for (const operation of OPERATIONS) {
    const three = failing(3, 'unreachable');
    await three.run(operation);
    t.is(three.tries(), 4, operation);
    three.remove();
    const four = failing(4, 'timeout');
    const { reason } = await t.throwsAsync<StorageError>(four.run(operation), { instanceOf: StorageError });
    t.is(reason, 'timeout');
    t.is(four.tries(), 4, operation);
    four.remove();
  }
});

test('what another try cannot mend is not tried again', async (t) => {
  for (const reason of ['missing', 'denied', 'full', 'untrusted', 'invalid'] as const) {
    const one = failing(1, reason);
    await t.throwsAsync(one.run('put'));
    t.is(one.tries(), 1, reason);
    one.remove();
  }
});

test('a deletion whose answer was lost is done; one of what was never there is not', async (t) => {
  const lost = failing(1, 'unreachable', true);
  await lost.run('delete');
  t.false(lost.files.has('there'));
  lost.remove();
  const never = withRetries(memoryStorage(), PLAN);
  t.is((await t.throwsAsync<StorageError>(never.delete('nothing', NEVER))).reason, 'missing');
});

test('a list that breaks in the middle says nothing twice', async (t) => {
  let tries = 0;
  const storage = withRetries(
    {
      ...memoryStorage(),
      async *list() {
        yield { name: 'a', size: 1 };
        if (tries++ === 0) throw new StorageError('unreachable', 'cut');
        yield { name: 'b', size: 1 };
      },
    },
    PLAN,
  );
  t.deepEqual(
    (await Array.fromAsync(storage.list(NEVER))).map(({ name }) => name),
    ['a', 'b'],
  );
});

test('each wait is as long as the one before, or twice as long, and ends with an abort', async (t) => {
  const waits: string[] = [];
  for (const isExponential of [false, true]) {
    const one = failing(3, 'failed');
    await one.run('put', { ...PLAN, delay: 1, isExponential, ...{ report: (text: string) => void waits.push(text) } });
    one.remove();
  }
  t.deepEqual(
    waits.map((text) => / in ([\d.]+) s$/.exec(text)?.[1]),
    ['0.001', '0.001', '0.001', '0.001', '0.002', '0.004'],
  );
  const abort = new AbortController();
  const stuck = failing(9, 'failed');
  const running = stuck.run('put', { ...PLAN, delay: 3_600_000 }, abort.signal);
  setImmediate(() => abort.abort());
  await t.throwsAsync(running, { name: 'AbortError' });
  t.is(stuck.tries(), 1);
  stuck.remove();
});
