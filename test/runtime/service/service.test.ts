import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { lockFolder } from '../../../runtime/service/folder-lock.ts';
import { makeFolder, startProgram } from '../run-program.ts';

test('a second signal ends a service whose stop hangs', async (t) => {
  const service = path.join(import.meta.dirname, '../../../runtime/service/service.ts');
  const log = path.join(import.meta.dirname, '../../../runtime/log/log.ts');
  const source = `import { runService } from ${JSON.stringify(service)};
    import { openLog } from ${JSON.stringify(log)};
    const log = openLog('Error');
    const stop = () => new Promise(() => { setInterval(() => {}, 1000); console.log('stopping'); });
    await runService(log, [], () => { console.log('started'); return { status: '', stop }; });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  t.deepEqual(await once(child, 'exit'), [143, null]);
});

test('files of a service are readable by its account alone', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const agent = startProgram('duplicati-agent', ['run', `--server-datafolder=${folder}`]);
  await agent.says(/waiting for registration/);
  t.is(statSync(path.join(folder, 'lock')).mode & 0o777, 0o600);
  agent.child.kill('SIGINT');
  t.is((await agent.ended).code, 0);
});

test('a lock is given back', async (t) => {
  const folder = await makeFolder(t);
  const lock = lockFolder(folder);
  t.throws(() => lockFolder(folder), { instanceOf: UserError, message: /in use by another server or agent/ });
  lock.release();
  lockFolder(folder).release();
});

test('a folder that cannot hold a lock is an error that says so', (t) => {
  t.throws(() => lockFolder('/proc/self'), { message: /cannot/ });
});
