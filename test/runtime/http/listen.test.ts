import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { readInterface, readPorts } from '../../../runtime/http/listen.ts';

test('loopback is both addresses, of which IPv6 may be missing', (t) => {
  const { addresses, isLoopback } = readInterface('loopback');
  t.true(isLoopback);
  t.deepEqual(addresses, [
    { address: '127.0.0.1', optional: false },
    { address: '::1', optional: true },
  ]);
});

test('any, all and a star are every address', (t) => {
  for (const word of ['any', 'ALL', '*', ' any ']) {
    const { addresses, isLoopback } = readInterface(word);
    t.false(isLoopback);
    t.deepEqual(
      addresses.map(({ address }) => address),
      ['0.0.0.0', '::'],
    );
  }
});

test('an address is taken as it is, anything else is refused', (t) => {
  t.like(readInterface('192.168.1.5'), { isLoopback: false, addresses: [{ address: '192.168.1.5', optional: false }] });
  t.true(readInterface('127.0.0.2').isLoopback);
  t.true(readInterface('[::1]').isLoopback);
  for (const bad of ['', 'eth0', '127.1', '0x7f.1', 'evil.test', '1.2.3.4:80', '::1%lo/']) {
    t.throws(() => readInterface(bad), { instanceOf: UserError, message: /^--webservice-interface: / }, bad);
  }
});

test('ports are a list to be tried in order', (t) => {
  t.deepEqual(readPorts('8200'), [8200]);
  t.deepEqual(readPorts('8200, 8300;8400'), [8200, 8300, 8400]);
  for (const bad of ['', 'x', '-1', '65536', '80,', '0x50', '8200-8300', '1e3']) {
    t.throws(() => readPorts(bad), { instanceOf: UserError, message: /^--webservice-port: / }, bad);
  }
});
