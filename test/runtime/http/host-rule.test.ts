import test from 'ava';
import { isAllowedHost } from '../../../runtime/http/host-rule.ts';

const none = new Set<string>();
const loopback = { loopbackOnly: true, allowed: none };
const any = { loopbackOnly: false, allowed: none };

/** Nobody is answered under these, wherever the server listens. */
const never = [
  '',
  ' ',
  'evil.test',
  'localhost.evil.test',
  '127.0.0.1.nip.io',
  'evil.test:8200',
  '127.1',
  '127.0.1',
  '127.0.0.1.',
  '127.0.0.01',
  '127.0.0.256',
  '0127.0.0.1',
  '0x7f.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '017700000001',
  '0',
  '0.0.0.0',
  '0.0.0.0:8200',
  '[::]',
  '[::]:8200',
  'localhost.',
  'localhost.:8200',
  'localhost.localdomain',
  'foo.localhost',
  'localhost:',
  'localhost:0',
  'localhost:08200',
  'localhost:65536',
  'localhost:99999',
  'localhost:8200:8200',
  'localhost:+1',
  'localhost:8200 ',
  ' localhost',
  'local host',
  'localhost,evil.test',
  'localhost\tx',
  'localhost/',
  'localhost?',
  'localhost#',
  'localhost\\',
  'user@localhost',
  'user:password@127.0.0.1:8200',
  '127.0.0.1@evil.test',
  'http://localhost',
  'http://127.0.0.1:8200/',
  '//localhost',
  '%6cocalhost',
  'ｌocalhost',
  'lоcalhost',
  '１２７.0.0.1',
  '127。0。0。1',
  '::1',
  '::1:8200',
  '[::1',
  '::1]',
  '[::1]8200',
  '[::1]:',
  '[::1]:0',
  '[::1]:65536',
  '[::1%lo]',
  '[::1%25lo]:8200',
  '[127.0.0.1]',
  '[localhost]',
  '[]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:127.0.0.1]:8200',
  '[0:0:0:0:0:ffff:7f00:1]',
  '[::1]@evil.test',
  '*',
  'a'.repeat(100_000),
];

test('names and forms that are neither localhost nor an IP literal are refused wherever it listens', (t) => {
  for (const value of never) {
    t.false(isAllowedHost(value, loopback), value);
    t.false(isAllowedHost(value, any), value);
  }
  t.true(never.length >= 60);
});

test('localhost and loopback literals are answered, with any port', (t) => {
  const good = [
    'localhost',
    'LocalHost:8200',
    '127.0.0.1',
    '127.0.0.1:8200',
    '127.255.3.4:1',
    '[::1]',
    '[::1]:65535',
    '[0:0:0:0:0:0:0:1]:80',
  ];
  for (const value of good) {
    t.true(isAllowedHost(value, loopback), value);
    t.true(isAllowedHost(value, any), value);
  }
});

test('other IP literals are answered only where other machines can reach it', (t) => {
  for (const value of ['192.168.1.5:8200', '10.0.0.1', '[2001:db8::1]:8200', '[FE80::1]', '8.8.8.8']) {
    t.false(isAllowedHost(value, loopback), value);
    t.true(isAllowedHost(value, any), value);
  }
});

test('a name that is allowed is answered in any case and with any port, its neighbours are not', (t) => {
  const rule = { loopbackOnly: true, allowed: new Set(['backup.example', '192.168.1.5', '2001:db8::1']) };
  for (const value of ['backup.example', 'BACKUP.example:8200', '192.168.1.5', '[2001:DB8::1]:1'])
    t.true(isAllowedHost(value, rule), value);
  for (const value of ['x.backup.example', 'backup.example.', 'backup.example@evil', 'ackup.example', '192.168.1.6']) {
    t.false(isAllowedHost(value, rule), value);
  }
});

test('a star allows every well-formed name, and still no ill-formed one', (t) => {
  const rule = { loopbackOnly: true, allowed: new Set(['*']) };
  for (const value of ['evil.test', '10.1.2.3:80', '[2001:db8::1]']) t.true(isAllowedHost(value, rule), value);
  for (const value of ['user@evil.test', '', 'http://evil.test', '[::1%lo]'])
    t.false(isAllowedHost(value, rule), value);
});
