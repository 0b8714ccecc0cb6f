import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { findInOption, findInText, findPrograms, readAllowedPrograms } from '../../../runtime/backups/programs.ts';
import type { Security } from '../../../runtime/windows/security.ts';
import { ADMINISTRATORS, SYSTEM } from '../../../runtime/windows/sid.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';
import { descriptorBytes, type Entry, FULL, ME, READ, USERS } from '../windows/descriptors.ts';

test('whatever names a program is found: in options, addresses, sources, encoded or not', (t) => {
  const found = [
    ...['run-script-before', '--RUN-SCRIPT-AFTER', ' gpg-program-path', 'rclone-executable', 'parameters-file'].map(
      (name) => findInOption(name, '/tmp/x'),
    ),
    findInOption('secret-provider', 'pass://?pass-command=/tmp/x'),
    findInOption('secret-provider', ' Pass:?x=1'), // `//` may be left out
    findInOption('remote-sync-json-config', '{"options":{"run-script-before":"/tmp/x"}}'),
    findInOption('unknown', 'a\n--run-script-before=/tmp/x'),
    findInText('rclone://:sftp,ssh="touch /tmp/x":/'),
    findInText('s3://b/p?rclone-option=--sftp-ssh=x'),
    findInText('s3://b/p?%72un-script-before=/tmp/x'),
    findInText('s3://b/p?%2572un-script-before=/tmp/x'),
    findInText('@/mnt|RCLONE://remote/'),
    findInText(`s3://b/p?x=${'%25'.repeat(1)}2525252525252572`),
  ];
  for (const [index, one] of found.entries()) t.is(one.length, 1, `case ${index}`);
  const sources = ['/home/', '@/m|rclone://x'];
  t.is(findPrograms({ targetUrl: 'file:///x', sources, options: [] }).length, 1);
});

test('what names none is left alone, and an empty value names nothing', (t) => {
  t.deepEqual(findInOption('run-script-before', ''), []);
  t.deepEqual(findInOption('passphrase', 'rclone://100%25'), []);
  for (const text of [
    '/srv/run-script-before/x',
    'file:///srv/rclone/',
    'ssh://u:p%40@h/',
    '/100%/',
    'C:\\gpg',
    'compass://x',
  ])
    t.deepEqual(findInText(text), [], text);
});

test('the file of an administrator allows a name or one value, while only root can write to it', async (t) => {
  const { log, lines } = keepLog();
  const folder = await makeFolder(t);
  const file = path.join(folder, 'allowed-programs');
  const script = { name: 'run-script-before', value: '/usr/local/sbin/x' };
  t.false(readAllowedPrograms(log, file).isAllowed(script));
  writeFileSync(file, '# ours\nrun-script-before=/usr/local/sbin/x\n gpg-program-path\n');
  chmodSync(file, 0o644);
  // Folders for everybody's files, such as the one that tests use, are not good enough.
  t.false(readAllowedPrograms(log, file).isAllowed(script));
  t.regex(lines.join(''), /is not used: others than root can change/);
  if (process.getuid?.() !== 0) return;
  const own = '/var/lib/packwright-test-allowed';
  mkdirSync(own, { recursive: true, mode: 0o755 });
  t.teardown(async () => (await import('node:fs')).rmSync(own, { recursive: true, force: true }));
  const good = path.join(own, 'allowed-programs');
  writeFileSync(good, '# ours\nrun-script-before=/usr/local/sbin/x\n gpg-program-path\n', { mode: 0o644 });
  const allowed = readAllowedPrograms(log, good);
  t.true(allowed.isAllowed(script));
  t.true(allowed.isAllowed({ name: 'gpg-program-path', value: 'anything' }));
  t.false(allowed.isAllowed({ ...script, value: '/tmp/x' }));
  t.false(allowed.isAllowed({ ...script, name: 'run-script-after' }));
  chmodSync(good, 0o664);
  t.false(readAllowedPrograms(log, good).isAllowed(script));
  chmodSync(good, 0o644);
});

test('on Windows the file counts while SYSTEM and Administrators alone can change it; the account of the server cannot', async (t) => {
  const { log, lines } = keepLog();
  const file = path.join(await makeFolder(t), 'allowed-programs');
  writeFileSync(file, 'gpg-program-path\r\n');
  const ours: Entry[] = [
    { sid: SYSTEM, mask: FULL },
    { sid: ADMINISTRATORS, mask: FULL },
  ];
  const isAllowed = (owner: string, entries: Entry[]) => {
    const security: Security = {
      ownAccounts: () => [ME],
      accountName: () => undefined,
      readSecurity: (at) => descriptorBytes(...(at === file ? ([owner, entries] as const) : ([SYSTEM, ours] as const))),
      makeFolder: () => true,
      protectFolder() {},
    };
    return readAllowedPrograms(log, file, 'win32', () => security).isAllowed({ name: 'gpg-program-path', value: 'x' });
  };
  t.true(isAllowed(ADMINISTRATORS, ours));
  t.true(isAllowed(SYSTEM, ours));
  t.false(isAllowed(ME, ours));
  t.false(isAllowed(SYSTEM, [...ours, { sid: ME, mask: FULL }]));
  t.false(isAllowed(SYSTEM, [...ours, { sid: USERS, mask: READ }]));
  t.regex(lines.join(''), /allowed-programs is not used: .*(belongs to|can change|can read)/);
});

test('a change of the file counts at once', async (t) => {
  if (process.getuid?.() !== 0) return;
  const own = '/var/lib/packwright-test-allowed-later';
  mkdirSync(own, { recursive: true, mode: 0o755 });
  t.teardown(async () => (await import('node:fs')).rmSync(own, { recursive: true, force: true }));
  const file = path.join(own, 'allowed-programs');
  const allowed = readAllowedPrograms(keepLog().log, file);
  const naming = { name: 'gpg-program-path', value: 'x' };
  t.false(allowed.isAllowed(naming));
  writeFileSync(file, 'gpg-program-path\n', { mode: 0o644 });
  t.true(allowed.isAllowed(naming));
});
