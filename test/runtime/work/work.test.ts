import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { MASK } from '../../../runtime/backups/secrets.ts';
import { makeForm, openServer } from '../api/open-server.ts';
import { memberOf, send } from '../api/replay.ts';
import { serveBackup } from './serve-backup.ts';

test("a backup's own command line, as it is told, runs in the server; its local database is no other's", async (t) => {
  const Settings = [{ Name: 'passphrase', Value: 'canary-passphrase' }];
  const { call, run, id, folder } = await serveBackup(t, { Settings });
  await run(`v1/backup/${id}/run`);
  const told = (await call('GET', `v1/backup/${id}/export-argsonly?export-passwords=true`)).body as {
    Backend: string;
    Options: string[];
  };
  const database = told.Options.find((one) => one.startsWith('--dbpath='))!;
  t.is(path.dirname(database.slice(9)), folder);
  const masked = told.Options.map((one) => one.replace('canary-passphrase', MASK));
  const started = await call('POST', 'v1/commandline', ['test', told.Backend, 'all', ...masked]);
  t.is(started.status, 200, started.text);
  for (;;) {
    const { body } = await call('GET', `v1/commandline/${memberOf(started.body, 'ID')}`);
    const { Finished, Items } = body as { Finished: boolean; Items: string[] };
    if (Finished) {
      t.notRegex(Items.join('\n'), /canary|[Ee]rror|wrong/);
      break;
    }
    await wait(50);
  }
  const other = memberOf((await call('POST', 'v1/backups', makeForm('other'))).body, 'ID');
  const words = ['test', told.Backend, database, `--backup-id=DB-${other}`];
  t.is((await call('POST', 'v1/commandline', words)).status, 403);
});

test('a version takes the configuration of its backup along: a server that knows nothing gets it back', async (t) => {
  const Settings = [
    { Name: 'passphrase', Value: 'canary-passphrase' },
    { Name: 'store-task-config', Value: 'SelfWithSecrets' },
  ];
  const { run, id, target } = await serveBackup(t, { Settings });
  t.like(await run(`v1/backup/${id}/run`), { Status: 'Completed', Result: 'Success' });
  const { call } = await openServer(t);
  const form = makeForm('', { TargetURL: `file://${target}`, Sources: [], Settings: Settings.slice(0, 1) });
  const from = memberOf((await call('POST', 'v1/backups?temporary=true', form)).body, 'ID');
  const found = (await call('POST', `v1/backup/${from}/restore-task-config`)).body as { BackupId: string }[];
  t.like(found[0], { Name: 'Documents', TargetURLDisplay: `file://${target}` });
  const { BackupId } = found[0]!;
  await call('POST', `v1/backup/${BackupId}/importfromtemp`, { BackupId, Direct: true });
  const whole = await call('GET', 'v1/backup/1/export-argsonly?export-passwords=true');
  t.regex(whole.text, /--passphrase=canary-passphrase/);
  const task = memberOf((await call('POST', 'v1/backup/1/repair', {})).body, 'ID');
  for (;;) {
    const told = (await call('GET', `v1/task/${task}`)).body;
    if (memberOf(told, 'Status') === 'Failed') t.fail(JSON.stringify(told));
    if (['Completed', 'Failed'].includes(memberOf(told, 'Status'))) break;
    await wait(50);
  }
});

interface Entry {
  Path: string;
  Version: number;
  Size: number;
}

