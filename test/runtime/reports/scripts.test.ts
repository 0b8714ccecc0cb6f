import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { JobControl } from '../../../runtime/jobs/job.ts';
import type { JobDocument } from '../../../runtime/jobs/job-document.ts';
import { reportJobs } from '../../../runtime/reports/reported-job.ts';
import { splitCommand } from '../../../runtime/reports/run-script.ts';
import { keepLog } from '../auth/open-auth.ts';
import { waitUntilGone } from '../jobs/child.ts';
import { makeFolder } from '../run-program.ts';
import { makeDocument, startWebServer } from './stand-ins.ts';

/** Runs a job with its scripts; `scripts` are bodies of shell scripts by option, which see their folder as $0's. */
async function runReported(
  t: ExecutionContext,
  scripts: Readonly<Record<string, string>>,
  {
    options = {},
    isAllowed = () => true,
    fails = '',
  }: { options?: Record<string, string>; isAllowed?: (naming: { name: string }) => boolean; fails?: string } = {},
) {
  const folder = await makeFolder(t);
  const all: Record<string, string> = { ...options };
  for (const [option, body] of Object.entries(scripts)) {
    all[option] = path.join(folder, option);
    await writeFile(all[option], `#!/bin/sh\ncd "$(dirname "$0")"\n${body}\n`, { mode: 0o755 });
  }
  const { log, lines } = keepLog();
  const ran: JobDocument[] = [];
  const remembered: Record<string, string>[] = [];
  const engine = reportJobs(
    (_, describe) => ({
      async run() {
        ran.push(describe());
        if (fails !== '') throw new Error(fails);
        return { level: 'Success', facts: { ExaminedFiles: 3 }, metadata: { Size: '1' }, lines: [] };
      },
    }),
    { log, allowed: { isAllowed }, remember: (_, metadata) => void remembered.push({ ...metadata }) },
  );
  const document = makeDocument(all);
  const control: JobControl = {
    task: 1,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
    report() {},
    watchPause() {},
  };
  const end = await engine(document, () => document)
    .run(control)
    .then(
      (result) => ({ result, error: undefined }),
      (error: Error) => ({ result: undefined, error: error.message }),
    );
  const read = (name: string) => readFile(path.join(folder, name), 'utf8').catch(() => undefined);
  return { ...end, ran, lines: lines.join(''), read, remembered };
}

for (const [code, goesOn, level] of [
  [0, true, 'Success'],
  [1, false, undefined],
  [2, true, 'Warning'],
  [3, false, undefined],
  [4, true, 'Error'],
  [5, false, 'failed'],
  [77, false, 'failed'],
] as const) {
  test(`a required script that ends with ${code} lets the job run or not`, async (t) => {
    const { ran, result, error } = await runReported(t, { 'run-script-before-required': `exit ${code}` });
    t.is(ran.length, goesOn ? 1 : 0);
    if (level === 'failed') t.regex(error ?? '', /run-script-before-required does not let it run: exit code/);
    else t.is(result?.level, level);
  });
}

test('scripts are told what Duplicati tells them, but no secret; what they print changes the job', async (t) => {
  const { ran, read, result } = await runReported(t, {
    'run-script-before':
      'env > before; echo "hello"; echo "--dblock-size=25mb"; echo \'--new-option="a b"\'; echo --run-script-after=/bin/false',
    'run-script-after': 'env > after; cp "$DUPLICATI__RESULTFILE" result',
  });
  const [before = '', after = ''] = [await read('before'), await read('after')];
  for (const line of [
    'EVENTNAME=BEFORE',
    'OPERATIONNAME=Backup',
    'REMOTEURL=ssh://me@host/folder',
    'LOCALPATH=/home/:/etc/',
    'dblock_size=5mb',
    'backup_name=Home',
  ])
    t.true(before.split('\n').includes(`DUPLICATI__${line}`), line);
  for (const line of ['EVENTNAME=AFTER', 'PARSED_RESULT=Success', 'dblock_size=25mb'])
    t.true(after.split('\n').includes(`DUPLICATI__${line}`), line);
  t.regex((await read('result')) ?? '', /^ExaminedFiles: 3$/m);
  t.notRegex(before + after, /canary|NODE_|AVA/);
  const options = Object.fromEntries((ran[0]?.options ?? []).map(({ name, value }) => [name, value]));
  t.like(options, { 'dblock-size': '25mb', 'new-option': 'a b', passphrase: 'canary-passphrase' });
  t.is(result?.level, 'Success');
});

