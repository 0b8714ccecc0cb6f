import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decryptAesCrypt } from '../../../runtime/aes-crypt/aes-crypt.ts';
import { MASK } from '../../../runtime/backups/secrets.ts';
import { DOOR_FILE } from '../../../runtime/local/local-door.ts';
import { makeForm, openServer } from './open-server.ts';
import { memberOf, send } from './replay.ts';

/** What a whole backup looks like. */
interface Whole {
  Backup: {
    Name: string;
    TargetURL: string;
    Settings: { Name: string; Value: string }[];
    Metadata: object;
    DBPath: string;
  };
  Schedule: { AllowedDays: string[]; Rule: string; Repeat: string } | null;
}

type Server = Awaited<ReturnType<typeof openServer>>;

async function add(t: ExecutionContext, { call }: Server, name: string, more = {}): Promise<string> {
  const answer = await call('POST', 'v1/backups', makeForm(name, more));
  t.is(answer.status, 200, answer.text);
  return memberOf(answer.body, 'ID');
}

async function get({ call }: Server, id: string): Promise<Whole> {
  return (await call('GET', `v1/backup/${id}`)).body as Whole; // as the route writes it
}

/** A download, as a browser makes it: an address alone. */
async function download({ port, call }: Server, target: string) {
  const token = memberOf((await call('POST', 'v1/auth/issuetoken/export')).body, 'Token');
  return send(port, { method: 'GET', path: `/api/v1/${target}&token=${token}` });
}

async function importFrom({ call }: Server, config: Buffer | string, more: object) {
  return call('POST', 'v1/backups/import', { config: Buffer.from(config).toString('base64'), ...more });
}

test('secrets are shown behind a mask, and the mask sent back leaves them as they are', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  for (const target of [
    `v1/backup/${id}`,
    'v1/backups',
    `v1/backup/${id}/export-cmdline`,
    `v1/backup/${id}/export-argsonly`,
  ])
    t.notRegex((await server.call('GET', target)).text, /canary/, target);
  const whole = await get(server, id);
  t.is(whole.Backup.TargetURL, `ssh://u:${MASK}@host/folder`);
  t.is(whole.Backup.Settings[0]?.Value, MASK);
  const changed = {
    ...whole,
    Backup: { ...whole.Backup, Description: 'changed', TargetURL: `ssh://u:${MASK}@host/other` },
  };
  t.is((await server.call('PUT', `v1/backup/${id}`, changed)).status, 200);
  const args = (await server.call('GET', `v1/backup/${id}/export-argsonly?export-passwords=true`)).text;
  t.regex(args, /ssh:\/\/u:canary-url@host\/other/);
  t.regex(args, /--passphrase=canary-passphrase/);
});

test('a hidden password does not follow to another destination', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  for (const TargetURL of [
    `ssh://u:${MASK}@evil/folder`,
    `webdav://u:${MASK}@host/`,
    `ssh://u@host/?auth-password=${MASK}`,
  ]) {
    const { status, text } = await server.call('PUT', `v1/backup/${id}`, makeForm('one', { TargetURL }));
    t.is(status, 400, text);
  }
  t.is((await server.call('POST', 'v1/backups', makeForm('two', { TargetURL: `ssh://u:${MASK}@host/` }))).status, 400);
  t.is((await get(server, id)).Backup.TargetURL, `ssh://u:${MASK}@host/folder`);
});

test('what names a program is set by nobody through the API: not in options, addresses, sources, settings or imports', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  const setting = (Name: string, Value: string) => ({ Settings: [{ Name, Value, Filter: '', Argument: null }] });
  const bad = [
    setting('run-script-before', '/tmp/x'),
    setting('--Run-Script-After', '/tmp/x'),
    setting('gpg-program-path', '/tmp/x'),
    setting('secret-provider', 'pass://?pass-command=/tmp/x'),
    setting('anything', '--run-script-before=/tmp/x'),
    { TargetURL: 'rclone://:sftp,ssh=x:/' },
    { TargetURL: 's3://b?rclone%2Dexecutable=/tmp/x' },
    { Sources: ['/home/', '@/m|rclone://remote/'] },
  ];
  for (const more of bad) {
    const what = JSON.stringify(more);
    t.is((await server.call('POST', 'v1/backups', makeForm('two', more))).status, 403, what);
    t.is((await server.call('PUT', `v1/backup/${id}`, makeForm('one', more))).status, 403, what);
    t.is((await importFrom(server, JSON.stringify(makeForm('two', more)), { direct: true })).status, 403, what);
  }
  const replaced = { direct: true, replace_settings: { '--run-script-before': '/tmp/x' } };
  t.is((await importFrom(server, JSON.stringify(makeForm('two')), replaced)).status, 403);
  t.is((await server.call('PATCH', 'v1/serversettings', { '--run-script-before': '/tmp/x' })).status, 403);
  t.is((await server.call('PUT', 'v1/serversetting/--gpg-program-path', '"/tmp/x"')).status, 403);
  const url = { Name: 'n', Description: '', BaseUrl: 'rclone://x' };
  t.like((await server.call('POST', 'v2/connection-strings', url)).body, { Success: false, StatusCode: 'HTTP-403' });
  for (const name of ['x --run-script-before', 'x=1', 'x\n--run-script-before', '', '---x'])
    t.is((await server.call('POST', 'v1/backups', makeForm('two', setting(name, '1')))).status, 400, name);
  const lists = await server.call('GET', 'v1/backups');
  t.is((lists.body as unknown[]).length, 1); // a list
});

