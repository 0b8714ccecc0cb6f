import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Session, SMTPServer } from 'smtp-server';
import { DAY, makeAuthority, makeServerCertificate } from '../../../runtime/tls/certificate.ts';
import { makeFolder } from '../run-program.ts';

const authority = makeAuthority('mail', { hosts: ['localhost', 'mail.example'], addresses: [] }, Date.now());

function makeIdentity(host: string, now = Date.now()) {
  const names = { hosts: [host], addresses: [] };
  const { certificate, key } = makeServerCertificate(authority, createPrivateKey(authority.key), names, now);
  return { cert: certificate + authority.certificate, key };
}

/** A mail server as people run them, and what it was told. */
async function startMail(t: ExecutionContext, options: ConstructorParameters<typeof SMTPServer>[0]) {
  const heard: { user?: string; password?: string; encrypted: boolean; text: string; to: string[] }[] = [];
  const logins: { username: string; password: string; encrypted: boolean }[] = [];
  const server = new SMTPServer({
    ...options,
    authOptional: true,
    onAuth({ username, password }, session, callback) {
      logins.push({ username, password, encrypted: session.secure });
      callback(null, { user: username });
    },
    onData(stream, session: Session, callback) {
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      stream.on('end', () => {
        heard.push({ encrypted: session.secure, text, to: session.envelope.rcptTo.map(({ address }) => address) });
        callback();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { heard, logins, port: (server.server.address() as AddressInfo).port }; // it listens on a port
}

/** Sends a report from a process of its own: which authorities are trusted is read when a process starts. */
async function send(t: ExecutionContext, url: string, isTrusted = true): Promise<string> {
  const folder = await makeFolder(t);
  await writeFile(path.join(folder, 'ca.pem'), authority.certificate);
  const env = {
    PATH: process.env.PATH ?? '',
    ...(isTrusted ? { NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') } : {}),
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(import.meta.dirname, 'send-one.ts'), url], { env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

test('a report goes out with a login by TLS from the first byte and by STARTTLS, to a server whose certificate is good', async (t) => {
  const identity = makeIdentity('localhost');
  for (const [secure, url] of [
    [true, 'smtps://localhost:PORT'],
    [true, 'tls://localhost:PORT'],
    [false, 'smtp://localhost:PORT/?starttls=always'],
    [false, 'starttls://localhost:PORT'],
    [false, 'smtp://localhost:PORT'],
  ] as const) {
    const mail = await startMail(t, { secure, ...identity });
    t.is(await send(t, url.replace('PORT', String(mail.port))), 'sent\n', url);
    t.deepEqual(mail.logins, [{ username: 'me', password: 'canary-mail', encrypted: true }], url);
    t.like(mail.heard, [{ encrypted: true, to: ['me@example.com'] }], url);
    t.regex(mail.heard[0]?.text ?? '', /ExaminedFiles: 3/);
    t.notRegex(mail.heard[0]?.text ?? '', /canary/);
  }
});

for (const [what, identity, isTrusted, reason] of [
  ['of an authority that nobody trusts', makeIdentity('localhost'), false, /self-signed|issuer|verify/],
  ['for another name', makeIdentity('mail.example'), true, /does not match|altnames/],
  ['that has expired', makeIdentity('localhost', Date.now() - 100 * DAY), true, /expired/],
] as const) {
  test(`neither login nor report goes to a mail server with a certificate ${what}`, async (t) => {
    for (const [secure, url] of [
      [true, 'smtps://localhost:PORT'],
      [false, 'starttls://localhost:PORT'],
      [false, 'smtp://localhost:PORT'],
    ] as const) {
      const mail = await startMail(t, { secure, ...identity });
      const said = await send(t, url.replace('PORT', String(mail.port)), isTrusted);
      t.regex(said, /^failed: /, url);
      t.regex(said, reason, url);
      t.deepEqual([mail.logins, mail.heard], [[], []], url);
    }
  });
}

test('a mail server without STARTTLS, as somebody between would, gets nothing where encryption is asked for', async (t) => {
  const mail = await startMail(t, { disabledCommands: ['STARTTLS'], ...makeIdentity('localhost') });
  t.regex(await send(t, `starttls://localhost:${mail.port}`), /^failed: /);
  t.deepEqual([mail.logins, mail.heard], [[], []]);
});
