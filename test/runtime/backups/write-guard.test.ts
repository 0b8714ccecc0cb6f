import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { thisMachine } from '../../../runtime/backups/protected-paths.ts';
import { guardWrites } from '../../../runtime/backups/write-guard.ts';
import { makeFolder } from '../run-program.ts';

test('what is protected is not written, whatever holds it, and all beside it is', async (t) => {
  const top = await makeFolder(t);
  const folder = path.join(top, 'data');
  const home = path.join(top, 'people/me');
  await mkdir(folder);
  await mkdir(home, { recursive: true });
  await symlink(folder, path.join(top, 'link'));
  await symlink(home, path.join(top, 'me'));
  const mayWrite = guardWrites(thisMachine(folder), [home]);
  for (const file of [
    folder,
    `${folder}/x`,
    `${folder}/new/deep/x`,
    `${top}/link/x`,
    top, // its owner and mode too
    '/etc',
    '/etc/crontab',
    '/etc/cron.d',
    '/etc/cron.d/x',
    `${home}/.ssh`,
    `${home}/.ssh/authorized_keys`,
    `${home}/.config/systemd/user/x.service`,
    `${top}/me/.ssh/authorized_keys`,
    '/root/.ssh/authorized_keys',
    '/home/other/.config/autostart/x.desktop',
  ])
    t.false(mayWrite(file), file);
  for (const file of [
    `${top}/x`,
    `${top}/data2`,
    `${home}/.bash_history`,
    `${home}/.config/app/x`,
    `${top}/restored/.ssh/authorized_keys`, // of no account: somebody looks at what there was
    '/etc/hosts',
    '/srv/x',
  ])
    t.true(mayWrite(file), file);
});

test('on Windows too', (t) => {
  const mayWrite = guardWrites(
    {
      ...thisMachine('C:\\ProgramData\\Duplicati'),
      platform: 'win32',
      environment: {},
      realpath: (file) => file,
      isLink: () => false,
      identify: () => undefined,
    },
    [],
  );
  const startup = 'C:\\Users\\me\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup';
  for (const file of ['C:\\ProgramData\\Duplicati\\x', 'C:\\Windows\\x', `${startup}\\x.lnk`, 'C:\\ProgramData'])
    t.false(mayWrite(file), file);
  for (const file of ['C:\\Users\\me\\x', 'D:\\x', 'C:\\ProgramData\\Other\\x', `D:\\old${startup.slice(2)}\\x.lnk`])
    t.true(mayWrite(file), file);
});
