import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { fillTemplate, isAsked, writeJson } from '../../../runtime/reports/report.ts';
import { sendHttp } from '../../../runtime/reports/send-http.ts';
import { readServer, sendMail } from '../../../runtime/reports/send-mail.ts';
import { makeIdentity } from '../storage/servers/servers.ts';
import { makeReport, startMailServer, startWebServer } from './stand-ins.ts';

test('templates name the operation, the result and options; no secret comes out of one, and no file is read for one', (t) => {
  const report = makeReport({ 'send-mail-password': 'canary-mail' });
  const all =
    '%OPERATIONNAME% %PARSEDRESULT% %backup-name% %dblock-size% %nothing%[%passphrase%%send-mail-password%] %REMOTEURL% %LOCALPATH%';
  t.is(fillTemplate(all, report, 'send-mail'), 'Backup Success Home 5mb [] ssh://me@host/folder /home/:/etc/');
  t.is(fillTemplate('%RESULT%', report, 'send-mail'), 'ExaminedFiles: 3\nParsedResult: Success\n\nLog data:\none\ntwo');
  t.is(fillTemplate('a\r\nBcc: x %RESULT%', report, 'send-mail', true), 'a Bcc: x Success');
  const failed = makeReport({}, { result: undefined, level: 'Fatal', error: 'no way to canary-passphrase' });
  t.is(fillTemplate('%RESULT%', failed, 'send-mail'), 'Failed: no way to ***');
  t.is(fillTemplate('/etc/passwd', report, 'send-mail'), '/etc/passwd');
  t.like(JSON.parse(writeJson(report, 'send-mail')), {
    Data: { ExaminedFiles: 3, ParsedResult: 'Success' },
    Extra: { OperationName: 'Backup', 'backup-name': 'Home' },
    LogLines: ['one', 'two'],
    Exception: null,
  });
  t.notRegex(writeJson(report, 'send-mail'), /canary/);
});

test('a report goes out for the levels and operations that are asked for', (t) => {
  t.true(isAsked(makeReport({}), 'send-mail'));
  t.false(isAsked(makeReport({ 'send-mail-level': 'Warning, Error,Fatal' }), 'send-mail'));
  t.true(isAsked(makeReport({ 'send-mail-level': 'warning,fatal' }, { level: 'Fatal' }), 'send-mail'));
  const restore = makeReport({});
  const other = { ...restore, document: { ...restore.document, operation: 'Restore' as const } };
  t.false(isAsked(other, 'send-http'));
  const any = makeReport({ 'send-http-any-operation': 'true' });
  t.true(isAsked({ ...any, document: { ...any.document, operation: 'Restore' } }, 'send-http'));
});

test('a mail goes to its readers, with a login where one is given', async (t) => {
  const { heard, port } = await startMailServer(t);
  await sendMail(
    makeReport({
      'send-mail-url': `smtp://127.0.0.1:${port}`,
      'send-mail-to': 'Me <me@example.com>, "you@example.com"',
      'send-mail-username': 'me',
      'send-mail-password': 'canary-mail',
      'send-mail-subject': '%PARSEDRESULT%: %backup-name%',
    }),
  );
  const said = heard.join('\n');
  t.true(heard.includes(`AUTH PLAIN ${Buffer.from('\0me\0canary-mail').toString('base64')}`), said);
  t.deepEqual(
    heard.filter((line) => line.startsWith('RCPT')),
    ['RCPT TO:<me@example.com>', 'RCPT TO:<you@example.com>'],
  );
  t.true(heard.includes('MAIL FROM:<no-reply@example.com>'), said);
  t.regex(said, /^Subject: Success: Home$/m);
  t.regex(said, /^ExaminedFiles: 3$/m);
  t.notRegex(said, /canary/);
});

