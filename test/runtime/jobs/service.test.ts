import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { makeChildJobs } from '../../../runtime/jobs/child-job.ts';
import { makeForm, openServer, PASSWORD } from '../api/open-server.ts';
import { memberOf, send } from '../api/replay.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';
import { COUNTING, waitUntilGone } from './child.ts';

/** A service with a backup; restoring it is what the counting program takes its orders from. */
async function startService(t: ExecutionContext) {
  const folder = path.join(await makeFolder(t), 'data');
  const options = ['--webservice-port=0', `--server-datafolder=${folder}`, `--webservice-password=${PASSWORD}`];
  const service = spawn(process.execPath, [path.join(import.meta.dirname, 'service-program.ts'), ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => service.kill('SIGKILL'));
  let said = '';
  let port = 0;
  const listening = Promise.withResolvers<void>();
  service.stderr.on('data', (bytes: Buffer) => {
    said += bytes;
    port = Number(/Listening on \S+?:(\d+)/.exec(said)?.[1] ?? 0);
    if (port > 0) listening.resolve();
  });
  await listening.promise;
  const login = { method: 'POST', path: '/api/v1/auth/login', body: JSON.stringify({ Password: PASSWORD }) };
  const token = memberOf((await send(port, login)).body, 'AccessToken');
  const call = (method: string, target: string, body?: unknown) =>
    send(port, {
      method,
      path: `/api/v1/${target}`,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}` },
    });
  return { service, call, said: () => said };
}

for (const does of ['wait', 'ignore']) {
  test(`a service that is stopped tells its job, and takes it along: ${does}`, async (t) => {
    const { service, call } = await startService(t);
    const settings = [{ Name: 'test-does', Value: does }];
    await call('POST', 'backups', makeForm('one', { Settings: settings }));
    await call('POST', 'backup/1/run');
    const pid = await findJob(call);
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    t.deepEqual(await ended, [0, null]);
    await waitUntilGone(pid);
  });
}

/** The process of the running job, which it reports. */
async function findJob(call: (method: string, target: string) => Promise<{ body: unknown }>): Promise<number> {
  for (;;) {
    const pid = /"(?:waits|deaf) (\d+)"/.exec(JSON.stringify((await call('GET', 'progressstate')).body))?.[1];
    if (pid) return Number(pid);
    await wait(20);
  }
}

test('the API answers while a job floods its server, which would go on for ever', async (t) => {
  const { call } = await openServer(t, makeChildJobs(COUNTING, keepLog().log));
  const settings = [
    { Name: 'test-does', Value: 'flood' },
    { Name: 'test-steps', Value: '0' },
  ];
  await call('POST', 'v1/backups', makeForm('one', { Settings: settings }));
  const { body } = await call('POST', 'v1/backup/1/run');
  const task = memberOf(body, 'ID');
  const ask = async () => memberOf((await call('GET', `v1/task/${task}`)).body, 'Status');
  const count = async () => {
    const done = /"ProcessedFileCount":(\d+)/.exec((await call('GET', 'v1/progressstate')).text)?.[1];
    return Number(done ?? 0);
  };
  while ((await count()) === 0) await wait(5);
  const before = await count();
  while ((await count()) < before + 20_000) t.is(await ask(), 'Running', (await call('GET', `v1/task/${task}`)).text); // each was answered amid the flood
  await call('POST', `v1/task/${task}/abort`);
  while ((await ask()) === 'Running') await wait(5);
  t.is(await ask(), 'Failed');
});
