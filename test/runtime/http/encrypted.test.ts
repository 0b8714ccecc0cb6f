import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { watchConnections } from '../../../runtime/http/connections.ts';
import { encryptConnections } from '../../../runtime/http/encrypted.ts';

async function serve(t: ExecutionContext, handshake: number, most?: number): Promise<number> {
  const server = createServer();
  const below = encryptConnections(server, () => createSecureContext(), handshake);
  const drop = watchConnections(server, most, below);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    drop();
    server.close();
  });
  return (server.address() as { port: number }).port; // a TCP server's address
}

async function ended(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  socket.resume();
  // `once` of Node would reject at an error too.
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

test('a handshake that does not end is ended, silent, half-sent or dripping', async (t) => {
  const port = await serve(t, 300);
  const sockets = ['', '\x16', '\x16\x03\x01\x02'].map((bytes) => {
    const socket = connect(port, '127.0.0.1');
    if (bytes) socket.write(Buffer.from(bytes, 'latin1'));
    return socket;
  });
  const dripping = connect(port, '127.0.0.1');
  // A record of 512 bytes, one at a time.
  dripping.write(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]));
  const timer = setInterval(() => dripping.writable && dripping.write(Buffer.from([3])), 20);
  t.teardown(() => clearInterval(timer));
  await t.notThrowsAsync(Promise.all([...sockets, dripping].map(ended)));
});

test('half-open handshakes make way for newcomers', async (t) => {
  const port = await serve(t, 60_000, 3);
  const first = connect(port, '127.0.0.1');
  first.write(Buffer.from([0x16, 3, 1]));
  await once(first, 'connect');
  const gone = ended(first);
  for (let i = 0; i < 3; i++) await once(connect(port, '127.0.0.1'), 'connect');
  await t.notThrowsAsync(gone);
});

test('bytes that are no handshake of TLS do not end the server', async (t) => {
  const port = await serve(t, 60_000);
  for (const bytes of ['\x16\x03\x01\x00\x05hello', '\x16\x00\x00', '\x80\x2e\x01', '\x00'.repeat(100), 'GET']) {
    const socket = connect(port, '127.0.0.1');
    socket.end(Buffer.from(bytes, 'latin1'));
    await ended(socket);
  }
  t.pass();
});
