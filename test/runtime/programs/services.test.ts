import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeFolder, runProgram, startProgram, startServer } from '../run-program.ts';

test('duplicati-agent runs with nothing listening, says once that it waits, and stops with 0', async (t) => {
  for (const args of [['run'], []]) {
    const folder = path.join(await makeFolder(t), 'data');
    const agent = startProgram('duplicati-agent', args, { DUPLICATI_HOME: folder });
    t.teardown(() => agent.child.kill('SIGKILL'));
    await agent.says(/waiting for registration/);
    t.deepEqual(listeningSockets(agent.child.pid!), []);
    agent.child.kill('SIGTERM');
    const { code, stderr } = await agent.ended;
    t.is(code, 0);
    t.is(stderr.split('waiting for registration').length, 2);
  }
});

/** Lines of /proc/net for sockets that a process holds and that listen or could receive: tcp and udp of both families. */
function listeningSockets(pid: number): string[] {
  const own = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    if (inode) own.add(inode);
  }
  const tables = ['tcp', 'tcp6', 'udp', 'udp6'].map((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8'));
  return tables.flatMap((table) => table.split('\n')).filter((line) => own.has(line.trim().split(/\s+/)[9] ?? ''));
}

test('duplicati-agent register and clear say that they come later and fail', async (t) => {
  for (const verb of ['register', 'clear']) {
    const { code, stderr } = await runProgram('duplicati-agent', [verb, 'https://example.invalid/']);
    t.is(code, 1);
    t.regex(stderr, /comes with the connection to a Console in a later release/);
  }
  t.is((await runProgram('duplicati-agent', ['rnu'])).code, 2);
});

test('a service told of a wrong value ends with one line and code 2', async (t) => {
  const folder = `--server-datafolder=${await makeFolder(t)}`;
  for (const option of [
    '--webservice-interface=eth0',
    '--webservice-port=many',
    '--webservice-allowed-hostnames=http://x',
    '--log-level=Loud',
  ]) {
    const { code, stderr } = await runProgram('duplicati-server', [option, folder]);
    t.is(code, 2, option);
    t.regex(stderr, new RegExp(`^duplicati-server: ${option.split('=')[0]}: .*\n$`));
  }
});

test('duplicati hosts a server and prints its address', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const tray = startProgram('duplicati', ['--webservice-port=0', `--server-datafolder=${folder}`]);
  t.teardown(() => tray.child.kill('SIGKILL'));
  const [, port] = await tray.says(/Listening on 127\.0\.0\.1:(\d+)/);
  t.is((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
  tray.child.kill('SIGINT');
  const { code, stdout } = await tray.ended;
  t.is(code, 0);
  t.is(stdout, `Open in a browser: http://127.0.0.1:${port}/\n`);
});

test('duplicati attaches to a server that runs, and says when there is none', async (t) => {
  const { port } = await startServer(t);
  const attached = await runProgram('duplicati', ['--no-hosted-server', `--hosturl=http://127.0.0.1:${port}`]);
  t.deepEqual([attached.code, attached.stdout], [0, `Open in a browser: http://127.0.0.1:${port}/\n`]);
  const alone = await runProgram('duplicati', [
    '--no-hosted-server',
    '--hosturl=http://127.0.0.1:1',
    '--webservice-password=canary',
  ]);
  t.is(alone.code, 100);
  t.regex(alone.stderr, /^duplicati: no healthy server at http:\/\/127\.0\.0\.1:1\/: .*name another with --hosturl\n$/);
  t.false(alone.stderr.includes('canary'));
});
