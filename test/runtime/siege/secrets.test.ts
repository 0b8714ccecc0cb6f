import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeForm, openSocket } from '../api/open-server.ts';
import { memberOf } from '../api/replay.ts';
import { makeFolder, startProgram } from '../run-program.ts';
import { callServer, signIn } from './siege.ts';

/** Every secret that this run has is one of these; what is found anywhere has leaked. */
const CANARY = 'canary-7f3a';
const PASSWORD = `${CANARY}-password of the server`;
const ENVIRONMENT = {
  DUPLICATI__WEBSERVICE_PASSWORD: PASSWORD,
  DUPLICATI__SETTINGS_ENCRYPTION_KEY: `${CANARY}-settings-key`,
};
const SETTINGS = [
  'passphrase',
  'auth-password',
  'aws-secret-access-key',
  'send-mail-password',
  'zip-encryption-passphrase',
];

test('no secret is in an answer, an error, a log, an argument or a file', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const logFile = path.join(folder, 'server.log');
  const args = [
    '--webservice-port=0',
    `--server-datafolder=${folder}`,
    '--log-level=Profiling',
    `--log-file=${logFile}`,
  ];
  const started = startProgram('duplicati-server', args, ENVIRONMENT);
  t.teardown(() => started.child.kill('SIGKILL'));
  const [, port] = await started.says(/Listening on \S+?:(\d+)/);
  const server = callServer(Number(port));
  const leaks: string[] = [];
  const look = (where: string, text: string) => {
    if (text.includes(CANARY))
      leaks.push(`${where}: ${text.slice(Math.max(0, text.indexOf(CANARY) - 60), text.indexOf(CANARY) + 60)}`);
  };
  let answers = 0;
  const call = async (method: string, target: string, body?: unknown, token?: string) => {
    const answer = await server.call(method, target, body, token);
    answers += 1;
    look(`${method} ${target.replaceAll(CANARY, '…')} ${answer.status}`, JSON.stringify(answer.headers) + answer.text);
    return answer;
  };
  const { token } = await signIn(server, PASSWORD);
  const { socket, heard } = await openSocket(t, Number(port), `?token=${token}`);

  const form = makeForm('one', {
    TargetURL: `ssh://me:${CANARY}-in-url@host/folder?auth-password=${CANARY}-in-query&auth-username=me`,
    Settings: SETTINGS.map((Name) => ({ Name, Value: `${CANARY}-${Name}` })),
  });
  t.is((await call('POST', '/api/v1/backups', form, token)).status, 200);
  const options = Object.fromEntries(SETTINGS.map((name) => [`--${name}`, `${CANARY}-${name}`]));
  t.is((await call('PATCH', '/api/v1/serversettings', options, token)).status, 200);
  const string = { Name: 'kept', Description: '', BaseUrl: `s3://bucket?auth-password=${CANARY}-kept` };
  t.is((await call('POST', '/api/v2/connection-strings', string, token)).status, 200);

  // Every address that can be read, and calls that go wrong with a secret in them.
  const { body } = await call('GET', '/api/v1/openapi.json', undefined, token);
  const { paths } = body as { paths: Record<string, object> }; // an OpenAPI document
  for (const target of Object.keys(paths).map((one) => one.replace(/\{[a-z-]+\}/g, '1'))) {
    await call('GET', target, undefined, token);
    await call('POST', target, `{"Password": "${CANARY}`, token);
    await call('PUT', target, { Backup: `${CANARY}-of-a-wrong-kind` }, token);
    await call('GET', `${target}?password=${CANARY}-query`, undefined, `${CANARY}.${CANARY}.${CANARY}`);
  }
  const wrong = await call('POST', '/api/v1/auth/login', { Password: `${CANARY}-guess` });
  t.is(wrong.status, 401);
  const operation = await call('POST', '/api/v1/auth/issuetoken/export', undefined, token);
  const exported = await call(
    'GET',
    `/api/v1/backup/1/export?token=${memberOf(operation.body, 'Token')}&export-passwords=false`,
  );
  t.is(exported.status, 200);
  for (const name of [
    'serversetting/--passphrase',
    'logdata/poll?level=Profiling&id=0&pagesize=1000',
    'logdata/log',
    'notifications',
  ])
    await call('GET', `/api/v1/${name}`, undefined, token);
  t.true(answers > 300, `${answers}`);

  const shown = await call('GET', '/api/v1/serversettings', undefined, token);
  t.true(shown.text.includes('--passphrase'), 'the control: it is there, behind a mask');
  look('WebSocket', JSON.stringify(heard));
  socket.terminate();
  const pids = [
    started.child.pid,
    ...readFileSync(`/proc/${started.child.pid}/task/${started.child.pid}/children`, 'utf8').split(' '),
  ].filter(Boolean);
  for (const pid of pids) look(`arguments of ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => path.join(one.parentPath, one.name));
  for (const file of files()) look(file, readFileSync(file, 'latin1'));
  started.child.kill('SIGTERM');
  const { stdout, stderr } = await started.ended;
  look('standard output', stdout);
  look('standard error', stderr);
  for (const file of files()) look(`${file}, stopped`, readFileSync(file, 'latin1'));
  t.true(readFileSync(logFile, 'utf8').includes('wrong password'), 'the control: the log has what happened');
  t.deepEqual(leaks, []);
});