test('a backup runs, says what there is, and what it holds is browsed and restored', async (t) => {
  const { call, run, id, source, place } = await serveBackup(t);
  t.like(await run(`v1/backup/${id}/run`), { Status: 'Completed', Result: 'Success' });
  const first = (await call('GET', `v1/backup/${id}`)).body as { Backup: { Metadata: Record<string, string> } };
  t.like(first.Backup.Metadata, { SourceFilesCount: '2', BackupListCount: '1', TargetFilesCount: '3' });
  t.true(Number(first.Backup.Metadata.FreeQuotaSpace) > 0);
  await wait(1100); // versions have seconds
  await writeFile(path.join(source, 'folder', 'One.txt'), 'changed');
  await run(`v1/backup/${id}/run`);

  const filesets = (await call('GET', `v1/backup/${id}/filesets`)).body as { Version: number; Time: string }[];
  t.deepEqual(
    filesets.map(({ Version }) => Version),
    [0, 1],
  );
  const about = { BackupId: id, PageSize: 10, Page: 0 };
  const rows = async (what: string, more: object) =>
    ((await call('POST', `v2/backup/${what}`, { ...about, ...more })).body as { Data: Entry[] }).Data;
  t.deepEqual(
    (await rows('list-folder', { Paths: null, Time: null })).map(({ Path }) => Path),
    [`${source}/`],
  );
  t.deepEqual(
    (await rows('list-folder', { Paths: [`${source}/`], Time: null })).map(({ Path }) => Path),
    [`${source}/folder/`, `${source}/two.bin`],
  );
  const found = await rows('search', { Filters: ['*ONE*'], Paths: null, Time: null });
  t.deepEqual(
    found.map(({ Version, Size }) => [Version, Size]),
    [
      [0, 7],
      [1, 3],
    ],
  );
  t.deepEqual(await rows('search', { Filters: ['*ONE*'], Paths: null, Time: null, CaseSensitiveSearch: true }), []);
  const versions = await rows('list-versions', { Paths: [`${source}/folder/One.txt`] });
  t.is(versions.length, 2);
  const page = (
    await call('POST', 'v2/backup/search', {
      BackupId: id,
      PageSize: 1,
      Page: 1,
      Filters: ['*One*'],
      Paths: null,
      Time: null,
    })
  ).body;
  t.like(page, { PageInfo: { Page: 1, PageSize: 1, Total: 2, Pages: 2 }, Data: [{ Version: 1 }] });
  const broken = await call('POST', 'v2/backup/search', { BackupId: id, Filters: ['[(]'], Paths: null, Time: null });
  t.like(broken.body, { Success: false, StatusCode: 'HTTP-400', Error: 'the filter [(] is no regular expression' });
  t.is((await call('GET', `v1/backup/${id}/files?filter=${encodeURIComponent('[(]')}`)).status, 400);
  const count = async (more: object) =>
    (await call('POST', 'v2/backup/search', { BackupId: id, ...more })).body as { PageInfo: { Total: number } }; // its form
  t.like(await count({ Filters: ['[.*/one\\.TXT]'] }), { PageInfo: { Total: 2 } });
  t.like(await count({ Filters: ['[.*/one\\.TXT]'], CaseSensitiveSearch: true }), { PageInfo: { Total: 0 } });
  t.like(await count({ Filters: ['*One*'], Paths: [`${source}/folder`] }), { PageInfo: { Total: 2 } });
  t.like(await count({ Filters: ['*One*'], Paths: [`${source}/fold`] }), { PageInfo: { Total: 0 } });
  const early = await call('GET', `v1/backup/${id}/files?filter=*&time=2001-01-01T00:00:00Z`);
  t.is(early.status, 404);

  const into = path.join(place, 'restored');
  const order = { paths: [`${source}/folder/One.txt`], restore_path: into, time: filesets[1]!.Time };
  t.like(await run(`v1/backup/${id}/restore`, order), { Status: 'Completed', Result: 'Success' });
  t.is(await readFile(path.join(into, 'One.txt'), 'utf8'), 'one');

  const log = (await call('GET', `v1/backup/${id}/log`)).body as { Message: string }[];
  t.is(log.length, 3);
  t.like(JSON.parse(log[0]!.Message), { MainOperation: 'Restore', ParsedResult: 'Success', RestoredFiles: 1 });
  const calls = (await call('GET', `v1/backup/${id}/remotelog`)).body as { Operation: string }[];
  t.is(calls.filter(({ Operation }) => Operation === 'put').length, 6);
});

