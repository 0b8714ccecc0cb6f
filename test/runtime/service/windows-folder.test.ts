import { mkdirSync, type readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openLog } from '../../../runtime/log/log.ts';
import { findDataFolder, prepareDataFolder, windowsSystem } from '../../../runtime/service/data-folder.ts';
import { closeEmptyFolder, findWindowsFolderProblem } from '../../../runtime/service/windows-folder.ts';
import type { Security } from '../../../runtime/windows/security.ts';
import { ADMINISTRATORS, SYSTEM } from '../../../runtime/windows/sid.ts';
import { makeFolder } from '../run-program.ts';
import { descriptorBytes, type Entry, FULL, ME, READ, USERS } from '../windows/descriptors.ts';

const OURS: Entry[] = [
  { sid: SYSTEM, mask: FULL },
  { sid: ADMINISTRATORS, mask: FULL },
  { sid: ME, mask: FULL },
];
const OPEN: Entry[] = [...OURS, { sid: USERS, mask: READ }];

const ADA = 'S-1-5-21-1-2-3-1002';

/** A disk: owner and list of every folder by its path. */
function makeDisk(folders: Readonly<Record<string, [string, Entry[]]>>): Security {
  return {
    ownAccounts: () => [ME],
    accountName: (sid) => (sid === ADA ? 'BOX\\ada' : undefined),
    readSecurity(file) {
      const found = folders[file];
      if (!found) throw new Error('access denied');
      return descriptorBytes(...found);
    },
    makeFolder: () => true,
    protectFolder() {},
  };
}
const above: Readonly<Record<string, [string, Entry[]]>> = {
  'C:\\': [SYSTEM, OPEN],
  'C:\\ProgramData': [SYSTEM, OPEN],
};
const isFolder = () => ({ isLink: false, isFolder: true });
const FOLDER = 'C:\\ProgramData\\Duplicati';

test('on Windows the folder is the option, else DUPLICATI_HOME, else below LOCALAPPDATA', (t) => {
  const all = { DUPLICATI_HOME: 'D:\\state', LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local', SystemRoot: 'C:\\Windows' };
  t.is(findDataFolder('E:\\given\\', all, 'win32'), 'E:\\given');
  t.is(findDataFolder(undefined, all, 'win32'), 'D:\\state');
  t.is(findDataFolder(undefined, { ...all, DUPLICATI_HOME: '' }, 'win32'), 'C:\\Users\\me\\AppData\\Local\\Duplicati');
});

test('an account whose folder is inside Windows has its data below ProgramData', (t) => {
  const system = {
    LOCALAPPDATA: 'C:\\WINDOWS\\system32\\config\\systemprofile\\AppData\\Local',
    SystemRoot: 'C:\\Windows',
  };
  t.is(findDataFolder(undefined, { ...system, ProgramData: 'C:\\ProgramData' }, 'win32'), FOLDER);
});

test('a folder of ours below folders of the system is good', (t) => {
  t.is(findWindowsFolderProblem(FOLDER, makeDisk({ ...above, [FOLDER]: [ADMINISTRATORS, OURS] }), isFolder), undefined);
});

test('a folder that somebody made before us, or that others can read, is refused', (t) => {
  const squatted = makeDisk({ ...above, [FOLDER]: [USERS, OURS] });
  t.regex(findWindowsFolderProblem(FOLDER, squatted, isFolder) ?? '', /^it belongs to Users/);
  const open = makeDisk({ ...above, [FOLDER]: [ME, OPEN] });
  t.is(findWindowsFolderProblem(FOLDER, open, isFolder), 'Users (S-1-5-32-545) can read it');
  const shared = makeDisk({ ...above, [FOLDER]: [ME, [...OURS, { sid: ADA, mask: FULL }]] });
  t.is(findWindowsFolderProblem(FOLDER, shared, isFolder), `BOX\\ada (${ADA}) can change it`);
});

test('a folder below one that others can exchange is refused, and so is what cannot be judged', (t) => {
  const loose: [string, Entry[]] = [SYSTEM, [...OURS, { sid: USERS, mask: FULL }]];
  const disk = makeDisk({ 'C:\\': above['C:\\']!, 'C:\\ProgramData': loose, [FOLDER]: [ME, OURS] });
  t.regex(findWindowsFolderProblem(FOLDER, disk, isFolder) ?? '', /^C:\\ProgramData can be changed by Users/);
  const unknown = makeDisk({ 'C:\\': above['C:\\']! });
  t.regex(findWindowsFolderProblem(FOLDER, unknown, isFolder) ?? '', /C:\\ProgramData cannot be told: access denied/);
});

test('links are refused wherever they stand, and so is a file', (t) => {
  const disk = makeDisk({ ...above, [FOLDER]: [ME, OURS] });
  for (const link of ['C:\\ProgramData', FOLDER]) {
    const look = (file: string) => ({ isLink: file === link, isFolder: file !== link });
    t.regex(findWindowsFolderProblem(FOLDER, disk, look) ?? '', /is a link; name the folder it leads to/);
  }
  t.is(
    findWindowsFolderProblem(FOLDER, disk, () => ({ isLink: false, isFolder: false })),
    'it is not a folder',
  );
});

test('without koffi a folder is refused with the way out, and used with it', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  mkdirSync(folder);
  const system = windowsSystem(() => {
    throw new Error('koffi.node is not there');
  });
  const said: string[] = [];
  const log = openLog('Warning', { journal: false, write: (line) => void said.push(line) });
  t.throws(() => prepareDataFolder(folder, false, log, system), {
    message: /koffi\.node is not there; .*--allow-insecure-datafolder/,
  });
  t.is(prepareDataFolder(folder, true, log, system), folder);
  t.regex(said.join(''), /not safe: .*koffi\.node is not there/);
});

test("an empty folder of a trusted account is closed to others; one that holds something, or is another account's, is left", (t) => {
  const closed: string[] = [];
  const disk = (owner: string): Security => ({
    ...makeDisk({ ...above, [FOLDER]: [owner, OPEN] }),
    protectFolder: (folder, sddl) => void closed.push(`${folder} ${sddl}`),
  });
  const listing = (...names: string[]) => (() => names) as unknown as typeof readdirSync; // of its overloads, the one that is called
  closeEmptyFolder(FOLDER, disk(ADMINISTRATORS), isFolder, listing('planted'));
  closeEmptyFolder(FOLDER, disk(USERS), isFolder, listing());
  closeEmptyFolder(FOLDER, disk(ADMINISTRATORS), () => ({ isLink: true, isFolder: true }), listing());
  t.deepEqual(closed, []);
  closeEmptyFolder(FOLDER, disk(ADMINISTRATORS), isFolder, listing());
  t.regex(closed.join(), /^C:\\ProgramData\\Duplicati .*D:P/);
});
