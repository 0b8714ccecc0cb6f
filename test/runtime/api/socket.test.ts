import test from 'ava';
import { MOST_WAITING } from '../../../runtime/jobs/queue.ts';
import { request, sendRaw, statusOf } from '../http/raw-request.ts';
import { makeCountingJob } from '../jobs/counting-job.ts';
import { makeForm, openServer, openSocket } from './open-server.ts';
import { memberOf, readRecording } from './replay.ts';
import { compareShapes } from './shape.ts';

interface Line {
  from: 'client' | 'server' | 'close';
  message: Record<string, unknown> | string;
}
const recording = readRecording('websocket.jsonl') as Line[]; // written by the recorder
const sent = recording.flatMap(({ from, message }) => (from === 'client' ? [message] : []));
const received = recording.flatMap(({ from, message }) =>
  from === 'server' && typeof message === 'object' ? [message] : [],
);
const ofType = (type: string) => received.filter(({ Type }) => Type === type);

test('the recorded conversation goes the same way: replies word by word, messages by members and types', async (t) => {
  const jobs = [makeCountingJob()];
  const { port, token, call } = await openServer(t, () => jobs[0]!);
  const client = await openSocket(t, port, `?token=${token}`);
  for (const message of sent.slice(0, -1)) {
    client.say(message);
    const id = typeof message === 'object' ? message.Id : '';
    const reply = await client.hears(({ Type, Id }) => Type === 'reply' && Id === id);
    t.deepEqual(
      reply,
      ofType('reply').find(({ Id }) => Id === id),
    );
  }
  const { body } = await call('POST', 'v1/backups', makeForm('ws'));
  const id = memberOf(body, 'ID');
  await client.hears(({ Type, Data }) => Type === 'backuplist' && Array.isArray(Data) && Data.length === 1);
  const started = await call('POST', `v1/backup/${id}/run`);
  t.is(started.status, 200);
  await jobs[0]!.begun;
  jobs[0]!.step();
  await client.hears(({ Type }) => Type === 'progress');
  jobs[0]!.finish();
  await client.hears(({ Type }) => Type === 'taskcompleted');
  let from = client.heard.length;
  await call('PATCH', 'v1/serversettings', { 'max-upload-speed': '1MB' });
  await client.hears(({ Type }) => Type === 'serversettings', from);
  from = client.heard.length;
  await call('POST', 'v1/serverstate/pause');
  await client.hears(({ ProgramState }) => ProgramState === 'Paused', from);
  from = client.heard.length;
  await call('POST', 'v1/serverstate/resume');
  await client.hears(({ ProgramState }) => ProgramState === 'Running', from);
  client.say(sent.at(-1));
  t.deepEqual(
    await client.hears(({ Id }) => Id === '12'),
    ofType('reply').find(({ Id }) => Id === '12'),
  );
  from = client.heard.length;
  await call('DELETE', `v1/backup/${id}?delete-local-db=true`);
  await client.hears(({ Type, Data }) => Type === 'backuplist' && Array.isArray(Data) && Data.length === 0, from);

  const types = new Set(client.heard.map(({ Type }) => Type));
  t.deepEqual([...types].sort(), [...new Set(received.map(({ Type }) => Type))].sort());
  for (const message of client.heard) {
    t.deepEqual(compareShapes(ofType(String(message.Type)), message), [], JSON.stringify(message));
  }
});

test('what a running job answers has the recorded members and types', async (t) => {
  const jobs = [makeCountingJob(), makeCountingJob()];
  let next = 0;
  const { call } = await openServer(t, () => jobs[next++] ?? makeCountingJob());
  const recorded = new Map(
    (readRecording('api.jsonl') as { n: number; body: unknown }[]).map(({ n, body }) => [n, body]), // the recorder's
  );
  const id = memberOf((await call('POST', 'v1/backups', makeForm('one'))).body, 'ID');
  const same = async (n: number, method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body);
    t.is(answer.status, 200, path);
    t.deepEqual(compareShapes([recorded.get(n)], answer.body), [], path);
    return answer.body;
  };
  const task = memberOf(await same(70, 'POST', `v1/backup/${id}/run`), 'ID');
  await jobs[0]!.begun;
  jobs[0]!.step();
  await same(93, 'GET', 'v1/progressstate');
  await same(72, 'GET', 'v1/serverstate');
  t.is(((await same(73, 'GET', 'v1/tasks')) as unknown[]).length, 1); // a list, as just compared
  t.is(memberOf(await same(74, 'GET', `v1/backup/${id}/isactive`), 'Active'), 'true');
  t.is(memberOf(await same(75, 'GET', `v1/task/${task}`), 'Status'), 'Running');
  t.is((await call('DELETE', `v1/backup/${id}`)).status, 409, 'a running backup is not deleted');
  for (const path of ['verify', 'compact', 'repair', 'vacuum', 'report-remote-size'])
    await same(126, 'POST', `v1/backup/${id}/${path}`);
  t.is((await call('POST', `v1/task/${task}/stop`)).status, 200);
  await jobs[1]!.begun;
  t.is(memberOf((await call('GET', `v1/task/${task}`)).body, 'Status'), 'Completed');
  t.is((await call('POST', `v1/task/${task}/abort`)).status, 200, 'what has ended is left alone');
});

