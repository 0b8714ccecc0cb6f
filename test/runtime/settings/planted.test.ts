import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { findPlantedFile } from '../../../runtime/service/private-file.ts';
import { openSettings } from '../../../runtime/settings/settings.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';

test('a database that somebody else put into the folder before is not opened, and left as it is', async (t) => {
  for (const name of ['server-settings.sqlite', 'server-settings.sqlite-wal', 'server-settings.sqlite-shm']) {
    const folder = await makeFolder(t);
    const file = path.join(folder, name);
    writeFileSync(file, 'planted', { mode: 0o666 });
    chownSync(file, 12345, 12345);
    const opened = openSettings(folder, { isRequired: false, isDisabled: false }, keepLog().log);
    await t.throwsAsync(opened, { message: /is not used: it belongs to account 12345; move it away/ }, name);
    t.is(readFileSync(file, 'utf8'), 'planted');
  }
});

test('a link or a folder in the place of a file is none of ours', async (t) => {
  const folder = await makeFolder(t);
  writeFileSync(path.join(folder, 'other'), '');
  symlinkSync('other', path.join(folder, 'link'));
  mkdirSync(path.join(folder, 'folder'));
  t.regex(findPlantedFile(path.join(folder, 'link')) ?? '', /not a plain file/);
  t.regex(findPlantedFile(path.join(folder, 'folder')) ?? '', /not a plain file/);
  t.is(findPlantedFile(path.join(folder, 'other')), undefined);
  t.is(findPlantedFile(path.join(folder, 'none')), undefined);
});
