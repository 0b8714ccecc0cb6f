import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  findRestoreProblem,
  judgePaths,
  type Machine,
  spellWindows,
  thisMachine,
} from '../../../runtime/backups/protected-paths.ts';
import { makeForm, openServer } from '../api/open-server.ts';
import { makeFolder } from '../run-program.ts';

test('the server and what starts programs are out of reach of a restore, however the path is written', async (t) => {
  const top = await makeFolder(t);
  const folder = path.join(top, 'data');
  await mkdir(path.join(top, 'free/in'), { recursive: true });
  await mkdir(path.join(folder, 'inner'), { recursive: true });
  await symlink(folder, path.join(top, 'free/link'));
  await symlink('/etc', path.join(top, 'free/etc'));
  await symlink('../link/inner', path.join(top, 'free/in/two'));
  const machine = thisMachine(folder);
  for (const target of [
    folder,
    `${folder}/`,
    `${folder}/inner/new`,
    `${top}/free/../data`,
    `${top}/./data//inner`,
    `${top}/free/link`,
    `${top}/free/link/new/deep`,
    `${top}/free/in/two`,
    `${top}/free/etc/cron.d`,
    `${top}/free/etc/../etc/systemd/system`,
    `/proc/self/root${folder}`,
    top, // it holds the data folder
    '/',
    '/etc',
    '/etc/cron.d/new',
    '/etc/cron.daily',
    '/var/spool/cron/crontabs/root',
    '/etc/crontab',
    '/lib/systemd/system',
    '/usr/lib/systemd',
    '/run/systemd/system/x.service',
    '/etc/duplicati',
    '/home/me/.config/systemd/user',
    '/home/me/.config/autostart/x.desktop',
    '/root/.ssh',
    '/etc/passwd',
    '/etc/shadow',
    '/usr/bin/env',
    '/bin/sh',
    '/etc/ssh/sshd_config',
    'relative/path',
    '',
    `${top}/free\0`,
  ])
    t.truthy(findRestoreProblem(target, machine), JSON.stringify(target));
  for (const target of [
    `${top}/free`,
    `${top}/free/new/deep`,
    `${top}/data2`,
    '/srv/restored',
    '/home/me/Documents',
    '/etcetera',
  ])
    t.is(findRestoreProblem(target, machine), undefined, target);
});

test('what cannot be judged is refused: links without an end, loops of links, names too long', async (t) => {
  const top = await makeFolder(t);
  await symlink('/etc/cron.d/not-there', path.join(top, 'loose'));
  await symlink(path.join(top, 'loop'), path.join(top, 'loop'));
  const machine = thisMachine('/var/lib/d');
  for (const name of ['loose', 'loose/new', 'loop/new', 'x'.repeat(5000)])
    t.truthy(findRestoreProblem(path.join(top, name), machine), name.slice(0, 20));
  const locked = () => {
    throw new Error('EACCES');
  };
  t.truthy(findRestoreProblem('/srv/x', { ...machine, identify: locked }));
});

test('for many paths, protected places are looked at once', (t) => {
  let asked = 0;
  const real = thisMachine('/var/lib/d');
  const realpath = (file: string) => {
    asked += 1;
    return real.realpath(file);
  };
  const machine: Machine = { ...real, realpath };
  const judge = judgePaths(machine);
  judge('/srv/x');
  const first = asked;
  for (let count = 0; count < 10; count++) t.is(judge('/'), 'it is protected, or holds what is');
  t.true(first > 40);
  t.is(asked - first, 20);
});

test('a second path to a protected folder, by a mount or without case, is seen through', (t) => {
  const same: Record<string, string> = {
    '/etc/cron.d': '1:1',
    '/mnt/bound': '1:1',
    '/ETC/CRON.D': '1:1',
    '/mnt': '1:2',
  };
  const machine: Machine = { ...thisMachine('/var/lib/d'), realpath: (file) => file, identify: (file) => same[file] };
  for (const target of ['/mnt/bound', '/mnt/bound/deep/new', '/ETC/CRON.D/x'])
    t.truthy(findRestoreProblem(target, machine), target);
  t.is(findRestoreProblem('/mnt/other', machine), undefined);
});

const windows: Machine = {
  platform: 'win32',
  folder: 'C:\\ProgramData\\Duplicati',
  environment: { ProgramData: 'C:\\ProgramData', SystemRoot: 'C:\\Windows', ProgramFiles: 'C:\\Program Files' },
  home: 'C:\\Users\\me',
  host: 'BOX',
  isLink: () => false,
  identify: () => undefined,
  realpath(file) {
    const links: Record<string, string> = {
      'd:\\link': 'C:\\ProgramData\\Duplicati',
      'c:\\progra~3': 'C:\\ProgramData',
      'c:\\progra~3\\duplic~1': 'C:\\ProgramData\\Duplicati',
      'd:\\volume': '\\\\?\\Volume{1234}\\x',
    };
    const real = links[file.toLowerCase()];
    if (real !== undefined) return real;
    if (/^[a-z]:\\$/i.test(file) || /^c:\\(programdata|windows|users)$/i.test(file)) return file;
    throw new Error('ENOENT');
  },
};

