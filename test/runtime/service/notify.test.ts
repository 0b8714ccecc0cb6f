import path from 'node:path';
import test from 'ava';
import type { Log } from '../../../runtime/log/log.ts';
import { openNotifier, pingPeriod } from '../../../runtime/service/notify.ts';
import { makeFolder, startProgram } from '../run-program.ts';
import { receiveDatagrams } from './datagrams.ts';

function collectLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  return { lines, error: say, warning: say, notice: say, information: say, verbose: say };
}

for (const program of ['duplicati-server', 'duplicati-agent']) {
  test(`${program} tells READY, WATCHDOG and STOPPING to the service manager`, async (t) => {
    const folder = await makeFolder(t);
    const socket = path.join(folder, 'notify');
    const manager = receiveDatagrams(t, socket);
    const args = program === 'duplicati-server' ? ['--webservice-port=0'] : ['run'];
    const service = startProgram(program, [...args, `--server-datafolder=${path.join(folder, 'data')}`], {
      NOTIFY_SOCKET: socket,
      WATCHDOG_USEC: '200000',
    });
    t.teardown(() => service.child.kill('SIGKILL'));
    t.regex(await manager.next(), /^READY=1\nSTATUS=(Listening on 127\.0\.0\.1:\d+|Waiting for registration)/);
    t.is(await manager.next(), 'WATCHDOG=1');
    t.is(await manager.next(), 'WATCHDOG=1');
    service.child.kill('SIGTERM');
    let last = await manager.next();
    while (last === 'WATCHDOG=1') last = await manager.next();
    t.is(last, 'STOPPING=1\nSTATUS=Stopping');
    t.is((await service.ended).code, 0);
  });
}

test('an abstract socket is reached, and the variables do not stay for children', async (t) => {
  const address = `@runtime-test-${process.pid}`;
  const manager = receiveDatagrams(t, address);
  const environment = { NOTIFY_SOCKET: address, WATCHDOG_USEC: '1', WATCHDOG_PID: '1', OTHER: 'kept' };
  const notifier = openNotifier(collectLog(), environment);
  t.deepEqual(environment, { OTHER: 'kept' } as never); // the three are gone
  notifier.ready('up');
  t.is(await manager.next(), 'READY=1\nSTATUS=up');
  notifier.status('busy');
  t.is(await manager.next(), 'STATUS=busy');
  notifier.stopping();
  t.is(await manager.next(), 'STOPPING=1\nSTATUS=Stopping');
});

test('without a service manager nothing is loaded', (t) => {
  const connect = () => t.fail() as never;
  const notifier = openNotifier(collectLog(), {}, connect);
  notifier.ready('up');
  notifier.stopping();
  t.pass();
});

test('when libc or the socket cannot be reached the log says so once and the service goes on', async (t) => {
  const log = collectLog();
  const broken = openNotifier(log, { NOTIFY_SOCKET: '/x' }, () => {
    throw new Error('koffi.node is not there');
  });
  broken.ready('up');
  broken.stopping();
  t.deepEqual(log.lines, ['the service manager will not hear from this service: koffi.node is not there']);

  for (const socket of [`${await makeFolder(t)}/nobody`, 'vsock:2:9999', `/${'x'.repeat(200)}`]) {
    const deaf = collectLog();
    const notifier = openNotifier(deaf, { NOTIFY_SOCKET: socket });
    notifier.ready('up');
    notifier.status('busy');
    t.is(deaf.lines.length, 1, socket);
    t.regex(deaf.lines[0]!, /^the service manager cannot be told READY=1: /);
  }
});

test('without its addon a service says so in the log and runs', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const env = { NOTIFY_SOCKET: '/run/nobody', DUPLICATI_NATIVE_FOLDER: '/nowhere' };
  const agent = startProgram('duplicati-agent', [`--server-datafolder=${folder}`], env);
  await agent.says(/Warning the service manager will not hear from this service: \/nowhere\/koffi\.node is not there/);
  await agent.says(/waiting for registration/);
  agent.child.kill('SIGTERM');
  t.is((await agent.ended).code, 0);
});

test('pings come at half of the interval, and only from the process they are expected of', (t) => {
  t.is(pingPeriod('90000000', undefined), 45_000);
  t.is(pingPeriod('90000000', '77', 77), 45_000);
  t.is(pingPeriod('90000000', '77', 78), undefined);
  t.is(pingPeriod('1', undefined), 1);
  for (const off of [undefined, '', '0', 'x', '-5', '1e9']) t.is(pingPeriod(off, undefined), undefined, String(off));
  t.is(pingPeriod('999999999999999', undefined), 2 ** 31 - 1);
});
