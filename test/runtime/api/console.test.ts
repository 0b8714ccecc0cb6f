import test from 'ava';
import { folderStatusRoutes } from '../../../runtime/api/folder-status-routes.ts';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { readForm } from '../../../runtime/backups/configuration.ts';
import type { Call } from '../../../runtime/http/route.ts';
import { openQueue } from '../../../runtime/jobs/queue.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { makeForm, openServer, openSocket } from './open-server.ts';
import { memberOf } from './replay.ts';

const STATUS = {
  CanEnable: false,
  IsEnabled: false,
  IsConnected: false,
  IsRegistering: false,
  IsRegisteringFaulted: false,
  IsRegisteringCompleted: false,
  RegistrationUrl: null,
};

test('that no Console manages this server is told; what would begin it is refused with the reason', async (t) => {
  const { call, port, token } = await openServer(t);
  const console = (method: string, path: string, body?: object) => call(method, `v1/remotecontrol/${path}`, body);
  for (const [method, path] of [
    ['GET', 'status'],
    ['POST', 'disable'],
    ['DELETE', 'register'],
    ['DELETE', 'registration'],
  ] as const)
    t.deepEqual((await console(method, path)).body, STATUS, `${method} ${path}`);
  const RegistrationUrl = 'https://console.test/register?token=canary';
  const refused = await console('POST', 'register', { RegistrationUrl });
  t.is(refused.status, 400);
  t.regex(refused.text, /no connection to a Console/);
  t.notRegex(refused.text, /canary/);
  t.regex((await console('POST', 'register', { RegistrationUrl: ' ' })).text, /URL must be provided/);
  t.is((await console('POST', 'register/wait')).status, 400);
  t.regex((await console('POST', 'enable')).text, /not configured/);
  const client = await openSocket(t, port, `?token=${token}`);
  client.say({ Version: 1, Id: '1', Action: 'sub', Service: 'RemoteControl' });
  t.like(await client.hears(({ Id }) => Id === '1'), { Success: true });
  t.like(await client.hears(({ Type }) => Type === 'remotecontrol'), { ApiVersion: 1, Data: STATUS });
});

test('a certificate is not handed in through the API', async (t) => {
  const { call } = await openServer(t);
  t.is((await call('POST', 'v1/uisettings', { Certificate: 'AAAA', Password: 'x' })).status, 403);
});

test('file managers are told which folders are backed up, where the server was started with that', async (t) => {
  const off = await openServer(t);
  for (const path of ['v1/folderstatus', 'v1/folderstatus/%2Fhome']) t.is((await off.call('GET', path)).status, 503);

  const { call } = await openServer(t, undefined, undefined, ['--webservice-enable-folder-status-service']);
  t.is((await call('GET', 'v1/serversetting/enable-folder-status-service')).text, 'True');
  await call('POST', 'v1/backups', makeForm('one', { Sources: ['/home/me/', '/srv'] }));
  const never = { Status: 'never', BackupName: 'one', LastBackupTime: null, BackupId: '1' };
  t.deepEqual((await call('GET', 'v1/folderstatus')).body, [
    { Path: '/home/me/', ...never },
    { Path: '/srv', ...never },
  ]);
  const of = async (path: string) => (await call('GET', `v1/folderstatus/${encodeURIComponent(path)}`)).body;
  for (const path of ['/home/me', '/home/me/', '/home/me/a/b', '/srv/x'])
    t.deepEqual(await of(path), { Path: path, ...never });
  const none = { Status: 'notinbackup', BackupName: null, LastBackupTime: null, BackupId: null };
  for (const path of ['/home', '/home/me2', '/srvx', '/', 'srv']) t.deepEqual(await of(path), { Path: path, ...none });
});

test('a folder is as its last run left it', async (t) => {
  const { settings } = await makeSettings(t);
  const backups = openBackups(settings);
  const { id } = backups.add(readForm(makeForm('one', { Sources: ['C:\\Users\\Me\\'] })));
  const queue = openQueue();
  queue.pause();
  const needs = { backups, queue, settings: { get: () => 'True' }, platform: 'win32' } as const;
  const route = folderStatusRoutes(needs).at(-1)!;
  const ask = async () => {
    const call = { parameters: { path: 'c:/users/me/documents' } } as unknown as Call; // what the route reads of it
    return (await route.answer(call)).json;
  };
  t.like(await ask(), { Status: 'never', BackupId: id });
  backups.setMetadata(id, { LastErrorDate: '20261122T120000Z' });
  t.like(await ask(), { Status: 'failed', LastBackupTime: null });
  backups.setMetadata(id, { LastBackupDate: '20261123T120000Z', LastBackupFinished: '20261123T120500Z' });
  t.like(await ask(), { Status: 'backedup', LastBackupTime: '2026-11-23T12:00:00Z' });
  backups.setMetadata(id, { LastErrorDate: '20261123T130000Z' });
  t.like(await ask(), { Status: 'failed' });
  queue.add({ operation: 'Backup', backup: id }, { run: async () => undefined });
  t.like(await ask(), { Status: 'inprogress' });
});

test('what a connection string says reaches the backups that use it, and no other machine', async (t) => {
  const { call } = await openServer(t);
  await call('POST', 'v2/connection-strings', { Name: 'nas', BaseUrl: 'ssh://new:canary-new@nas/?ssh-keyfile=k&a=2' });
  const add = async (name: string, TargetURL: string, ConnectionStringID = 1) =>
    memberOf((await call('POST', 'v1/backups', makeForm(name, { TargetURL, ConnectionStringID }))).body, 'ID');
  const one = await add('one', 'ssh://u:old@NAS/one?a=1&b=3');
  const two = await add('two', 'ssh://nas/two');
  const evil = await add('evil', 'ssh://evil/');
  const proxied = await add('proxied', 'ssh://nas/?proxy-host=evil');
  const free = await add('free', 'ssh://nas/', -1);
  const update = async (...BackupIDs: string[]) =>
    (await call('POST', 'v2/connection-string/1/update-backups', { BackupIDs })).body;
  const target = async (id: string) => {
    const { body } = await call('GET', `v1/backup/${id}/export-argsonly?export-passwords=true`);
    return memberOf(body, 'Backend');
  };
  for (const other of [evil, proxied, free, '99']) {
    const answer = await update(one, other);
    t.like(answer, { Success: false, StatusCode: other === '99' ? 'HTTP-404' : 'HTTP-400' }, other);
  }
  t.is(await target(one), 'ssh://u:old@NAS/one?a=1&b=3', 'all or none');
  t.like(await update(one, two, two), { Success: true, Data: { UpdatedBackupIDs: [one, two] } });
  t.is(await target(one), 'ssh://new:canary-new@NAS/one?b=3&ssh-keyfile=k&a=2');
  t.is(await target(two), 'ssh://new:canary-new@nas/two?ssh-keyfile=k&a=2');
  t.like((await call('GET', `v1/backup/${one}`)).body, { Backup: { Name: 'one', ConnectionStringID: 1 } });
});
