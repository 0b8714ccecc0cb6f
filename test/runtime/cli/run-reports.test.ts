/** Scripts around a command line, and reports of how it went. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startMailServer, startWebServer } from '../reports/stand-ins.ts';
import { makeFolder, runProgram } from '../run-program.ts';

/** A folder with something to back up, and what runs a command of it. */
async function prepare(t: ExecutionContext) {
  const root = await makeFolder(t);
  const source = path.join(root, 'source');
  mkdirSync(source);
  writeFileSync(path.join(source, 'first'), 'text');
  const place = [`file://${root}/remote`, `--dbpath=${root}/db`, '--passphrase=canary-4711'];
  return {
    root,
    source,
    /** A shell script, called by its absolute path. */
    script(name: string, body: string) {
      const file = path.join(root, name);
      writeFileSync(file, `#!/bin/sh\ncd "$(dirname "$0")"\n${body}\n`, { mode: 0o755 });
      return file;
    },
    run: (command: string, args: string[], env: Record<string, string> = {}) =>
      runProgram('duplicati-cli', [command, ...place, ...args], { HOME: root, ...env }),
    read: (name: string) => readFileSync(path.join(root, name), 'utf8'),
    isMade: () => existsSync(path.join(root, 'remote')) && readdirSync(path.join(root, 'remote')).length > 0,
  };
}

for (const [exit, code, isRun] of [
  [0, 0, true],
  [1, 0, false],
  [2, 2, true],
  [3, 2, false],
  [4, 3, true],
  [5, 100, false],
  [99, 100, false],
] as const) {
  test(`a required script that ends with ${exit} lets the command run or not, and says how it ended`, async (t) => {
    const { source, script, run, isMade } = await prepare(t);
    const file = script('required', `echo LOG:INFO quiet; exit ${exit}`);
    const ended = await run('backup', [source, `--run-script-before-required=${file}`]);
    t.is(ended.code, code, ended.stderr);
    t.is(isMade(), isRun);
    if (code === 100) t.regex(ended.stderr, /^ErrorID: ScriptStoppedOperation$/m);
    t.notRegex(ended.stderr, /quiet/);
  });
}

test('a script before changes options, one after is told the result, and neither is told a secret', async (t) => {
  const { root, source, script, run, read } = await prepare(t);
  mkdirSync(path.join(root, 'other'));
  writeFileSync(path.join(root, 'other', 'second'), 'text');
  const before = script(
    'before',
    `env > env-before; echo "--localpath=${root}/other"; echo --zip-compression-level=0; echo "LOG:WARN told by $1"; echo --run-script-after=/bin/false`,
  );
  const after = script('after', 'env > env-after; cp "$DUPLICATI__RESULTFILE" result');
  const log = `--log-file=${root}/log`;
  const ended = await run(
    'backup',
    [
      source,
      `--run-script-before=${before} "a name"`,
      '--run-script-with-arguments',
      `--run-script-after=${after}`,
      '--run-script-timeout=1m',
      '--run-script-result-output-format=Json',
      '--run-script-log-level=Information',
      '--run-script-log-filter=-*-BackendEvent',
      log,
    ],
    { PASSPHRASE: 'canary-0815', OWN_VARIABLE: 'kept', DUPLICATI__SEND_MAIL_PASSWORD: 'canary-mail' },
  );
  t.is(ended.code, 2, ended.stderr);
  t.regex(ended.stderr, /^ {2}Warning: run-script-before: told by a name$/m);
  for (const line of [
    'EVENTNAME=BEFORE',
    'OPERATIONNAME=Backup',
    `LOCALPATH=${source}`,
    `REMOTEURL=file://${root}/remote`,
  ])
    t.true(read('env-before').split('\n').includes(`DUPLICATI__${line}`), line);
  for (const line of [
    'DUPLICATI__EVENTNAME=AFTER',
    'DUPLICATI__PARSED_RESULT=Success',
    'OWN_VARIABLE=kept',
    `DUPLICATI__LOCALPATH=${root}/other`,
  ])
    t.true(read('env-after').split('\n').includes(line), line);
  const { Data, LogLines } = JSON.parse(read('result'));
  t.like(Data, { AddedFiles: 1, ParsedResult: 'Success', MainOperation: 'Backup' });
  t.true(LogLines.some((line: string) => /-Result\]: 1 files added/.test(line)));
  t.false(LogLines.some((line: string) => /BackendEvent/.test(line)));
  t.notRegex(read('env-before') + read('env-after') + read('result') + read('log'), /canary/);
  const listed = await run('list', ['--version=0']);
  t.regex(listed.stdout, /other\/second/);
  t.notRegex(listed.stdout, /source\/first/);
});

