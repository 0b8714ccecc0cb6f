import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { openLog } from '../../../runtime/log/log.ts';
import { digestFiles, readGivenIdentity } from '../../../runtime/tls/given-certificate.ts';
import { makeContext, readCertificate } from '../../../runtime/tls/identity.ts';
import { makeFolder } from '../run-program.ts';
import { runOpenssl } from './run-openssl.ts';

async function prepare(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const run = (line: string) => runOpenssl(folder, line);
  const from = 'pkcs12 -export -in cert.pem -inkey key.pem -passout pass:pw';
  await run(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost',
  );
  await run('genpkey -algorithm RSA -out other.pem');
  await run('pkey -in key.pem -aes256 -passout pass:pw -out locked.pem');
  await run(`${from} -out modern.pfx`);
  await run(`${from} -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -out old.pfx`);
  await run(`${from} -legacy -out rc2.pfx`);
  await run('pkcs12 -export -nokeys -in cert.pem -passout pass:pw -out keyless.pfx');
  const [certificate, key] = await Promise.all(
    ['cert.pem', 'key.pem'].map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  await writeFile(path.join(folder, 'both.pem'), `${key}${certificate}`, { mode: 0o600 });
  await writeFile(path.join(folder, 'junk'), Buffer.alloc(300, 7));
  await writeFile(path.join(folder, 'torn.pem'), `${certificate!.slice(0, 300)}\n-----END CERTIFICATE-----\n${key}`);
}

test('every form of a certificate is taken, and what is wrong with one is said without its password', async (t) => {
  const folder = await makeFolder(t);
  await prepare(folder);
  const said: string[] = [];
  const log = openLog('Verbose', { journal: false, write: (line) => void said.push(line) });
  const read = (certificate: string, password = '', key?: string, now?: number) =>
    readGivenIdentity(
      { certificate: path.join(folder, certificate), password, ...(key ? { key: path.join(folder, key) } : {}) },
      log,
      now,
    );
  const good = [read('modern.pfx', 'pw'), read('old.pfx', 'pw'), read('both.pem'), read('cert.pem', '', 'key.pem')];
  for (const identity of await Promise.all([...good, read('cert.pem', 'pw', 'locked.pem')])) {
    t.is((await readCertificate(makeContext(identity))).subject, 'CN=localhost');
  }
  const bad: [Promise<unknown>, RegExp][] = [
    [read('modern.pfx', 'secret-no'), /the password \(--webservice-sslcertificatepassword\) is wrong/],
    [read('modern.pfx'), /is encrypted; give its password/],
    [read('rc2.pfx', 'pw'), /old way .* export it again with AES/],
    [read('keyless.pfx', 'pw'), /holds no private key/],
    [read('modern.pfx', 'pw', 'key.pem'), /a PFX holds its key/],
    [read('cert.pem'), /holds no private key; name the file/],
    [read('key.pem'), /holds no certificate/],
    [read('cert.pem', '', 'other.pem'), /does not belong to the certificate/],
    [read('cert.pem', 'secret-no', 'locked.pem'), /is wrong/],
    [read('cert.pem', '', 'locked.pem'), /is encrypted; give its password/],
    [read('junk'), /neither a PFX nor a PEM/],
    [read('torn.pem'), /cannot be read/],
    [read('missing.pfx'), /missing.pfx cannot be read/],
    [read('.'), /not a file of at most/],
    [read('both.pem', '', undefined, Date.now() + 4e9), /expired on/],
  ];
  for (const [thrown, message] of bad) {
    const error = await t.throwsAsync(thrown, { instanceOf: UserError, message });
    t.notRegex(error?.message ?? '', /secret-no/);
  }
});

test('a key that everybody can read is warned about, and a changed file or password is noticed', async (t) => {
  const folder = await makeFolder(t);
  await prepare(folder);
  const said: string[] = [];
  const log = openLog('Verbose', { journal: false, write: (line) => void said.push(line) });
  const files = { certificate: path.join(folder, 'both.pem'), password: '' };
  await readGivenIdentity(files, log);
  t.deepEqual(said, []);
  await chmod(files.certificate, 0o644);
  await readGivenIdentity(files, log);
  t.regex(said.join(), /every user of this machine can read .*both\.pem/);
  const before = digestFiles(files);
  t.is(digestFiles(files), before);
  t.not(digestFiles({ ...files, password: 'x' }), before);
  await writeFile(files.certificate, 'other');
  t.not(digestFiles(files), before);
});
