import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { runProgram } from '../run-program.ts';
import { makeJobDocument, startChild, waitUntilGone } from './child.ts';

test('a job in a process of its own says how far it is, and what came of it', async (t) => {
  const { run, heard } = startChild({ steps: 5 });
  t.like(await run, { level: 'Success', facts: { count: 5 }, metadata: { LastBackupFileCount: '5' } });
  t.like(heard.at(-1), { overall: 1, files: { done: 5, all: 5 } });
});

test('asked to stop, it ends what it has begun and keeps it; the queue that pauses is passed on', async (t) => {
  const { run, reports, stop, pause } = startChild({ does: 'wait' });
  await reports('waits');
  pause(true);
  await reports('paused');
  pause(false);
  await reports('resumed');
  stop();
  t.like(await run, { facts: { count: 1, isStopped: true } });
});

test('killed, it is gone with all that it started', async (t) => {
  const { run, reports, kill, stop } = startChild({ does: 'leave' });
  const [left, deaf] = [await reports('left'), await reports('deaf')];
  stop();
  kill();
  await t.throwsAsync(run, { message: 'it was stopped at once' });
  await Promise.all([waitUntilGone(left), waitUntilGone(deaf)]);
  t.pass();
});

for (const [does, message] of [
  ['crash', /^it crashed with exit code 1; it said last: .*TypeError/s],
  ['grow', /^it ran out of memory/],
  ['exit', /^it ended without a result$/],
  ['garbage', /^it said what is no message of a job$/],
  ['long line', /^a line is longer than 1048576 bytes$/],
  ['linger', /^it did not end 0.05 s after it was done$/],
] as const) {
  test(`a job that does this has failed with a message that says so: ${does}`, async (t) => {
    await t.throwsAsync(startChild({ does }, { toEnd: 50 }).run, { message });
  });
}

test('a program that cannot be started is a failed job', async (t) => {
  const { run } = startChild({}, {}, { file: '/nowhere/program', args: [] });
  await t.throwsAsync(run, { message: /^it could not be started: .*ENOENT/ });
});

test('secrets are neither in arguments nor in the environment nor in what is said of a failure', async (t) => {
  const { run, lines } = startChild({ does: 'environment' });
  const other = startChild({ does: 'wait' });
  const pid = await other.reports('waits');
  for (const name of ['cmdline', 'environ']) t.notRegex(readFileSync(`/proc/${pid}/${name}`, 'latin1'), /canary/);
  t.regex(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, ''), /^(\S+ ){16}19 /, 'nice');
  other.stop();
  await Promise.all([run, other.run]);
  t.notRegex(lines.join(''), /canary|NODE_|AVA/);
  await t.throwsAsync(startChild({ does: 'fail' }).run, {
    message: 'no entry at ssh://me:***@host/folder?auth-password=***',
  });
});

test('when the server is killed, its job is gone, however busy it was', async (t) => {
  const script = path.join(import.meta.dirname, 'server-program.ts');
  for (const does of ['wait', 'spin']) {
    const server = spawn(process.execPath, [script, does], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = await once(server.stdout, 'data');
    server.kill('SIGKILL');
    await waitUntilGone(Number(said));
    t.true(Number(said) > 1);
  }
});

test('ten thousand reports of progress are a few for the server, and log lines are counted', async (t) => {
  const { run, heard, lines } = startChild({ does: 'flood', steps: 10_000 }, { betweenProgress: 100 });
  await run;
  t.is(heard.at(-1)?.files.done, 9999, 'the last one is not lost');
  t.true(heard.length < 1000, `${heard.length}`);
  t.regex(lines.at(-1) ?? '', /task 7: \d+ lines of its log were left out/);
});

test('the server has the program of its jobs; it does nothing for those who start it, and says what it cannot do', async (t) => {
  const { code, stderr } = await runProgram('duplicati-server', ['run-job']);
  t.not(code, 0, stderr);
  const program = path.join(import.meta.dirname, '../../../runtime/programs/duplicati-server.ts');
  const { run } = startChild({}, {}, { file: process.execPath, args: [program, 'run-job'] });
  const failure = await t.throwsAsync(run);
  t.regex(failure!.message, /a file stands where a folder has to be/);
  t.notRegex(failure!.message, /canary/);
  t.is(makeJobDocument({}).operation, 'Backup');
});
