import test from 'ava';
import { emptyDraft, findFaults, readDraft, writeDraft } from '../../../runtime/web/client/backups/draft.ts';
import { MASK, type Whole } from '../../../runtime/web/client/backups/forms.ts';
import { readTarget, sayTarget, writeTarget } from '../../../runtime/web/client/backups/target.ts';

const ADDRESSES = [
  'file:///srv/backup',
  'file://C:\\backup',
  'ssh://nas.local:2222/home/me?auth-username=me&auth-password=a%20b%26c',
  `ssh://nas.local/home/me?auth-username=me&auth-password=${MASK}`,
  'webdav://cloud.example/dav?use-ssl=true&auth-username=me',
  's3://bucket/folder?use-ssl=true&s3-server-name=s3.example&auth-username=id&auth-password=key',
  // What fields cannot say stays an address.
  'ssh://me:secret@nas.local/home',
  'ssh://nas.local//srv/absolute?ssh-fingerprint=x',
  'webdav://cloud.example/dav?auth-username=me',
  'file:///srv/backup?use-move-for-put=true',
  'rclone://remote/path',
  'not an address',
];

test('an address is the same after it was taken apart', (t) => {
  for (const url of ADDRESSES) t.is(writeTarget(readTarget(url)), url);
});

test('a list names a destination without its secrets', (t) => {
  t.is(sayTarget(ADDRESSES[2]!), 'ssh: nas.local:2222');
  t.is(sayTarget('ssh://me:secret@nas.local/home'), 'ssh');
});

const WHOLE: Whole = {
  Backup: {
    ID: '3',
    Name: 'Documents',
    Description: '',
    TargetURL: 'file:///srv/backup',
    ConnectionStringID: -1,
    Tags: ['a tag'],
    Metadata: { LastBackupDate: '20261122T150840Z' },
    Sources: ['/home/'],
    Settings: [
      { Name: 'encryption-module', Value: 'aes', Filter: '' },
      { Name: 'passphrase', Value: MASK, Filter: '' },
      { Name: 'dblock-size', Value: '1GB', Filter: '' },
      { Name: 'keep-time', Value: '6M', Filter: '' },
      { Name: 'throttle-upload', Value: '1MB', Filter: '' },
      { Name: 'encoding', Value: 'x=y', Filter: '*.txt' },
    ],
    Filters: [
      { Order: 0, Include: false, Expression: '*.tmp' },
      { Order: 1, Include: true, Expression: '-odd' },
    ],
  },
  Schedule: {
    Time: '2030-01-07T20:00:00.000Z',
    Repeat: '2W',
    LastRun: '2029-01-01T00:00:00Z',
    AllowedDays: ['mon', 'fri'],
  },
};

test('a backup that nothing is changed of is sent back as it was', (t) => {
  const { Backup, Schedule } = writeDraft(readDraft(WHOLE)) as Whole; // the form that is sent is the one that is read
  const byName = (settings: Whole['Backup']['Settings']) => settings.map((one) => JSON.stringify(one)).sort();
  const wanted = WHOLE.Backup.Settings.map((one) => (one.Name === 'dblock-size' ? { ...one, Value: '1024MB' } : one));
  t.deepEqual(byName(Backup.Settings), byName(wanted.map(({ Name, Value, Filter }) => ({ Name, Value, Filter }))));
  t.deepEqual({ ...Backup, Settings: [] }, { ...WHOLE.Backup, Settings: [] });
  t.deepEqual(Schedule, WHOLE.Schedule);
});

test('an encryption or a retention without a field is kept among the lines', (t) => {
  const Settings = [
    { Name: 'encryption-module', Value: 'gpg', Filter: '' },
    { Name: 'passphrase', Value: MASK, Filter: '' },
    { Name: 'retention-policy', Value: '7D:0s', Filter: '' },
    { Name: 'keep-versions', Value: '3', Filter: '' },
  ];
  const draft = readDraft({ ...WHOLE, Backup: { ...WHOLE.Backup, Settings } });
  const sent = writeDraft(draft) as Whole; // as above
  const values = (name: string) => sent.Backup.Settings.filter(({ Name }) => Name === name).map(({ Value }) => Value);
  t.deepEqual(values('encryption-module'), ['gpg']);
  t.deepEqual(values('retention-policy'), ['7D:0s']);
  t.deepEqual(values('keep-versions'), ['3']);
  t.deepEqual(values('passphrase'), [MASK]);
});

test('what is missing is found at its step', (t) => {
  t.deepEqual(
    findFaults(emptyDraft()).map(({ field }) => field),
    ['name', 'passphrase', 'target', 'sources'],
  );
  t.deepEqual(findFaults(readDraft(WHOLE)), []);
});
