import { existsSync, linkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'valibot';
import { databaseRoutes } from '../../../runtime/api/database-routes.ts';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { BackupForm, readForm } from '../../../runtime/backups/configuration.ts';
import { openJobLog } from '../../../runtime/backups/job-log.ts';
import { thisMachine } from '../../../runtime/backups/protected-paths.ts';
import { type Call, Refusal } from '../../../runtime/http/route.ts';
import { openQueue, type Task } from '../../../runtime/jobs/queue.ts';
import { makeSettings } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';
import { makeForm, openServer } from './open-server.ts';
import { memberOf } from './replay.ts';

test('two backups never have the same local database', async (t) => {
  const { call, folder } = await openServer(t);
  const place = await makeFolder(t);
  for (const name of ['one', 'two']) await call('POST', 'v1/backups', makeForm(name));
  const whole = (await call('GET', 'v1/backup/1')).body as { Backup: { DBPath: string } }; // the server's own form
  const update = async (id: string, file: string) =>
    (await call('POST', `v1/backup/${id}/updatedb`, { path: file })).status;
  t.is(await update('2', whole.Backup.DBPath), 409, 'the one that it was made with');
  t.is(await update('2', path.join(folder, '..', 'data', path.basename(whole.Backup.DBPath))), 409);
  t.is(await update('2', path.join(place, 'moved.sqlite')), 200);
  t.is(await update('2', path.join(place, 'moved.sqlite')), 200, 'its own');
  t.is(await update('1', path.join(place, 'moved.sqlite')), 409);
  symlinkSync(place, path.join(place, 'link'));
  t.is(await update('1', path.join(place, 'link/moved.sqlite')), 409, 'by a link');
  writeFileSync(path.join(place, 'moved.sqlite'), '');
  linkSync(path.join(place, 'moved.sqlite'), path.join(place, 'second-name.sqlite'));
  t.is(await update('1', path.join(place, 'second-name.sqlite')), 409, 'by a second name');
  for (const id of ['1', '2'])
    t.deepEqual((await call('GET', `v1/backup/${id}/isdbusedelsewhere`)).body, { inuse: false });
});

test('what names no place is refused as that, and not as a failure or as protected', async (t) => {
  const { call } = await openServer(t);
  const place = await makeFolder(t);
  await call('POST', 'v1/backups', makeForm('one'));
  symlinkSync(path.join(place, 'b'), path.join(place, 'a'));
  symlinkSync(path.join(place, 'a'), path.join(place, 'b'));
  writeFileSync(path.join(place, 'file'), '');
  const bad = [
    `${place}/${'x'.repeat(5000)}`,
    `${place}/${'x/'.repeat(3000)}`,
    `${place}/a`,
    `${place}/a/in`,
    `${place}/file/in`,
  ];
  for (const one of bad) {
    const calls: [string, string, unknown][] = [
      ['POST', 'v1/backup/1/updatedb', { path: one }],
      ['POST', 'v1/backup/1/movedb', { path: one }],
      ['POST', 'v1/backup/1/restore', { restore_path: one }],
      ['POST', 'v1/backup/1/restore', { paths: [one] }],
      ['POST', 'v1/commandline', ['restore', 'file:///srv/d', '*', `--restore-path=${one}`]],
      ['POST', 'v1/backups', makeForm('two', { TargetURL: `file://${one}` })],
      ['PUT', 'v1/backup/1', makeForm('one', { Settings: [{ Name: 'log-file', Value: one }] })],
      ['PATCH', 'v1/serversettings', { '--log-file': one }],
      ['POST', 'v1/remoteoperation/test', { path: `file://${one}` }],
    ];
    for (const [method, target, body] of calls) {
      const { status, text } = await call(method, target, body);
      t.is(status, 400, `${target} ${one.slice(0, 60)}`);
      t.regex(text, /cannot be used: (it is too long|a link on its way)/, target);
    }
  }
  t.is((await call('POST', 'v1/backup/1/restore', { restore_path: '/etc/cron.d' })).status, 403);
});

/** The route that moves local databases, and the one of a backup; `running` says what runs when that is asked. */
async function openMove(t: ExecutionContext, running: () => Task | undefined) {
  const { settings, folder } = await makeSettings(t);
  const backups = openBackups(settings);
  const { id, database } = backups.add(readForm(parse(BackupForm, makeForm('one'))));
  const [file, target] = [path.join(folder, database), path.join(await makeFolder(t), 'moved.sqlite')];
  writeFileSync(file, Buffer.alloc(4 << 20));
  const queue = { ...openQueue(), running };
  const needs = { backups, queue, jobLog: openJobLog(settings), folder, machine: thisMachine(folder) };
  const route = databaseRoutes(needs).find(({ path: one }) => one.endsWith('/movedb'))!;
  const call = { parameters: { id }, body: { path: target } } as unknown as Call; // what the route reads of it
  /** The other backup, told that its local database is where that of the first goes. */
  const take = () => backups.setDatabase(backups.add(readForm(parse(BackupForm, makeForm('two')))).id, target);
  const move = async () => {
    try {
      return (await route.answer(call)).status ?? 200;
    } catch (thrown) {
      return thrown instanceof Refusal ? thrown.status : thrown;
    }
  };
  return { file, target, move, take };
}

test('of two who move a local database to one place at the same moment, one does, and it is there', async (t) => {
  const { file, target, move } = await openMove(t, () => undefined);
  t.deepEqual((await Promise.all([move(), move()])).toSorted(), [200, 409]);
  t.deepEqual([existsSync(file), existsSync(target)], [false, true]);
});

test('a local database stays where it is when a job has begun while it was copied', async (t) => {
  let asked = 0;
  const task: Task = { id: 1, operation: 'Backup', backup: '1', status: 'Running' };
  const { file, target, move } = await openMove(t, () => (asked++ > 0 ? task : undefined));
  t.is(await move(), 409);
  t.deepEqual([existsSync(file), existsSync(target)], [true, false]);
});

test('a local database stays where it is when its place has become that of another while it was copied', async (t) => {
  const { file, target, move, take } = await openMove(t, () => undefined);
  const moved = move();
  take();
  t.is(await moved, 409);
  t.deepEqual([existsSync(file), existsSync(target)], [true, false]);
});

test('a file that is no database does not become one, and is not deleted as one', async (t) => {
  const { call } = await openServer(t);
  const place = await makeFolder(t);
  await call('POST', 'v1/backups', makeForm('one'));
  const update = async (name: string) =>
    (await call('POST', 'v1/backup/1/updatedb', { path: path.join(place, name) })).status;
  writeFileSync(path.join(place, 'letter.txt'), 'Dear Sir or Madam');
  writeFileSync(path.join(place, 'empty'), '');
  writeFileSync(path.join(place, 'other.sqlite'), 'SQLite format 3\0');
  t.is(await update('letter.txt'), 409);
  t.is(await update('.'), 409);
  for (const name of ['empty', 'other.sqlite', 'new']) t.is(await update(name), 200, name);
});

test('a local database is not opened through a link that has come to its place', async (t) => {
  const { call, folder } = await openServer(t, (_, describe) => ({ run: async () => void describe() }));
  const file = path.join(await makeFolder(t), 'moved.sqlite');
  await call('POST', 'v1/backups', makeForm('one'));
  t.is((await call('POST', 'v1/backup/1/updatedb', { path: file })).status, 200);
  const run = async () => {
    const task = memberOf((await call('POST', 'v1/backup/1/verify')).body, 'ID');
    for (;;) {
      const told = (await call('GET', `v1/task/${task}`)).body;
      if (['Completed', 'Failed'].includes(memberOf(told, 'Status'))) return told;
    }
  };
  t.like(await run(), { Status: 'Completed' });
  symlinkSync(path.join(folder, 'other.sqlite'), file);
  t.like(await run(), { Status: 'Failed' });
});

test('a backup that is not stored is changed like any other, but its local database stays where it is', async (t) => {
  const { call } = await openServer(t);
  await call('POST', 'v1/backups', makeForm('one'));
  const id = memberOf((await call('POST', 'v1/backup/1/copytotemp')).body, 'ID');
  t.is((await call('PUT', `v1/backup/${id}`, makeForm('one', { Description: 'changed', Sources: [] }))).status, 200);
  t.like((await call('GET', `v1/backup/${id}`)).body, {
    Backup: { ID: id, Description: 'changed', IsTemporary: true },
  });
  t.like((await call('GET', 'v1/backup/1')).body, { Backup: { Description: '' } });
  t.is((await call('PUT', `v1/backup/${id}`, makeForm('one', { TargetURL: 'file:///etc/cron.d' }))).status, 403);
  t.is((await call('POST', `v1/backup/${id}/updatedb`, { path: '/srv/x.sqlite' })).status, 400);
});