test('a script whose time is over is gone with its children; only a required one stops the job', async (t) => {
  const script = 'sleep 600 & echo $! > child; echo $$ > own; wait';
  for (const [option, runs] of [
    ['run-script-before', 1],
    ['run-script-before-required', 0],
  ] as const) {
    const { ran, lines, read } = await runReported(
      t,
      { [option]: script },
      { options: { 'run-script-timeout': '1s' } },
    );
    t.is(ran.length, runs);
    t.regex(lines, /it took longer than 1 s/);
    for (const name of ['child', 'own']) await waitUntilGone(Number(await read(name)));
  }
});

test('what an administrator does not allow is not run; a required script then stops the job', async (t) => {
  const isAllowed = () => false;
  const one = await runReported(
    t,
    { 'run-script-before': 'touch ran', 'run-script-after': 'touch ran' },
    { isAllowed },
  );
  t.is(await one.read('ran'), undefined);
  t.is(one.ran.length, 1);
  t.regex(one.lines, /run-script-after: the administrator of this machine does not allow it/);
  const other = await runReported(t, { 'run-script-before-required': 'touch ran' }, { isAllowed });
  t.regex(other.error ?? '', /does not allow it/);
  t.is(other.ran.length, 0);
  const relative = await runReported(t, {}, { options: { 'run-script-before-required': 'true' } });
  t.regex(relative.error ?? '', /no absolute path/);
  const line = await runReported(t, {}, { options: { 'run-script-before-required': '/bin/true x; touch ran' } });
  t.regex(line.error ?? '', /ENOENT/, 'no shell reads it');
});

test('a job that failed is reported and remembered as failed, without its secrets', async (t) => {
  const { url, heard } = await startWebServer(t);
  const failed = await runReported(
    t,
    { 'run-script-after': 'cp "$DUPLICATI__RESULTFILE" result; echo $DUPLICATI__PARSED_RESULT > level' },
    { fails: 'the disk canary-passphrase is full', options: { 'send-http-json-urls': url } },
  );
  t.is(await failed.read('level'), 'Fatal\n');
  t.is(await failed.read('result'), 'Failed: the disk *** is full');
  t.like(failed.remembered, [{ LastErrorMessage: 'the disk *** is full' }]);
  t.is(failed.remembered.length, 1);
  const good = await runReported(t, {});
  t.like(good.remembered, [{ Size: '1' }]);
  while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  t.like(JSON.parse(heard[0]?.body ?? ''), { Data: { ParsedResult: 'Fatal' }, Exception: 'the disk *** is full' });
});

test('quotes hold words of a command line together', (t) => {
  t.deepEqual(splitCommand(`"/a b/c.sh" 'x y' z --q="1 2"`), ['/a b/c.sh', 'x y', 'z', '--q=1 2']);
});

test('a job that names a program which no administrator allows does not run, whatever was stored before', async (t) => {
  const options = { 'gpg-program-path': '/tmp/gpg', 'remote-sync': 's3://x?%72clone-option=canary-option' };
  const refused = await runReported(t, {}, { options, isAllowed: () => false });
  t.regex(refused.error ?? '', /names a program to run \(gpg-program-path, rclone-option\), and no administrator/);
  t.notRegex(refused.error ?? '', /canary/);
  t.is(refused.ran.length, 0);
  t.is((await runReported(t, {}, { options, isAllowed: ({ name }) => !name.startsWith('run-') })).ran.length, 1);
});

test('a run that ended well is remembered as a success; one that failed or was not begun is not', async (t) => {
  const succeeded = async (...given: Parameters<typeof runReported> extends [unknown, ...infer Rest] ? Rest : never) =>
    (await runReported(t, ...given)).remembered.some(({ LastSuccessfulRun }) => LastSuccessfulRun !== undefined);
  t.true(await succeeded({}));
  t.true(await succeeded({ 'run-script-before-required': 'exit 2' }));
  t.false(await succeeded({}, { fails: 'no room' }));
  t.false(await succeeded({ 'run-script-before-required': 'exit 1' }));
});