test('a job that fails leaves a notification, which can be dismissed', async (t) => {
  const job = makeCountingJob();
  const { call } = await openServer(t, () => job);
  const id = memberOf((await call('POST', 'v1/backups', makeForm('one'))).body, 'ID');
  const task = memberOf((await call('POST', `v1/backup/${id}/run`)).body, 'ID');
  job.fail('the disk is full');
  await job.begun;
  await new Promise((resolve) => setImmediate(resolve));
  t.like((await call('GET', `v1/task/${task}`)).body, { Status: 'Failed', ErrorMessage: 'the disk is full' });
  const { body } = await call('GET', 'v1/notifications');
  const [notification] = body as { ID: number; Title: string }[]; // a list of them
  t.is(notification?.Title, 'Error while running one');
  t.like((await call('GET', 'v1/serverstate')).body, { HasError: true });
  t.is((await call('DELETE', `v1/notification/${notification?.ID}`)).status, 200);
  t.is((await call('GET', `v1/notification/${notification?.ID}`)).status, 404);
  t.like((await call('GET', 'v1/serverstate')).body, { HasError: false });
});

test('what somebody stopped is no error to be told of', async (t) => {
  const job = makeCountingJob();
  const { call, lines } = await openServer(t, () => job);
  const id = memberOf((await call('POST', 'v1/backups', makeForm('one'))).body, 'ID');
  const other = memberOf((await call('POST', 'v1/backups', makeForm('two'))).body, 'ID');
  const start = async (what: string) => memberOf((await call('POST', `v1/backup/${what}`)).body, 'ID');
  const running = await start(`${id}/run`);
  await job.begun;
  const [waiting, deleted] = [await start(`${id}/verify`), await start(`${other}/verify`)];
  await call('POST', `v1/task/${waiting}/stop`);
  await call('DELETE', `v1/backup/${other}`);
  await call('POST', `v1/task/${running}/abort`);
  for (const task of [waiting, deleted, running])
    t.like((await call('GET', `v1/task/${task}`)).body, { Status: 'Failed' }, `${task}`);
  t.deepEqual((await call('GET', 'v1/notifications')).body, []);
  t.like((await call('GET', 'v1/serverstate')).body, { HasError: false });
  t.is(lines.filter((line) => line.includes('was stopped')).length, 3);
});

test('a socket is opened by a token in the address or in the first message, and by nothing else', async (t) => {
  const { port, token, call } = await openServer(t);
  const socketToken = memberOf((await call('POST', 'v1/auth/status', {})).body, 'socketToken');
  const exportToken = memberOf((await call('POST', 'v1/auth/issuetoken/export')).body, 'Token');
  const first = await openSocket(t, port, `?token=${socketToken}`);
  await first.hears(({ Type }) => Type === 'legacystatus');
  t.is(await (await openSocket(t, port, `?token=${socketToken}`)).closes(), 4401, 'it works once');
  for (const bad of ['', 'nonsense', exportToken]) {
    t.is(await (await openSocket(t, port, `?token=${bad}`)).closes(), 4401);
    const asked = await openSocket(t, port, '');
    asked.say({ Version: 1, Token: bad });
    t.is(await asked.closes(), 4401);
  }
  const told = await openSocket(t, port, '');
  told.say({ version: 1, token });
  await told.hears(({ Type }) => Type === 'legacystatus');
  const quick = await openSocket(t, port, '');
  quick.say({ version: 1, token });
  quick.say({ Version: 1, Id: '7', Action: 'sub', Service: 'backuplist' });
  t.truthy(await quick.hears(({ Id }) => Id === '7'), 'what is said right behind the token is not lost');
  const early = await openSocket(t, port, '');
  early.say({ Version: 1, Id: '1', Action: 'sub', Service: 'backuplist' });
  t.is(await early.closes(), 4401);
  t.deepEqual(early.heard, []);
});