test('a script that takes too long is ended, and one that is told after a failure knows it', async (t) => {
  const { root, source, script, run, read } = await prepare(t);
  const slow = script('slow', 'sleep 600');
  const ended = await run('backup', [source, `--run-script-before=${slow}`, '--run-script-timeout=1s']);
  t.is(ended.code, 2);
  t.regex(ended.stderr, /Warning: run-script-before: it took longer than 1 s/);
  const after = script('after', 'echo $DUPLICATI__PARSED_RESULT $DUPLICATI__OPERATIONNAME > level');
  const failed = await run('restore', [
    '--passphrase=wrong',
    '--no-local-db',
    `--run-script-after=${after}`,
    `--restore-path=${root}/out`,
  ]);
  t.is(failed.code, 100);
  t.regex(failed.stderr, /^ErrorID: WrongPassphrase$/m);
  t.is(read('level'), 'Fatal Restore\n');
});

test('the result goes to web addresses, with its messages; one that takes nothing is a warning', async (t) => {
  const { root, source, run } = await prepare(t);
  const { url, heard } = await startWebServer(t);
  const to = [`--send-http-json-urls=${url}`, '--backup-name=Mine', '--backup-id=7', '--machine-name=Here'];
  t.is((await run('backup', [source, `${root}/missing`, ...to])).code, 2);
  const { Data, Extra, LogLines } = JSON.parse(heard[0]!.body);
  t.like(Data, { AddedFiles: 1, ParsedResult: 'Warning' });
  t.like(Extra, { OperationName: 'Backup', 'backup-name': 'Mine', 'backup-id': '7', 'machine-name': 'Here' });
  t.is(LogLines.length, 1);
  t.regex(LogLines[0], /\[Warning-Duplicati\.Cli-PathNotFound\]: .*missing/);
  t.is((await run('list', to)).code, 0);
  t.is((await run('backup', [source, '--send-http-level=Error,Fatal', ...to])).code, 1);
  t.is(heard.length, 1);
  const form = [
    `--send-http-url=${url}`,
    '--send-http-any-operation',
    '--send-http-verb=put',
    '--send-http-extra-parameters=a=1',
  ];
  const text = [
    '--send-http-message=%OPERATIONNAME% of %machine-id%, next %next-scheduled-run%: %PARSEDRESULT% %passphrase%',
  ];
  const more = ['--machine-id=M', '--next-scheduled-run=soon', '--send-http-message-parameter-name=text'];
  t.is((await run('list', [...form, ...text, ...more])).code, 0);
  t.is(heard[1]!.method, 'PUT');
  t.is(heard[1]!.body, `text=${encodeURIComponent('List of M, next soon: Success ')}&a=1`);
  const kept = [
    '--send-http-log-level=Information',
    '--send-http-log-filter=+*-BackendEvent;-*',
    '--send-http-max-log-lines=1',
  ];
  t.is(
    (await run('list', ['--no-local-db', `--send-http-form-urls=${url}`, '--send-http-any-operation', ...kept])).code,
    0,
  );
  t.regex(decodeURIComponent(heard[2]!.body), /BackendEvent\]: [^\n]*\n\.\.\. and \d+ more$/);
  const nobody = ['--send-http-url=http://127.0.0.1:1/', '--send-http-retries=1', '--send-http-retry-delay=1s'];
  const refused = await run('list', [...nobody, '--send-http-any-operation']);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /Warning: the report by HTTP was not sent: 127\.0\.0\.1:1 did not take the report/);
  t.notRegex(JSON.stringify(heard), /canary/);
});

