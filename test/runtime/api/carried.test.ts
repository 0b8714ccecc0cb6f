import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { writeCarried } from '../../../runtime/api/carried-configuration.ts';
import type { Backup } from '../../../runtime/backups/backup.ts';
import { readForm } from '../../../runtime/backups/configuration.ts';
import { openTemporaryBackups } from '../../../runtime/backups/temporary-backups.ts';
import { systemClock } from '../../../runtime/engine/clock/clock.ts';
import { systemDisk } from '../../../runtime/engine/disk/disk.ts';
import { createVolume, packContent } from '../../../runtime/engine/volumes/volume-writer.ts';
import { makeFolder } from '../run-program.ts';
import { makeForm, openServer } from './open-server.ts';
import { memberOf } from './replay.ts';

const COMPRESSION = { method: 8, level: 6 } as const;
const MANIFEST = {
  version: 2,
  created: 0,
  blocksize: 102_400,
  blockHash: 'SHA256',
  fileHash: 'SHA256',
  appVersion: '2.3.0.104',
} as const;

test('what a version takes along is what its option says, and no secret to where others read it', (t) => {
  const backup = (name: string): Backup => {
    const { schedule: _, ...rest } = readForm(makeForm(name));
    return { ...rest, id: '7', database: 'x.sqlite', metadata: {} };
  };
  const carried = (mode: string | undefined, ...more: [string, string][]) => {
    const pairs = [...more, ...(mode === undefined ? [] : [['store-task-config', mode] as const])];
    const options = pairs.map(([name, value]) => ({ name, value, filter: '' }));
    const text = writeCarried(backup('one'), options, () => [backup('one'), backup('two')]);
    if (text === undefined) return 'nothing';
    const names = (JSON.parse(text) as { Backup: { Name: string } }[]).map(({ Backup: { Name } }) => Name); // as it was written
    return `${names.join('+')} ${text.includes('canary') ? 'with' : 'without'}`;
  };
  const plain: [string, string] = ['no-encryption', 'true'];
  for (const [mode, encrypted, open] of [
    [undefined, 'one without', 'nothing'],
    ['Auto', 'one without', 'nothing'],
    ['None', 'nothing', 'nothing'],
    ['Self', 'one without', 'one without'],
    ['All', 'one+two without', 'one+two without'],
    ['SelfWithSecrets', 'one with', 'one without'],
    ['AllWithSecrets', 'one+two with', 'one+two without'],
    ['SelfWithUnencryptedSecrets', 'one with', 'one with'],
    ['AllWithUnencryptedSecrets', 'one+two with', 'one+two with'],
    ['something', 'nothing', 'nothing'],
  ] as const) {
    t.is(carried(mode), encrypted, mode);
    t.is(carried(mode, plain), open, mode);
    t.is(carried(mode, ['no-encryption', '']), open, mode);
    t.is(carried(mode, ['encryption-module', '']), open, mode);
    t.is(carried(mode, ['no-encryption', 'false']), encrypted, mode);
  }
});

/** A destination whose versions carry texts as Duplicati's do; `undefined` for one without. */
async function makeDestination(folder: string, texts: readonly (string | undefined)[], passphrase: string) {
  for (const [index, text] of texts.entries()) {
    const name = `duplicati-2026112${index}T120000Z.dlist.zip.aes`;
    const form = { manifest: MANIFEST, compression: COMPRESSION, passphrase };
    const writer = createVolume(systemDisk, systemClock, path.join(folder, 'making'), form);
    writer.add('fileset', packContent(Buffer.from('\ufeff{"IsFullBackup":true}'), COMPRESSION));
    if (text !== undefined) writer.add('extra/task-setup.json', packContent(Buffer.from(text), COMPRESSION));
    writer.add('filelist.json', packContent(Buffer.from('[]'), COMPRESSION));
    writer.finish();
    await rename(path.join(folder, 'making'), path.join(folder, name));
  }
}

const schedule = {
  ID: 3,
  Time: '2026-11-24T12:00:00Z',
  Repeat: '1D',
  LastRun: '2026-11-23T12:00:00Z',
  AllowedDays: ['Monday'],
};
const exported = (name: string, more: Record<string, unknown> = {}) => ({
  CreatedByVersion: '2.3.0.104',
  Schedule: schedule,
  Backup: makeForm(name, {
    ID: '7',
    DBPath: '/other/machine.sqlite',
    Metadata: { LastBackupDate: '20261123T120000Z' },
    ...more,
  }).Backup,
  DisplayNames: {},
});