test('what looks after a backup runs; versions are deleted, and all of it', async (t) => {
  const { call, run, id, source, target, folder, port } = await serveBackup(t);
  await run(`v1/backup/${id}/run`);
  await wait(1100);
  await writeFile(path.join(source, 'three.txt'), 'three');
  await run(`v1/backup/${id}/run`);
  for (const what of ['verify', 'compact', 'vacuum', 'report-remote-size', 'repair', 'repairupdate'])
    t.like(
      await run(`v1/backup/${id}/${what}`, what.startsWith('repair') ? {} : undefined),
      { Status: 'Completed', Result: 'Success' },
      what,
    );
  t.is((await call('POST', 'v2/backup/delete-versions', { BackupId: id, Versions: [] })).status, 200);
  await run('v2/backup/delete-versions', { BackupId: id, Versions: [1] });
  t.is(((await call('GET', `v1/backup/${id}/filesets`)).body as unknown[]).length, 1);
  t.like(await run(`v1/backup/${id}/createreport`), { Status: 'Completed', Result: 'Success' });
  const told = (await call('GET', 'v1/notifications')).body as { Action: string }[];
  t.true(told.some(({ Action }) => Action === `bug-report:created:${id}`));
  const token = memberOf((await call('POST', 'v1/auth/issuetoken/bugreport')).body, 'Token');
  const report = await send(port, { method: 'GET', path: `/api/v1/bugreport/${id}?token=${token}` });
  t.deepEqual([report.status, report.text.slice(0, 2)], [200, 'PK']);
  t.notRegex(report.text, /canary/);
  t.like(await run('v2/backup/purge-broken-files', { BackupId: id }), { Status: 'Completed', Result: 'Success' });
  await call('POST', `v1/backup/${id}/deletedb`);
  t.is(((await call('GET', `v1/backup/${id}/filesets`)).body as unknown[]).length, 1, 'from the destination');
  t.like(await run(`v1/backup/${id}/repair`, {}), { Status: 'Completed', Result: 'Success' });
  const { Backup } = (await call('GET', `v1/backup/${id}`)).body as { Backup: { DBPath: string } };
  t.true(existsSync(Backup.DBPath));
  const moved = path.join(path.dirname(target), 'moved.sqlite');
  t.is((await call('POST', `v1/backup/${id}/movedb`, { path: moved })).status, 200);
  t.true(existsSync(moved));
  t.is((await call('POST', `v1/backup/${id}/movedb`, { path: '/etc/cron.d/x' })).status, 403);
  t.is(
    (await call('POST', `v1/backup/${id}/updatedb`, { path: path.join(folder, 'server-settings.sqlite') })).status,
    403,
  );
  t.like(await run(`v1/backup/${id}/run`), { Status: 'Completed', Result: 'Success' });
});

test('a backup that holds more than it may is made, and its result is an error', async (t) => {
  const setting = (Name: string, Value: string) => ({ Name, Value, Filter: null, Argument: null });
  const { call, run, id } = await serveBackup(t, {
    Settings: [setting('passphrase', 'pw'), setting('quota-size', '1kb')],
  });
  t.like(await run(`v1/backup/${id}/run`), { Status: 'Completed', Result: 'Error' });
  const { Backup } = (await call('GET', `v1/backup/${id}`)).body as { Backup: { Metadata: Record<string, string> } };
  t.like(Backup.Metadata, { BackupListCount: '1', AssignedQuotaSpace: '1024' });
});

test('a job that fails says why in the log, in the task and in a notification, without secrets', async (t) => {
  const { call, run, id, target, lines } = await serveBackup(t);
  await run(`v1/backup/${id}/run`);
  await rm(target, { recursive: true });
  const failed = await run(`v1/backup/${id}/restore`, { paths: [], restore_path: `${target}-restored` });
  t.is(failed.Status, 'Failed');
  t.truthy(failed.ErrorMessage);
  const [entry] = (await call('GET', `v1/backup/${id}/log`)).body as { Message: string; Exception: string }[];
  t.is(entry!.Exception, String(failed.ErrorMessage));
  t.regex((await call('GET', 'v1/notifications')).text, /Error while running Documents/);
  t.true(lines.some((line) => line.includes('Restore of Documents: ')));
  t.notRegex(lines.join(''), /canary/);
});

