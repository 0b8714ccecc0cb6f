import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { type Authority, DAY, makeAuthority, makeServerCertificate } from '../../../runtime/tls/certificate.ts';
import { knowServer } from '../../../runtime/tls/known-server.ts';

const authority = makeAuthority('box', { hosts: ['localhost', 'nas.example'], addresses: [] }, Date.now());

function makeIdentity(now = Date.now(), by: Authority = authority) {
  const names = { hosts: ['nas.example'], addresses: [] };
  const { certificate, key } = makeServerCertificate(by, createPrivateKey(by.key), names, now);
  return { cert: certificate + by.certificate, key, own: certificate };
}

async function reach(t: ExecutionContext, shown: { cert: string; key: string }, known: string): Promise<string> {
  const server = createServer(shown, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo; // a TCP server's
  const socket = connect({ ...knowServer(known), port, host: '127.0.0.1' });
  try {
    await once(socket, 'secureConnect');
    return 'reached';
  } catch (thrown) {
    return String(thrown);
  } finally {
    socket.destroy();
  }
}

test('a server is known by its very certificate, whatever names it has, and by no other', async (t) => {
  const [one, two] = [makeIdentity(), makeIdentity()];
  t.is(await reach(t, one, one.own), 'reached');
  t.not(await reach(t, two, one.own), 'reached');
  t.not(await reach(t, one, two.own), 'reached');
});

test('what the key of the known certificate signs for others is not the server', async (t) => {
  t.regex(await reach(t, makeIdentity(), authority.certificate), /shows another certificate/);
});

test('an expired certificate is not taken although it is the known one', async (t) => {
  const old = makeIdentity(Date.now() - 100 * DAY);
  t.regex(await reach(t, old, old.own), /expired/i);
});