test('on Windows case, short names, prefixes, links, streams, dots at the end and own shares do not help', (t) => {
  for (const target of [
    'C:\\ProgramData\\Duplicati',
    'c:/programdata/DUPLICATI/x',
    '\\\\?\\C:\\ProgramData\\Duplicati\\x',
    '\\\\.\\C:\\ProgramData\\Duplicati',
    '//?/C:/ProgramData/Duplicati',
    'C:\\ProgramData\\Duplicati. .\\x',
    'C:\\ProgramData\\.\\x\\..\\Duplicati',
    'C:\\ProgramData\\Duplicati::$INDEX_ALLOCATION\\x',
    'C:\\ok\\file.txt:stream',
    'C:\\PROGRA~3\\DUPLIC~1\\x',
    'C:\\PROGRA~3\\Duplicati',
    'C:\\unknown\\DUPLIC~1',
    'D:\\link\\x',
    'D:\\volume\\x',
    'C:\\Windows\\System32\\Tasks\\x',
    'C:\\Program Files\\Duplicati',
    'C:\\ProgramData',
    'C:\\',
    'C:\\ProgramData\\Microsoft\\Windows\\Start Menu\\Programs\\StartUp',
    'C:\\Users\\other\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\x.lnk',
    '\\\\localhost\\c$\\x',
    '\\\\127.0.0.1\\share',
    '\\\\box\\share',
    '\\\\BOX.example\\share',
    '\\\\other\\c$\\Windows',
    '\\\\?\\UNC\\localhost\\share\\x',
    '\\\\?\\GLOBALROOT\\Device\\HarddiskVolume1\\x',
    '\\\\.\\PhysicalDrive0',
    '\\??\\C:\\Windows',
    'C:x',
    'C:',
    '\\x',
    'x',
    'C:\\ok\\NUL',
    'C:\\ok\\com1.txt',
  ])
    t.truthy(findRestoreProblem(target, windows), target);
  for (const target of [
    'C:\\Restored',
    'D:\\',
    'c:/users/me/Documents/',
    '\\\\nas\\share\\x',
    '\\\\?\\D:\\x',
    'C:\\ProgramData2',
    'D:\\a~b',
  ])
    t.is(findRestoreProblem(target, windows), undefined, target);
  t.is(spellWindows('\\\\?\\UNC\\nas\\Share\\X. ', 'box'), '\\\\nas\\share\\x');
});

test('a restore through the API into the data folder is refused, one to elsewhere goes on', async (t) => {
  const { call, folder } = await openServer(t, () => ({ run: async () => undefined }));
  await call('POST', 'v1/backups', makeForm('one', { Sources: ['/home/', '/etc/cron.d/'] }));
  const restore = async (body: Record<string, unknown>) => (await call('POST', 'v1/backup/1/restore', body)).status;
  t.is(await restore({ paths: ['/home/x'], restore_path: `${folder}/../data` }), 403);
  t.is(await restore({ paths: ['/etc/cron.d/x'] }), 403);
  t.is(await restore({ paths: [], restore_path: '' }), 403); // all of it, cron's folder too
  t.is(await restore({ paths: ['/etc/cron.d/x'], restore_path: '/srv/restored' }), 200);
  t.is(await restore({ paths: ['/home/x'] }), 200);
  for (const path of ['/e*/cron.d/x', '/etc/cron.?/x', '*', '@/etc/cron.d/x', '/home/x/*/../../../etc/cron.d/x'])
    t.is(await restore({ paths: [path] }), 403, path);
  for (const path of ['/home/x/*', '/home/x/*.odt', '@/home/x/what?.odt'])
    t.is(await restore({ paths: [path] }), 200, path);
});

test('neither a destination nor a file that an option names lies in a protected place', async (t) => {
  const { call, folder } = await openServer(t);
  const add = async (more: Record<string, unknown>) => (await call('POST', 'v1/backups', makeForm('one', more))).status;
  const setting = (Name: string, Value: string) => ({ Settings: [{ Name, Value, Filter: null, Argument: null }] });
  for (const more of [
    { TargetURL: `file://${folder}` },
    { TargetURL: 'file:///etc/cron.d?prefix=x' },
    { TargetURL: 'FILE:///' },
    { TargetURL: '/etc/systemd/system' },
    setting('log-file', '/etc/cron.d/x'),
    setting('--LOG-FILE', ' /srv/../etc/cron.d/x'),
    setting('debug-propfind-file', `${folder}/settings.key`),
    setting('dbpath', `${folder}/server-settings.sqlite`),
  ])
    t.is(await add(more), 403, JSON.stringify(more));
  t.is((await call('PATCH', 'v1/serversettings', { '--log-file': '/etc/cron.d/x' })).status, 403);
  t.is((await call('PATCH', 'v1/serversettings', { '--log-file': '/var/log/x.log' })).status, 200);
  t.is(await add({ TargetURL: 'file:///srv/destination', ...setting('log-file', '/var/log/x.log') }), 200);
});