test('what a restore writes is judged by what the backup holds, not by what its definition says', async (t) => {
  const { id, folder, source, target, run, call } = await serveBackup(t);
  const planted = path.join(folder, 'planted.txt');
  await writeFile(planted, 'of another machine');
  const form = (more: Record<string, unknown>) => makeForm('Documents', { TargetURL: `file://${target}`, ...more });
  const define = (more: Record<string, unknown>) => call('PUT', `v1/backup/${id}`, form(more));
  await define({ Sources: [`${source}/`, planted], Filters: [] });
  t.like(await run(`v1/backup/${id}/run`), { Status: 'Completed', Result: 'Success' });
  for (const file of [planted, `${source}/two.bin`]) await rm(file);
  // Neither the sources that are named now, nor an option, nor a pattern leads there.
  await define({ Sources: [`${source}/`] });
  const all = await run(`v1/backup/${id}/restore`, {});
  t.regex(all.ErrorMessage ?? '', /1 of \d+ entries could not be restored/);
  t.is(await readFile(`${source}/two.bin`, 'utf8'), 'two');
  await define({ Sources: [`${source}/`], Settings: [...form({}).Backup.Settings, setting('restore-path', folder)] });
  t.is((await run(`v1/backup/${id}/restore`, { paths: [`${source}/two.bin`] })).Status, 'Failed');
  t.false(existsSync(planted));
  t.false(existsSync(path.join(folder, 'two.bin')));
});

const setting = (Name: string, Value: string) => ({ Name, Value, Filter: null, Argument: null });

test('a backup that is not stored restores straight from a destination, and leaves nothing', async (t) => {
  const { call, run, id, target, place, source, folder } = await serveBackup(t);
  await run(`v1/backup/${id}/run`);
  const form = makeForm('', { TargetURL: `file://${target}`, Sources: [], Filters: [] });
  const made = await call('POST', 'v1/backups?temporary=true', form);
  t.like(made.body, { Temporary: true });
  const direct = memberOf(made.body, 'ID');
  t.is(((await call('GET', `v1/backup/${direct}/filesets`)).body as unknown[]).length, 1);
  t.like(await run(`v1/backup/${direct}/repairupdate`, { only_paths: true }), { Status: 'Completed' });
  const into = path.join(place, 'direct');
  await run(`v1/backup/${direct}/restore`, { paths: [`${source}/two.bin`], restore_path: into });
  t.is(await readFile(path.join(into, 'two.bin'), 'utf8'), 'two');
  const wrong = makeForm('', { TargetURL: `file://${target}`, Settings: [{ Name: 'passphrase', Value: 'wrong' }] });
  const other = memberOf((await call('POST', 'v1/backups?temporary=true', wrong)).body, 'ID');
  const refused = await call('GET', `v1/backup/${other}/filesets`);
  t.is(refused.status, 502);
  t.regex(refused.text, /passphrase/);
  t.is((await call('GET', 'v1/backups')).text.includes(direct), false);
  t.is((await call('DELETE', `v1/backup/${direct}?delete-local-db=true`)).status, 200);
  t.false(existsSync(path.join(folder, `temporary-${direct}.sqlite`)));
});