test('who lost the server gets its backups back out of what they made', async (t) => {
  const { call } = await openServer(t);
  const target = await makeFolder(t);
  const program = exported('names a program', { Settings: [{ Name: 'run-script-before', Value: '/bin/true' }] });
  const long = exported('long', { Description: 'x'.repeat(60_000), Tags: Array(100).fill('y'.repeat(1000)) });
  const setup = `\ufeff${JSON.stringify([exported('Documents'), program, long])}`;
  await makeDestination(target, ['[]', setup, undefined], 'secret');
  const direct = makeForm('', {
    TargetURL: `file://${target}`,
    Sources: [],
    Settings: [{ Name: 'passphrase', Value: 'secret' }],
  });
  const from = memberOf((await call('POST', 'v1/backups?temporary=true', direct)).body, 'ID');
  const answer = await call('POST', `v1/backup/${from}/restore-task-config`);
  t.is(answer.status, 200, answer.text);
  const found = answer.body as { BackupId: string; Name: string }[]; // the route's form
  t.deepEqual(
    found.map(({ Name }) => Name),
    ['Documents', 'long'],
    'the newest that has one; what must not come in keeps nothing out',
  );
  t.like(found[0], {
    TargetURLDisplay: 'ssh://u:***************@host/folder',
    Metadata: { LastBackupDate: '20261123T120000Z' },
    DisplayNames: { '/home/': 'home' },
    AdditionalTargetUrls: [],
  });
  const [{ BackupId } = { BackupId: '' }] = found;
  t.notRegex(answer.text, /canary/);
  t.like((await call('GET', `v1/backup/${BackupId}`)).body, { Schedule: null, Backup: { IsTemporary: true } });

  const take = (id: string, more: object) => call('POST', `v1/backup/${id}/importfromtemp`, { BackupId: id, ...more });
  t.is((await take('1', { Direct: true })).status, 400);
  t.deepEqual((await take(BackupId, { Direct: true, ImportMetadata: true })).body, { Id: '1', data: null });
  t.like((await call('GET', 'v1/backup/1')).body, {
    Schedule: { Repeat: '1D', AllowedDays: ['mon'] },
    Backup: { Name: 'Documents', IsTemporary: false, Metadata: { LastBackupDate: '20261123T120000Z' } },
  });
  t.is((await take(BackupId, { Direct: true })).status, 400, 'it is gone from there');
  const shown = (await take(String(found[1]?.BackupId), { Direct: false })).body;
  t.like(shown, { Id: null, data: { Backup: { ID: null, Name: 'long', Metadata: {} }, Schedule: { Repeat: '1D' } } });
});

test('of backups that are not stored, those of a whole server fit, and one with a job does not make way', async (t) => {
  const folder = await makeFolder(t);
  let busy = '';
  const temporary = openTemporaryBackups(folder, (id) => id === busy);
  const add = () => temporary.add(readForm(makeForm('one'))).id;
  const ids = Array.from({ length: 500 }, add);
  t.true(ids.every((id) => temporary.find(id) && temporary.carried(id)));
  busy = ids[0]!;
  add();
  t.truthy(temporary.find(busy));
  t.is(temporary.find(ids[1]!), undefined);
  t.is(temporary.carried(ids[1]!), undefined);
});

test('a destination that carries no configuration, a damaged one or none that may come in says so', async (t) => {
  const { call } = await openServer(t);
  let kept = '';
  const ask = async (texts: (string | undefined)[], passphrase = 'secret') => {
    const target = await makeFolder(t);
    await makeDestination(target, texts, 'secret');
    kept ||= target;
    return askAt(target, passphrase);
  };
  const askAt = async (target: string, passphrase = 'secret') => {
    const form = makeForm('', { TargetURL: `file://${target}`, Settings: [{ Name: 'passphrase', Value: passphrase }] });
    const id = memberOf((await call('POST', 'v1/backups?temporary=true', form)).body, 'ID');
    const { status, text } = await call('POST', `v1/backup/${id}/restore-task-config`);
    return `${status} ${text}`;
  };
  t.is(await ask([undefined, undefined]), '200 []');
  t.regex(await ask(['{}']), /^502 .*damaged/);
  t.regex(await ask(['not JSON']), /^502 .*damaged/);
  t.regex(await ask(['[]'], 'wrong'), /^502 .*passphrase/);
  t.regex(await ask([]), /^502 /);
  await writeFile(path.join(kept, 'duplicati-20261129T120000Z.dlist.zip.aes'), 'damaged');
  t.regex(await askAt(kept), /^502 .*dlist/, 'an older one that carries none says nothing of the newest');
  const program = exported('one', { Settings: [{ Name: 'run-script-before', Value: '/bin/true' }] });
  t.regex(await ask([JSON.stringify([program])]), /^403 /);
  t.is((await call('POST', 'v1/backup/nothing/restore-task-config')).status, 404);
});