test('a socket ends with its session', async (t) => {
  const { port, token, call } = await openServer(t);
  const client = await openSocket(t, port, `?token=${token}`);
  client.say({ Id: 1, Action: 'sub', Service: 'serversettings' });
  await client.hears(({ Type }) => Type === 'serversettings');
  const { body } = await call('GET', 'v1/auth/sessions');
  const [session] = body as { ID: string }[]; // a list of them
  t.is((await call('DELETE', `v1/auth/session/${session?.ID}`)).status, 204);
  client.say({ Id: 2, Action: 'status' });
  t.is(await client.closes(), 4401);
  t.false(client.heard.some(({ Id }) => Id === '2'));
});

test('a socket passes the same gate as every request', async (t) => {
  const { port, token } = await openServer(t);
  const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const ask = async (target: string, ...headers: string[]) =>
    statusOf(
      await sendRaw(
        port,
        `GET ${target} HTTP/1.1\r\n${[...headers, ...upgrade, key].join('\r\n')}\r\n\r\n`,
        '127.0.0.1',
        1000,
      ),
    );
  const target = `/notifications?token=${token}`;
  t.is(await ask(target, 'Host: evil.test'), 403);
  t.is(await ask(target), 400);
  t.is(await ask(target, 'Host: localhost', 'Host: localhost'), 400);
  t.is(await ask(target, 'Host: localhost', 'Origin: https://evil.test'), 403);
  t.is(await ask(target, 'Host: localhost', 'Origin: null'), 403);
  t.is(await ask(target, 'Host: localhost', 'Sec-Fetch-Site: cross-site'), 403);
  t.is(await ask('/api/v1/systeminfo', 'Host: localhost'), 404);
  t.is(await ask('/health', 'Host: localhost'), 404);
  t.is(await ask(target, 'Host: localhost', `Origin: http://localhost`), 101);
  t.is(statusOf(await sendRaw(port, request(`POST ${target} HTTP/1.1`, 'Host: localhost', 'Content-Length: 0'))), 401);
  const other = await sendRaw(port, request('GET /health HTTP/1.1', 'Host: localhost', 'Upgrade: h2c'));
  t.is(statusOf(other), 200, 'another protocol is not taken up, and the request is answered');
});

test('what is too large, no message or too much ends a socket, not the server', async (t) => {
  const { port, token, call } = await openServer(t);
  const large = await openSocket(t, port, `?token=${token}`);
  large.say('x'.repeat(70_000));
  t.true((await large.closes()) >= 1000);
  const odd = await openSocket(t, port, `?token=${token}`);
  for (const message of [
    '[]',
    '3',
    '"x"',
    'null',
    '{"Action":{}}',
    '['.repeat(30_000),
    '{"__proto__":{"Action":"sub"}}',
  ])
    odd.say(message);
  odd.say({ Id: 'last', Action: 'ping' });
  await odd.hears(({ Id }) => Id === 'last');
  t.is((await call('GET', 'v1/serverstate')).status, 200);
});

test('of those who do not say who they are, the oldest make way', async (t) => {
  const { port, token } = await openServer(t);
  const silent = [];
  for (let count = 0; count < 22; count++) silent.push(await openSocket(t, port, ''));
  await silent[0]!.closes();
  await silent[1]!.closes();
  const known = await openSocket(t, port, `?token=${token}`);
  t.truthy(await known.hears(({ Type }) => Type === 'legacystatus'));
});

test('too many jobs are refused, not failed at', async (t) => {
  const { call } = await openServer(t, () => makeCountingJob());
  const id = memberOf((await call('POST', 'v1/backups', makeForm('one'))).body, 'ID');
  await call('POST', 'v1/serverstate/pause');
  const statuses = new Set<number>();
  for (let count = 0; count < MOST_WAITING + 2; count++)
    statuses.add((await call('POST', `v1/backup/${id}/verify`)).status);
  t.deepEqual([...statuses], [200, 503]);
  const other = memberOf((await call('POST', 'v1/backups', makeForm('other'))).body, 'ID');
  t.is((await call('DELETE', `v1/backup/${other}?delete-remote-files=true`)).status, 503);
  t.is((await call('GET', `v1/backup/${other}`)).status, 200);
});