test('a command line runs, and its lines are read; what names a program or writes to protected places is refused', async (t) => {
  const { call, id, target, source, place } = await serveBackup(t);
  const lineOf = async (words: string[]) => {
    const answer = await call('POST', 'v1/commandline', words);
    t.is(answer.status, 200, answer.text);
    const run = memberOf(answer.body, 'ID');
    for (;;) {
      const told = (await call('GET', `v1/commandline/${run}?pagesize=500`)).body as {
        Finished: boolean;
        Items: string[];
      };
      if (told.Finished) return told.Items.join('\n');
      await wait(50);
    }
  };
  const database = `--dbpath=${path.join(place, 'line.sqlite')}`;
  const made = await lineOf(['backup', `file://${target}`, `${source}/`, '--passphrase=pw', database]);
  t.regex(made, /Uploaded/);
  t.regex(made, /Return code: 0/);
  t.regex(await lineOf(['list', `file://${target}`, '--passphrase', 'pw', database]), /Listing filesets/);
  t.regex(
    await lineOf(['list', `file://${target}`, '--passphrase=other', '--no-local-db', database]),
    /ErrorID: WrongPassphrase.*Return code: 100/s,
  );
  t.regex(await lineOf(['list', `file://${target}`, '--nonsense=1']), /Return code: 200/);
  for (const words of [
    ['backup', 'file:///etc/cron.d', '/home'],
    ['backup', 'file:///tmp/x', '/home', '--dbpath=/etc/cron.d/x'],
    ['backup', 'file:///tmp/x', '/home', '--gpg-program-path=/bin/sh'],
    ['backup', 'file:///tmp/x', '/home', '--gpg-program-path', '/bin/sh'],
    ['restore', `file://${target}`, '--restore-path=/etc/cron.d'],
    ['restore', `file://${target}`, '--restore-path', '/etc/cron.d'],
    ['restore', `file://${target}`, '--restore-path=/srv/x', '--restore-path=/etc/cron.d'],
    ['restore', `file://${target}`, '*'],
    ['restore', `file://${target}`, '/etc/cron.d/x'],
    ['restore', `file://${target}`],
  ])
    t.is((await call('POST', 'v1/commandline', words)).status, 403, words.join(' '));
  // Behind `--` an option would be a word, and the restore one to where the files came from.
  const into = path.join(place, 'beside');
  const ends = ['restore', `file://${target}`, '--', `${source}/two.bin`, `--restore-path=${into}`, '--passphrase=pw'];
  t.regex(await lineOf([...ends, database]), new RegExp(` to ${into}$`, 'm'));
  t.regex(await lineOf(['help', 'restore']), /--restore-path/);
  const log = path.join(place, 'log');
  for (const option of [`--log-file=${log}`, '--send-http-url=http://127.0.0.1:1'])
    t.regex(await lineOf(['list', `file://${target}`, option]), /unknown option.*Return code: 200/s, option);
  t.is((await call('POST', 'v1/commandline', ['list', `file://${target}`, `--parameters-file=${log}`])).status, 403);
  t.false(existsSync(log));
  const tools = ['recovery-tool', 'secret-tool', 'send-mail', 'backend-tool', 'aes-crypt'];
  for (const words of [[], ['recovery'], ['aescrypt'], ...tools.map((tool) => [tool])])
    t.is((await call('POST', 'v1/commandline', words)).status, 400);
  t.is((await call('GET', 'v1/commandline/none')).status, 404);
  t.truthy(id);
});

test('a destination is tested before backups go there: missing, made, usable, refused', async (t) => {
  const { call, target, place } = await serveBackup(t);
  const about = { DestinationUrl: `file://${target}`, Options: {}, AutoCreate: false };
  const test = async (more: object) => (await call('POST', 'v2/destination/test', { ...about, ...more })).body;
  t.like(await test({}), { Success: false, StatusCode: 'missing-folder', Data: { FolderExists: false } });
  t.is((await call('POST', 'v1/remoteoperation/test', { path: `file://${target}` })).status, 404);
  t.like(await test({ AutoCreate: true }), { Success: true, Data: { FolderIsEmpty: true } });
  await writeFile(path.join(target, 'duplicati-b0123.dblock.zip.aes'), '');
  t.like(await test({}), { Success: true, Data: { FolderIsEmpty: false, FolderContainsEncryptedBackupFiles: true } });
  t.like(await test({ DestinationUrl: 'nonsense://x' }), { Success: false, StatusCode: 'error', Data: null });
  t.like(await test({ DestinationUrl: 'file:///etc/cron.d/x' }), { Success: false, StatusCode: 'HTTP-403' });
  t.like(await test({ DestinationUrl: 'rclone://:sftp,ssh=sh:/x' }), { Success: false, StatusCode: 'HTTP-403' });
  const list = { DestinationUrl: `file://${place}`, Options: {}, Path: '', Offset: 0, Limit: 10 };
  const { Data } = (await call('POST', 'v2/destination/list', list)).body as { Data: { Items: { Path: string }[] } };
  t.true(Data.Items.some(({ Path }) => Path === 'source/'));
});

test('a question about a backup that is running is answered with the reason why not', async (t) => {
  const { call } = await openServer(t, ({ operation }) => ({
    async run() {
      if (operation === 'ListFilesets') throw new Error('another run has it open');
      return undefined;
    },
  }));
  const id = memberOf((await call('POST', 'v1/backups', makeForm('one'))).body, 'ID');
  const answer = await call('GET', `v1/backup/${id}/filesets`);
  t.is(answer.status, 502);
  t.regex(answer.text, /another run has it open/);
});
