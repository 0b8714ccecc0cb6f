import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'ava';
import { watchConnections } from '../../../runtime/server/connections.ts';
import { openConnection, request, sendRaw, statusOf } from './raw-request.ts';

test('when slow connections fill the server the oldest one goes, and a good client is answered', async (t) => {
  const server = createServer((_, response) => response.end('good'));
  const drop = watchConnections(server, 3);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address
  const slow = await Promise.all(['', 'GET', 'GET / HT'].map((bytes) => openConnection(port, bytes)));
  for (const socket of slow) socket.on('error', () => {}).resume();
  const gone = slow.map((socket) => once(socket, 'close'));
  t.is(statusOf(await sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'))), 200);
  await Promise.race(gone);
  t.is(slow.filter((socket) => socket.destroyed).length, 1);
  drop();
  await Promise.all(gone);
  server.close();
  await once(server, 'close');
});