test('the result goes out by mail, with a password that a secret provider knows', async (t) => {
  const { source, run } = await prepare(t);
  const { heard, port } = await startMailServer(t);
  const mail = [
    '--send-mail-to=a@example.org',
    '--send-mail-from=b@example.org',
    `--send-mail-url=smtp://127.0.0.1:${port}/?starttls=never`,
    '--send-mail-username=me',
    '--send-mail-password=$MAIL',
    '--secret-provider=env://',
    '--send-mail-subject=%OPERATIONNAME% %PARSEDRESULT%',
    '--send-mail-body=Of %backup-name%: %RESULT%',
    '--send-mail-level=Success',
    '--send-mail-log-level=Information',
    '--send-mail-log-filter=-*-BackendEvent',
    '--send-mail-max-log-lines=50',
    '--send-mail-result-output-format=Duplicati',
  ];
  t.is((await run('backup', [source, ...mail], { MAIL: 'canary-mail' })).code, 0);
  const said = heard.join('\n');
  t.true(heard.includes(`AUTH PLAIN ${Buffer.from('\0me\0canary-mail').toString('base64')}`), said);
  t.regex(said, /^Subject: Backup Success$/m);
  t.regex(said, /^Of duplicati-cli: ExaminedFiles: 1$/m);
  t.regex(said, /-Result\]: 1 files added/);
  t.notRegex(said, /canary/);
  t.is((await run('list', mail.slice(0, -8), { MAIL: 'canary-mail' })).code, 0);
  t.is(heard.join('\n'), said, 'other commands are not reported');
  t.is((await run('list', [...mail, '--send-mail-any-operation'], { MAIL: 'canary-mail' })).code, 0);
  t.regex(heard.join('\n'), /^Subject: List Success$/m);
});

test('what could never run or be sent is refused before the command begins', async (t) => {
  const { source, run, isMade } = await prepare(t);
  for (const [option, why] of [
    ['--run-script-before=relative', /an absolute path/],
    ['--run-script-timeout=soon', /a span/],
    ['--send-http-url=ftp://me:canary@x/', /begin with http/],
    ['--send-http-level=Good', /Unknown, Success/],
    ['--send-http-max-log-lines=many', /whole number/],
    ['--send-http-retries=11', /from 0 to 10/],
    ['--send-mail-to=a@b.example', /--send-mail-url/],
    ['--send-http-result-output-format=Template', /Duplicati, Json/],
    ['--send-xmpp-to=a@b', /XMPP are not sent/],
    ['--send-mail-log-filter=-[(]', /--send-mail-log-filter/],
  ] as const) {
    const { code, stderr } = await run('backup', [source, option]);
    t.is(code, 200, option);
    t.regex(stderr, why);
    t.notRegex(stderr, /canary/);
  }
  t.false(isMade());
});

test('a mail is sent to try it, once, and why it was not taken is said', async (t) => {
  const { root, isMade } = await prepare(t);
  const { heard, port } = await startMailServer(t);
  const call = (...args: string[]) =>
    runProgram('duplicati-cli', ['send-mail', ...args], { HOME: root, DUPLICATI__SEND_MAIL_PASSWORD: 'canary-mail' });
  const mail = ['--send-mail-to=a@example.org', '--send-mail-any-operation', '--send-mail-username=me'];
  const sent = await call(...mail, `--send-mail-url=smtp://127.0.0.1:${port}/?starttls=never`);
  t.is(sent.code, 0, sent.stderr);
  t.is(sent.stdout, 'The mail to a@example.org is on its way\n');
  t.deepEqual(
    heard.filter((line) => /^(Subject|DATA|This is a test)/.test(line)),
    ['DATA', 'Subject: Duplicati SendMail report for duplicati-cli', 'This is a test: nothing was backed up.'],
  );
  const failed = await call(...mail, '--send-mail-url=smtp://127.0.0.1:1');
  t.is(failed.code, 100);
  t.regex(failed.stderr, /^ErrorID: SendMailFailed\nduplicati-cli: no mail server took the mail: .*ECONNREFUSED/m);
  t.notRegex(sent.stdout + failed.stderr, /canary/);
  t.is((await call()).code, 200);
  t.is((await call('file:///nowhere', ...mail)).code, 200);
  t.false(isMade());
});
