import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { openLog } from '../../../runtime/log/log.ts';
import { findDataFolder, findFolderProblem, prepareDataFolder } from '../../../runtime/service/data-folder.ts';
import { isPrivateGroup } from '../../../runtime/service/private-group.ts';
import { makeFolder } from '../run-program.ts';

const silent = openLog('Error', { write: () => {} });
const us = process.getuid!();
const modeOf = (file: string) => statSync(file).mode & 0o7777;

function makeWithMode(folder: string, mode: number): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  return folder;
}

test('the folder is the option, else DUPLICATI_HOME, else the account’s configuration', (t) => {
  const all = { DUPLICATI_HOME: '/state', XDG_CONFIG_HOME: '/config', HOME: '/home/me' };
  t.is(findDataFolder('/given', all), '/given');
  t.is(findDataFolder(undefined, all), '/state');
  t.is(findDataFolder(undefined, { ...all, DUPLICATI_HOME: '' }), '/config/Duplicati');
  t.is(findDataFolder(undefined, { HOME: '/home/me' }), '/home/me/.config/Duplicati');
});

test('a missing folder is made with 0700, and so is every parent made on the way, whatever the umask', async (t) => {
  const root = await makeFolder(t);
  const folder = path.join(root, 'a/b/data');
  t.is(prepareDataFolder(folder, false, silent), folder);
  for (const made of ['a', 'a/b', 'a/b/data']) t.is(modeOf(path.join(root, made)), 0o700);
  t.is(prepareDataFolder(folder, false, silent), folder);
});

test('a folder that others could only look into is closed, with a line in the log', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  for (const mode of [0o755, 0o750, 0o701, 0o500]) {
    const lines: string[] = [];
    const log = openLog('Warning', { journal: true, write: (line) => void lines.push(line) });
    makeWithMode(folder, mode);
    t.is(prepareDataFolder(folder, false, log), folder);
    t.is(modeOf(folder), 0o700);
    t.regex(lines.join(''), /could be read by other accounts until now/);
  }
});

test('a folder with any other mode is refused with the way to mend it', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  for (const mode of [0o777, 0o770, 0o720, 0o1700, 0o2700, 0o1777]) {
    makeWithMode(folder, mode);
    const error = t.throws(() => prepareDataFolder(folder, false, silent), { instanceOf: UserError });
    t.is(error?.exitCode, 100);
    t.regex(error?.message ?? '', /its mode is \d{4}, it must be 0700 \(chmod 700\); .*--allow-insecure-datafolder/);
  }
});

test('with --allow-insecure-datafolder the log says what is wrong and the folder is used', async (t) => {
  const folder = makeWithMode(path.join(await makeFolder(t), 'data'), 0o755);
  const lines: string[] = [];
  const log = openLog('Warning', { journal: true, write: (line) => void lines.push(line) });
  t.is(prepareDataFolder(folder, true, log), folder);
  t.deepEqual(lines, ['<4>the data folder is not safe: its mode is 0755, it must be 0700 (chmod 700)\n']);
});

test('a folder below one that others can write to is refused, before anything is made in it', async (t) => {
  const open = makeWithMode(path.join(await makeFolder(t), 'open'), 0o777);
  for (const folder of [path.join(open, 'data'), path.join(open, 'deep/data')]) {
    t.throws(() => prepareDataFolder(folder, false, silent), { message: /open is writable by other accounts/ });
  }
  t.deepEqual(readdirSync(open), []);
});

test('below a sticky folder that all can write to, an entry of ours is good', async (t) => {
  const sticky = makeWithMode(path.join(await makeFolder(t), 'sticky'), 0o1777);
  const folder = path.join(sticky, 'data');
  t.is(prepareDataFolder(folder, false, silent), folder);
  t.is(findFolderProblem(folder), undefined);
});

test('a folder of another account is refused, and one below such a folder too', async (t) => {
  const parent = makeWithMode(path.join(await makeFolder(t), 'parent'), 0o755);
  const folder = makeWithMode(path.join(parent, 'data'), 0o700);
  // As root, hand the parent to somebody; as anybody else, look with the eyes of somebody else.
  const [other, viewer] = us === 0 ? [4711, 0] : [us, us + 1];
  chownSync(parent, other, process.getgid!());
  t.regex(findFolderProblem(folder, viewer) ?? '', new RegExp(`belongs to account ${other},`));
  chownSync(parent, us, process.getgid!());
  if (us === 0) t.is(findFolderProblem(folder, 1), 'it belongs to account 0, this program runs as 1');
  else t.is(findFolderProblem('/root', us), `it belongs to account 0, this program runs as ${us}`);
});

test('a link is followed, and where it leads is judged too', async (t) => {
  const root = await makeFolder(t);
  const good = makeWithMode(path.join(root, 'real/data'), 0o700);
  symlinkSync('real/../real/data', path.join(root, 'link'));
  t.is(prepareDataFolder(path.join(root, 'link'), false, silent), good);
  chmodSync(path.join(root, 'real'), 0o777);
  t.throws(() => prepareDataFolder(path.join(root, 'link'), false, silent), {
    message: /real is writable by other accounts/,
  });
  symlinkSync(good, path.join(root, 'absolute'));
  t.throws(() => prepareDataFolder(path.join(root, 'absolute'), false, silent), { message: /real is writable by/ });
  symlinkSync('circle', path.join(root, 'circle'));
  symlinkSync('nowhere', path.join(root, 'dangling'));
  writeFileSync(path.join(root, 'file'), '', { mode: 0o700 });
  for (const bad of ['circle', 'dangling', 'file', 'file/data']) {
    t.throws(() => prepareDataFolder(path.join(root, bad), false, silent), { instanceOf: UserError }, bad);
  }
});

test('a group is private when nobody else but root is in it', async (t) => {
  const folder = await makeFolder(t);
  const group = process.getgid!();
  const files = { group: path.join(folder, 'group'), passwd: path.join(folder, 'passwd') };
  const judge = (groupText: string, passwdText: string) => {
    writeFileSync(files.group, groupText);
    writeFileSync(files.passwd, passwdText);
    return isPrivateGroup(group, us, files);
  };
  t.true(judge('', ''));
  t.true(judge(`mine:x:${group}:root,me\n`, `root:x:0:0::/:/\nme:x:${us}:${group}::/:/\n`));
  t.false(judge(`mine:x:${group}:other\n`, `me:x:${us}:${group}::/:/\nother:x:4711:4711::/:/\n`));
  t.false(judge('', `other:x:4711:${group}::/:/\n`));
  t.false(isPrivateGroup(4_000_000, us, files));
});
