import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { judgeQuota } from '../../../runtime/cli/quota.ts';
import { makeFolder } from '../run-program.ts';
import { callCommand } from './in-process.ts';

test('too little room is an error or a warning by what is free, allotted and held', (t) => {
  const cases: [
    used: number,
    free: number | null,
    assigned: number | null,
    threshold: number,
    said: string | undefined,
  ][] = [
    [1000, null, null, 10, undefined],
    [1000, 0, null, 10, 'Error BackendQuotaExceeded'],
    [1000, 0, null, 0, 'Error BackendQuotaExceeded'],
    [1000, 99, null, 10, 'Warning BackendQuotaNear'],
    [1000, 100, null, 10, undefined],
    [1000, 1, null, 0, undefined],
    [1000, 5000, 999, 10, 'Error BackendQuotaExceeded'],
    [1000, 5000, 1000, 10, 'Warning BackendQuotaNear'],
    [1000, null, 1000, 0, undefined],
    [1000, null, 1099, 10, 'Warning BackendQuotaNear'],
    [1000, null, 1100, 10, undefined],
    [0, 1, null, 100, undefined],
  ];
  for (const [used, free, assigned, threshold, said] of cases) {
    const judged = judgeQuota({ used, free, total: null, assigned }, threshold);
    t.is(judged && `${judged.level} ${judged.id}`, said, `${used} ${free} ${assigned} ${threshold}`);
  }
});

test('a backup is made whatever room there is; the lack of it is told and is its exit code', async (t) => {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'file'), 'text');
  const place = [`file://${root}/remote`, source, `--dbpath=${root}/db`, '--no-encryption'];
  const run = (...args: string[]) => callCommand('backup', ...place, ...args);
  const over = await run('--quota-size=1kb');
  t.is(over.code, 3, over.stderr);
  t.regex(over.stdout, /^Error: the backup holds .* and may hold 1\.00 KiB \(--quota-size\)/m);
  t.regex(over.stdout, /^Uploaded /m);
  const near = await run('--quota-size=1gb', '--quota-warning-threshold=100', '--json');
  t.is(near.code, 1);
  const { quota, errors } = JSON.parse(near.stdout);
  t.deepEqual(errors, []);
  t.is(quota.assigned, 1 << 30);
  t.true(quota.total > quota.free && quota.free > 0 && quota.used > 1000);
  const little = `--quota-size=${Math.ceil(quota.used / 1024) + 1}kb`;
  const warned = await run(little, '--quota-warning-threshold=90');
  t.is(warned.code, 2);
  t.regex(warned.stdout, /^Warning: the backup holds .*, and there is room for .* more/m);
  t.is((await run(little, '--quota-warning-threshold=0')).code, 1);
  const unasked = JSON.parse((await run('--quota-disable', '--json')).stdout);
  t.like(unasked.quota, { total: null, free: null, assigned: null });
  const rehearsed = await run('--quota-size=1kb', '--dry-run');
  t.is(rehearsed.code, 1, 'nothing would be uploaded, and nothing was asked');
});
