import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import test from 'ava';
import { watchConnections } from '../../../runtime/http/connections.ts';
import { openConnection, request, sendRaw, statusOf, untilClosed } from './raw-request.ts';

const LARGE = Buffer.alloc(32 << 20);

test('when slow connections fill the server the oldest one goes, and a good client is answered', async (t) => {
  const server = createServer((_, response) => response.end('good'));
  const drop = watchConnections(server, 3);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address
  const slow = await Promise.all(['', 'GET', 'GET / HT'].map((bytes) => openConnection(port, bytes)));
  const gone = slow.map(untilClosed);
  t.is(statusOf(await sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'))), 200);
  await Promise.race(gone);
  t.is(slow.filter((socket) => socket.destroyed).length, 1);
  drop();
  await Promise.all(gone);
  server.close();
  await once(server, 'close');
});

test('a client whose request is being answered stays, however old it is', async (t) => {
  const waiting: (() => void)[] = [];
  const server = createServer((_, response) => void waiting.push(() => response.end('answered')));
  const drop = watchConnections(server, 2);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address
  const asked = once(server, 'request');
  const answer = sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'));
  await asked;
  const slow: Socket[] = [];
  for (let i = 0; i < 2; i++) slow.push(await openConnection(port, 'GET'));
  await untilClosed(slow[0]!);
  for (const release of waiting) release();
  t.regex(await answer, /answered$/);
  drop();
  server.close();
});

test('a body that does not come makes way too', async (t) => {
  const server = createServer(async (request, response) => {
    const isWhole = await request.toArray().then(
      () => true,
      () => false, // closed
    );
    if (isWhole) response.end('good');
  });
  const drop = watchConnections(server, 3);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address
  const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{';
  const slow: Socket[] = [];
  for (let i = 0; i < 3; i++) {
    const asked = once(server, 'request');
    slow.push(await openConnection(port, head));
    await asked;
  }
  t.is(statusOf(await sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'))), 200);
  await untilClosed(slow[0]!);
  t.is(slow.filter((socket) => socket.destroyed).length, 1);
  drop();
  server.close();
});

test('who does not take an answer makes way too', async (t) => {
  const server = createServer((request, response) => response.end(request.url === '/large' ? LARGE : 'good'));
  const drop = watchConnections(server, 3);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number }; // a TCP server's address
  const slow: Socket[] = [];
  for (let i = 0; i < 3; i++) {
    const asked = once(server, 'request');
    const socket = await openConnection(port, 'GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    slow.push(socket.pause());
    await asked;
  }
  t.is(statusOf(await sendRaw(port, request('GET / HTTP/1.1', 'Host: localhost'))), 200);
  slow[0]!.resume();
  await untilClosed(slow[0]!);
  t.is(slow.filter((socket) => socket.destroyed).length, 1);
  drop();
  server.close();
});
