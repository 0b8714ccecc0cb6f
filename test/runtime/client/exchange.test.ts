import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import test from 'ava';
import { openConnection } from '../../../runtime/client/exchange.ts';
import { findSocketOwner } from '../../../runtime/client/socket-owner.ts';
import { makeFolder, startServer } from '../run-program.ts';
import { useServerUtil } from '../server-util/use-server-util.ts';

/** The port of a listening server. */
function portOf(server: ReturnType<typeof createTcpServer>): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('a connection that the server has closed is not made again: who answers next has proved nothing', async (t) => {
  let connections = 0;
  const server = createServer((_, response) => response.setHeader('Connection', 'close').end('{}'));
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const connection = await openConnection(new URL(`http://127.0.0.1:${portOf(server)}`));
  t.is((await connection.send({ method: 'GET', target: '/' })).status, 200);
  await t.throwsAsync(connection.send({ method: 'GET', target: '/' }), { message: /closed the connection/ });
  t.is(connections, 1);
  connection.close();
});

test('what is no HTTP, and a server that says nothing, are errors and not waited for for long', async (t) => {
  for (const [answer, text] of [
    ['220 mail.example ESMTP\r\n', /Parse Error|HTTP/],
    [undefined, /abort|timeout/i],
  ] as const) {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      if (answer) socket.end(answer);
    }).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const connection = await openConnection(new URL(`http://127.0.0.1:${portOf(server)}`));
    t.teardown(() => connection.close());
    await t.throwsAsync(connection.send({ method: 'GET', target: '/health', patience: 300 }), { message: text });
  }
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'the owner of a connection within this machine is found, over IPv4, IPv6 and IPv4 mapped into it',
  async (t) => {
    for (const [listen, call] of [
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '[::1]'],
      ['::', '127.0.0.1'],
    ] as const) {
      const server = createServer((_, response) => response.end('{}')).listen(0, listen);
      t.teardown(() => server.close());
      await once(server, 'listening');
      const connection = await openConnection(new URL(`http://${call}:${portOf(server)}`));
      await connection.send({ method: 'GET', target: '/' });
      t.is(findSocketOwner(connection.other, connection.ours), process.getuid?.(), listen);
      connection.close();
    }
  },
);

test('owners are read from the tables of the kernel, and a connection that nobody has taken up has none', (t) => {
  const row = (uid: number, inode: number, state = '01') =>
    `   1: 0100007F:2008 0100007F:C350 ${state} 00000000:00000000 00:00000000 00000000 ${uid} 0 ${inode} 1 0 20 4 30 10 -1`;
  const find = (...rows: string[]) =>
    findSocketOwner({ address: '127.0.0.1', port: 8200 }, { address: '127.0.0.1', port: 50_000 }, (file) =>
      file.endsWith('tcp') ? ['  sl  local_address', ...rows, ''].join('\n') : undefined,
    );
  t.is(find(row(65_534, 77)), 65_534);
  t.is(find(row(0, 77)), 0);
  t.is(find(row(0, 0)), undefined); // still in the listener's queue
  t.is(find(row(0, 77, '0A')), undefined); // the listener itself
  t.is(find(), undefined);
  t.is(findSocketOwner({ address: '', port: 1 }, { address: '', port: 2 }), undefined); // closed meanwhile
});

test('a certificate is believed by its hash, and every other one is not', async (t) => {
  const { port } = await startServer(t, ['--configure-https', '--webservice-password=seven green bottles']);
  const own = ['--password=seven green bottles', `--hosturl=https://localhost:${port}`];
  const folder = `--server-datafolder=${await makeFolder(t)}/own`;
  const connection = await openConnection(new URL(`https://localhost:${port}`), (socket) => {
    const shown = socket.getPeerX509Certificate();
    hashes = [shown?.fingerprint ?? '', shown?.fingerprint256.replaceAll(':', '').toLowerCase() ?? ''];
    return undefined;
  });
  connection.close();
  const unknown = await useServerUtil('status', ...own, folder);
  t.is(unknown.exit, 2);
  t.regex(unknown.stderr, /no authority that this system trusts vouches for it/);
  for (const hash of [...hashes, '*']) {
    const { exit, stderr } = await useServerUtil('status', ...own, folder, `--host-cert=${hash}`);
    t.is(exit, 0, stderr);
  }
  const wrong = await useServerUtil('status', ...own, folder, `--host-cert=${'0'.repeat(40)}`);
  t.is(wrong.exit, 2);
  t.regex(wrong.stderr, /another hash than that of --host-cert/);
});

let hashes: string[] = [];
