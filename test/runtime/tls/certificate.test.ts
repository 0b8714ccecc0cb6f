import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { DAY, makeAuthority, makeServerCertificate, type Names } from '../../../runtime/tls/certificate.ts';
import { addressBytes, findNames, networkBytes } from '../../../runtime/tls/names.ts';
import { makeFolder } from '../run-program.ts';
import { runOpenssl } from './run-openssl.ts';

const NAMES: Names = {
  hosts: ['localhost', 'nas.example'],
  addresses: ['127.0.0.1', '::1', '192.0.2.7', '2001:db8::7'],
};
const now = Date.now();

test('openssl accepts what the authority signs for its names, strictly, and as a server alone', async (t) => {
  const folder = await makeFolder(t);
  const authority = makeAuthority('box', NAMES, now);
  const own = makeServerCertificate(authority, createPrivateKey(authority.key), NAMES, now);
  await writeFile(path.join(folder, 'ca.pem'), authority.certificate);
  await writeFile(path.join(folder, 'own.pem'), own.certificate);
  const verify = (line: string) => runOpenssl(folder, `verify -x509_strict -CAfile ca.pem ${line} own.pem`);
  for (const host of NAMES.hosts) t.regex(await verify(`-purpose sslserver -verify_hostname ${host}`), /own.pem: OK/);
  for (const address of NAMES.addresses) t.regex(await verify(`-verify_ip ${address}`), /own.pem: OK/);
  t.regex(await verify('-verify_hostname other.example'), /[Hh]ostname mismatch/);
  t.notRegex(await verify('-purpose sslclient'), /own.pem: OK/);
  const text = await runOpenssl(folder, 'x509 -in ca.pem -noout -text');
  t.regex(text, /Name Constraints: critical/);
  t.regex(text, /CA:TRUE, pathlen:0/);
});

test('what its key signs for other names, addresses or as an authority is refused by the constraints', async (t) => {
  const folder = await makeFolder(t);
  const authority = makeAuthority('box', NAMES, now);
  const key = createPrivateKey(authority.key);
  await writeFile(path.join(folder, 'ca.pem'), authority.certificate);
  const foreign: Names[] = [
    { hosts: ['bank.example'], addresses: [] },
    { hosts: ['localhost', 'example'], addresses: [] },
    { hosts: ['xnas.example'], addresses: [] },
    { hosts: [], addresses: ['192.0.2.8'] },
    { hosts: [], addresses: ['2001:db8::8'] },
    { hosts: ['localhost'], addresses: ['8.8.8.8'] },
  ];
  for (const names of foreign) {
    await writeFile(path.join(folder, 'other.pem'), makeServerCertificate(authority, key, names, now).certificate);
    t.regex(await runOpenssl(folder, 'verify -CAfile ca.pem other.pem'), /permitted subtree violation/, names.hosts[0]);
  }
  const lesser = makeAuthority('box', NAMES, now);
  const below = makeServerCertificate({ ...lesser, name: authority.name }, key, NAMES, now);
  t.false(new X509Certificate(below.certificate).ca);
});

test('a server certificate lasts 90 days and never longer than its authority', (t) => {
  const authority = makeAuthority('box', NAMES, now);
  const key = createPrivateKey(authority.key);
  const end = (at: number) =>
    Date.parse(new X509Certificate(makeServerCertificate(authority, key, NAMES, at).certificate).validTo);
  t.is(Math.round((end(now) - now) / DAY), 90);
  t.is(end(now + 3600 * DAY), Date.parse(new X509Certificate(authority.certificate).validTo));
});

test('dates from 2050 on and long names can be read again', (t) => {
  const authority = makeAuthority(
    'x'.repeat(60),
    { hosts: [`${'a'.repeat(60)}.example`], addresses: [] },
    Date.UTC(2045, 0),
  );
  t.is(new Date(new X509Certificate(authority.certificate).validTo).getUTCFullYear(), 2055);
});

test('addresses become bytes', (t) => {
  t.is(addressBytes('192.0.2.7').toString('hex'), 'c0000207');
  t.is(addressBytes('::1').toString('hex'), `${'0'.repeat(31)}1`);
  t.is(addressBytes('2001:DB8::7').toString('hex'), '20010db8000000000000000000000007');
  t.is(addressBytes('::ffff:1.2.3.4').toString('hex'), '00000000000000000000ffff01020304');
  t.is(networkBytes('127.0.0.0', 8).toString('hex'), '7f000000ff000000');
});

test('the names of a machine leave out what is no name and what only its own link knows', (t) => {
  const address = (text: string) => ({ address: text, netmask: '', mac: '', internal: false, cidr: null });
  const names = findNames(
    ['NAS.example', '10.0.0.9'],
    {
      lo: [{ ...address('127.0.0.1'), family: 'IPv4' }],
      eth: [
        { ...address('192.0.2.7'), family: 'IPv4' },
        { ...address('169.254.3.3'), family: 'IPv4' },
        { ...address('fe80::1'), family: 'IPv6', scopeid: 2 },
      ],
    },
    'under_score',
  );
  t.deepEqual(names, { hosts: ['localhost', 'nas.example'], addresses: ['127.0.0.1', '::1', '10.0.0.9', '192.0.2.7'] });
});