test('a command line without passwords has none, wherever they are kept', async (t) => {
  const server = await openServer(t);
  const setting = {
    Name: 'send-http-url',
    Value: 'https://u:canary-option@h/?token=canary-token',
    Filter: null,
    Argument: null,
  };
  const more = { Sources: ['/home/', '@/mount|ssh://u:canary-source@h/x'], Settings: [setting] };
  const { body } = await server.call('POST', 'v1/backups', makeForm('one', more));
  for (const kind of ['cmdline', 'argsonly']) {
    const target = `v1/backup/${memberOf(body, 'ID')}/export-${kind}`;
    t.notRegex((await server.call('GET', target)).text, /canary/);
    t.is((await server.call('GET', `${target}?export-passwords=true`)).text.match(/canary/g)?.length, 4);
  }
});

test('an exported configuration comes back, plain or encrypted, with and without its secrets', async (t) => {
  const server = await openServer(t);
  const form = makeForm('Näme; rm -rf /');
  const Schedule = { Time: '2030-01-01T13:00:00Z', Repeat: '1D', AllowedDays: ['Monday', 'fri'] };
  const { body } = await server.call('POST', 'v1/backups', { ...form, Schedule });
  const id = memberOf(body, 'ID');

  const plain = await download(server, `backup/${id}/export?export-passwords=true`);
  t.is(plain.headers['content-type'], 'application/octet-stream');
  t.is(plain.headers['content-disposition'], 'attachment; filename=N_me_rm_-rf_-duplicati-config.json');
  t.regex(plain.text, /canary-passphrase/);
  const bare = await download(server, `backup/${id}/export?export-passwords=false`);
  t.notRegex(bare.text, /canary|\*\*\*/);

  const other = await openServer(t);
  const added = await importFrom(other, plain.text, { direct: true });
  const whole = await get(other, memberOf(added.body, 'Id'));
  t.like(whole, { Backup: { Name: form.Backup.Name }, Schedule: { AllowedDays: ['mon', 'fri'], Repeat: '1D' } });
  const args = await other.call('GET', `v1/backup/${memberOf(added.body, 'Id')}/export-argsonly?export-passwords=true`);
  t.regex(args.text, /canary-passphrase/);
  const again = await importFrom(other, plain.text, { direct: true });
  t.is((await get(other, memberOf(again.body, 'Id'))).Backup.Name, `${form.Backup.Name} (1)`);
});

test('an encrypted export is AES Crypt, and an import says when its passphrase is another', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  const token = memberOf((await server.call('POST', 'v1/auth/issuetoken/export')).body, 'Token');
  const address = `http://127.0.0.1:${server.port}/api/v1/backup/${id}/export?export-passwords=true&passphrase=pw&token=${token}`;
  const bytes = Buffer.from(await (await fetch(address)).arrayBuffer());
  t.is((await fetch(address)).status, 401, 'a token works once');
  const parts: Buffer[] = [];
  const one = async function* () {
    yield bytes;
  };
  for await (const part of decryptAesCrypt(one(), 'pw')) parts.push(part);
  t.regex(Buffer.concat(parts).toString(), /canary-passphrase/);
  const wrong = await importFrom(server, bytes, { passphrase: 'other', direct: true });
  t.is(wrong.status, 400);
  t.regex(wrong.text, /passphrase/);
  const good = await importFrom(server, bytes, { passphrase: 'pw' });
  t.like(good.body, { Id: null, data: { Backup: { Name: 'one', ID: null } } });
});

