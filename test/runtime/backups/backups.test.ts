import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Definition } from '../../../runtime/backups/backup.ts';
import { openBackups } from '../../../runtime/backups/backups.ts';
import { openConnections } from '../../../runtime/backups/connections.ts';
import { makeSettings } from '../auth/open-auth.ts';

const DEFINITION: Definition = {
  name: 'Home',
  description: '',
  tags: [],
  targetUrl: 's3://bucket/folder?auth-password=canary-of-the-target',
  connection: -1,
  sources: ['/home/', '@/mount|ssh://user:canary-of-a-source@host/'],
  options: [
    { name: 'passphrase', value: 'canary-of-the-passphrase', filter: '' },
    { name: 'nobody-knows-this', value: 'canary-of-an-unknown-option', filter: '' },
  ],
  filters: [{ include: false, expression: '*.tmp' }],
  schedule: {
    time: '2030-01-01T13:00:00Z',
    repeat: '1D',
    lastRun: '0001-01-01T00:00:00Z',
    allowedDays: ['mon', 'fri'],
  },
};

test('a backup comes back as it was given, also by the next server', async (t) => {
  const { settings } = await makeSettings(t);
  const added = openBackups(settings).add(DEFINITION, { BackupListCount: '2' });
  const { schedule, ...rest } = DEFINITION;
  const again = openBackups(settings);
  t.like(again.find(added.id), { ...rest, metadata: { BackupListCount: '2' }, schedule: { ...schedule!, id: 1 } });
  t.deepEqual(again.list(), [again.find(added.id)!]);
  t.true(again.update(added.id, { ...rest, description: 'changed' }));
  t.is(again.find(added.id)?.description, 'changed');
  t.is(again.find(added.id)?.schedule, undefined);
  t.is(again.find(added.id)?.database, added.database);
});

test('names are taken without regard to case, but not by the backup itself', async (t) => {
  const { settings } = await makeSettings(t);
  const backups = openBackups(settings);
  const { id } = backups.add(DEFINITION);
  t.true(backups.isNameTaken('HOME'));
  t.false(backups.isNameTaken('home', id));
  t.throws(() => backups.add({ ...DEFINITION, name: 'hOmE' }));
  t.is(backups.list().length, 1);
});

test('an identifier is never used again, and nothing odd is one', async (t) => {
  const { settings } = await makeSettings(t);
  const backups = openBackups(settings);
  const { id } = backups.add(DEFINITION);
  t.true(backups.remove(id));
  t.false(backups.remove(id));
  t.not(backups.add(DEFINITION).id, id);
  for (const odd of ['', '0', '-1', '1.0', '1e0', ' 1', '01', 'abc', '99999999999999999999', '1;--']) {
    t.is(backups.find(odd), undefined, odd);
    t.false(backups.update(odd, DEFINITION), odd);
    t.false(backups.remove(odd), odd);
  }
});

test('nothing that may be secret is in the files in plain', async (t) => {
  const { settings, folder } = await makeSettings(t);
  openBackups(settings).add(DEFINITION);
  openConnections(settings).add({ name: 'nas', description: '', url: 'ssh://user:canary-of-a-connection@nas/' });
  t.is(openConnections(settings).list()[0]?.url, 'ssh://user:canary-of-a-connection@nas/');
  const held = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'));
  t.true(
    held.some((text) => text.includes('Home')),
    'the files hold what is no secret',
  );
  for (const text of held) t.notRegex(text, /canary/);
});