test('a password does not go to another machine unencrypted, and nothing is sent where encryption is asked for and there is none', async (t) => {
  t.like(readServer('smtp://mail.example', true), { port: 25, secure: false, startTls: 'always' });
  t.like(readServer('smtp://mail.example', false), { startTls: 'when-available' });
  t.like(readServer('smtp://mail.example:26/?starttls=never', true), { port: 26, startTls: 'never' });
  t.like(readServer('smtps://mail.example', true), { port: 465, secure: true });
  t.throws(() => readServer('file:///etc/passwd', true));
  const { heard, port } = await startMailServer(t);
  const report = makeReport({
    'send-mail-url': `smtp://127.0.0.1:${port}/?starttls=always`,
    'send-mail-to': 'me@example.com',
    'send-mail-username': 'me',
    'send-mail-password': 'canary-mail',
  });
  await t.throwsAsync(sendMail(report));
  t.false(
    heard.some((line) => /^(AUTH|MAIL|DATA)/.test(line)),
    heard.join('\n'),
  );
});

test('of several mail servers the next is asked when one does not take it; without readers nothing is sent', async (t) => {
  const [one, two] = [await startMailServer(t, { refuses: 'MAIL' }), await startMailServer(t)];
  const url = `smtp://127.0.0.1:${one.port};smtp://127.0.0.1:${two.port}`;
  await sendMail(makeReport({ 'send-mail-url': url, 'send-mail-to': 'me@example.com' }));
  t.true(two.heard.includes('DATA'));
  await sendMail(makeReport({ 'send-mail-url': url }));
  await t.throwsAsync(
    sendMail(makeReport({ 'send-mail-url': url.split(';')[0] ?? '', 'send-mail-to': 'me@example.com' })),
    { message: /554/ },
  );
  await t.throwsAsync(sendMail(makeReport({ 'send-mail-to': 'me@example.com' })), { message: /send-mail-url/ });
});

test('web addresses get a form or JSON, as their options say', async (t) => {
  const { heard, url } = await startWebServer(t);
  await sendHttp(
    makeReport({
      'send-http-url': url,
      'send-http-json-urls': `${url};${url}`,
      'send-http-message': '%OPERATIONNAME% & %PARSEDRESULT%',
      'send-http-message-parameter-name': 'text',
      'send-http-extra-parameters': 'chat=7',
    }),
  );
  const forms = heard.filter(({ type }) => type === 'application/x-www-form-urlencoded');
  t.deepEqual(
    forms.map(({ method, body }) => [method, body]),
    [['POST', 'text=Backup%20%26%20Success&chat=7']],
  );
  t.is(heard.filter(({ type }) => type === 'application/json').length, 2);
  t.notRegex(JSON.stringify(heard), /canary/);
});

test('a report is sent again as often as its options say, and goes nowhere else', async (t) => {
  const options = { 'send-http-retry-delay': '0', 'send-http-retries': '2' };
  const once = await startWebServer(t, [503, 200]);
  await sendHttp(makeReport({ ...options, 'send-http-url': once.url }));
  t.is(once.heard.length, 2);
  const never = await startWebServer(t, [302]);
  await t.throwsAsync(sendHttp(makeReport({ ...options, 'send-http-url': never.url })), {
    message: /^127\.0\.0\.1:\d+ did not take the report: it answered 302$/,
  });
  t.is(never.heard.length, 3);
  await t.throwsAsync(sendHttp(makeReport({ ...options, 'send-http-url': 'file:///etc/passwd' })));
});

test('a report goes over TLS to a server that is trusted, or whose certificate was named, and nothing of it to another', async (t) => {
  const identity = makeIdentity();
  const heard: string[] = [];
  const server = createServer({ cert: identity.certificate, key: identity.key }, async (request, response) => {
    for await (const part of request) heard.push(`${part}`);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo; // it listens on a port
  const send = (more: Record<string, string>) =>
    sendHttp(makeReport({ 'send-http-url': `https://127.0.0.1:${port}/x`, 'send-http-retries': '0', ...more }));
  await t.throwsAsync(send({}), { message: /not trusted/ });
  await t.throwsAsync(send({ 'send-http-accept-specified-ssl-hash': 'ab'.repeat(20) }), { message: /not trusted/ });
  await t.throwsAsync(send({ 'send-http-accept-specified-ssl-hash': 'what' }), { message: /is no SHA-1/ });
  t.deepEqual(heard, []);
  await send({ 'send-http-accept-specified-ssl-hash': identity.hash });
  await send({ 'send-http-accept-any-ssl-certificate': 'true' });
  t.is(heard.length, 2);
});