test('a body that cannot be read is refused with the member that is wrong, and nothing that the client called its own', async (t) => {
  const { call } = await openServer(t);
  const refuse = async (target: string, body: unknown) => memberOf((await call('POST', target, body)).body, 'Error');
  t.regex(await refuse('v1/backups', makeForm('one', { Sources: ['/a', 5] })), /^The member Backup\.Sources\.1 of the/);
  t.regex(await refuse('v1/backups', {}), /^The member Backup of the/);
  t.regex(await refuse('v1/backups', []), /^A member of the/);
  const replaced = { config: 'x', replace_settings: { 'canary name': 'x' } };
  t.notRegex(await refuse('v1/backups/import', replaced), /canary/);
});

test('what an import replaces is judged like the rest, and is what a client can send back', async (t) => {
  const server = await openServer(t);
  const text = JSON.stringify(makeForm('one'));
  for (const more of [
    { replace_settings: { 'no name\n': '1' } },
    { replace_settings: { a: '\0' } },
    { target_url: 'a\0' },
    { target_url: '   ' },
    { target_url: 'nothing of an address' },
  ])
    t.is((await importFrom(server, text, { direct: true, ...more })).status, 400, JSON.stringify(more));
  const added = await importFrom(server, text, {
    direct: true,
    replace_settings: { '--passphrase': 'other' },
    target_url: ' ssh://other/folder ',
  });
  const whole = await get(server, memberOf(added.body, 'Id'));
  t.deepEqual(
    whole.Backup.Settings.map(({ Name }) => Name),
    ['passphrase'],
  );
  t.is(whole.Backup.TargetURL, 'ssh://other/folder');
  t.is((await server.call('PUT', `v1/backup/${memberOf(added.body, 'Id')}`, whole)).status, 200);
});

test('configurations that a real server exported are imported', async (t) => {
  const server = await openServer(t);
  const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, '../../fixtures/duplicati', name));
  const cases = { 'config.json': '', 'config-no-passwords.json': '', 'config.json.aes': 'configpw' };
  for (const [name, passphrase] of Object.entries(cases)) {
    const answer = await importFrom(server, fixture(name), { direct: true, passphrase, import_metadata: true });
    t.is(answer.status, 200, `${name}: ${answer.text}`);
    const whole = await get(server, memberOf(answer.body, 'Id'));
    t.like(whole.Schedule, { AllowedDays: ['mon', 'fri'], Repeat: '1D' }, name);
  }
  for (const bad of ['', '[]', '{}', 'AES\x02', '{"Backup":3}', '\xff'])
    t.is((await importFrom(server, bad, { direct: true })).status, 400, bad);
});

test('a token for an export opens nothing else, and no other token an export', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  const issue = async (operation: string) =>
    memberOf((await server.call('POST', `v1/auth/issuetoken/${operation}`)).body, 'Token');
  const target = `/api/v1/backup/${id}/export`;
  const ask = async (where: string, headers = {}) =>
    (await send(server.port, { method: 'GET', path: where, headers })).status;
  t.is(await ask(`${target}?token=${await issue('bugreport')}`), 401);
  t.is(await ask(`${target}?token=${server.token}`), 401, 'an access token does not travel in an address');
  t.is(await ask(target, { Authorization: `Bearer ${await issue('export')}` }), 400);
  t.is(await ask('/api/v1/systeminfo', { Authorization: `Bearer ${await issue('export')}` }), 401);
  t.is(await ask(`/api/v1/systeminfo?token=${await issue('export')}`), 401);
});

test('nothing secret is in the data folder in plain, nor in the log', async (t) => {
  const server = await openServer(t);
  const id = await add(t, server, 'one');
  await server.call('PATCH', 'v1/serversettings', { '--send-mail-password': 'canary-option' });
  await server.call('POST', 'v2/connection-strings', {
    Name: 'n',
    Description: '',
    BaseUrl: 'ssh://u:canary-connection@h/',
  });
  await server.call('GET', `v1/backup/${id}/export-cmdline?export-passwords=true`);
  await importFrom(server, '{"canary": }', { passphrase: 'canary' });
  for (const target of ['v1/serversettings', 'v2/connection-strings', 'v1/serversetting/--send-mail-password'])
    t.notRegex((await server.call('GET', target)).text, /canary/, target);
  for (const name of readdirSync(server.folder).filter((file) => file !== DOOR_FILE))
    t.notRegex(readFileSync(path.join(server.folder, name), 'latin1'), /canary/, name);
  t.notRegex(server.lines.join(''), /canary/);
});
