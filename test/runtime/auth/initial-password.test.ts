import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { takeInitialPassword } from '../../../runtime/auth/initial-password.ts';
import { hashPassword, verifyPassword } from '../../../runtime/auth/password-hash.ts';
import { openPasswords } from '../../../runtime/auth/passwords.ts';
import { type Log, openLog } from '../../../runtime/log/log.ts';
import { openSettings } from '../../../runtime/settings/settings.ts';
import { makeFolder, startProgram } from '../run-program.ts';

const SECRET = 'kanarie-Ünï-42';

async function take(t: ExecutionContext, content: string | Buffer, mode = 0o600) {
  const folder = await makeFolder(t);
  const file = path.join(folder, 'initial-password');
  writeFileSync(file, content);
  chmodSync(file, mode);
  const lines: string[] = [];
  const log = openLog('Verbose', { journal: false, write: (line) => void lines.push(line) });
  const passwords = await openIn(t, folder, log);
  await takeInitialPassword(folder, passwords, log);
  return { folder, file, passwords, said: lines.join('') };
}

async function openIn(t: ExecutionContext, folder: string, log: Log) {
  const settings = await openSettings(folder, { isRequired: false, isDisabled: false }, log);
  t.teardown(settings.close);
  return openPasswords(settings, log, () => {});
}

test('an initial password becomes the password and its file is deleted; nothing in the folder holds it', async (t) => {
  const { folder, file, passwords, said } = await take(t, `${SECRET}\r\n`);
  t.true(passwords.isSet());
  t.false(existsSync(file));
  t.true(await passwords.verify(SECRET));
  t.false(await passwords.verify(`${SECRET}\r\n`));
  t.false(said.includes(SECRET));
  for (const name of readdirSync(folder)) t.false(readFileSync(path.join(folder, name)).includes('kanarie'), name);
});

test('a later one takes the place of the password that was there', async (t) => {
  const { folder, file, passwords } = await take(t, 'old');
  writeFileSync(file, 'new', { mode: 0o600 });
  await takeInitialPassword(folder, passwords, openLog('Error', { write: () => {} }));
  t.true(await passwords.verify('new'));
  t.false(await passwords.verify('old'));
});

test('one that others can read or that is no password is not used, stays, and the log says why', async (t) => {
  const cases: [string | Buffer, number, RegExp][] = [
    [SECRET, 0o644, /its mode is 0644, it must be 0600/],
    [SECRET, 0o660, /its mode is 0660/],
    ['', 0o600, /it is empty/],
    ['\n', 0o600, /it is empty/],
    ['two\nlines', 0o600, /more than one line/],
    [Buffer.from([0xff, 0xfe, 0x41, 0]), 0o600, /not UTF-8/],
    ['x'.repeat(1025), 0o600, /longer than 1024/],
    [Buffer.alloc(1 << 20), 0o600, /longer than 1024/],
  ];
  for (const [content, mode, reason] of cases) {
    const { file, passwords, said } = await take(t, content, mode);
    t.false(passwords.isSet());
    t.regex(said, reason);
    t.true(existsSync(file));
    t.false(said.includes(SECRET));
  }
});

test('a link or a folder of that name is not used', async (t) => {
  const folder = await makeFolder(t);
  const lines: string[] = [];
  const log = openLog('Error', { journal: false, write: (line) => void lines.push(line) });
  writeFileSync(path.join(folder, 'other'), SECRET, { mode: 0o600 });
  symlinkSync('other', path.join(folder, 'initial-password'));
  const passwords = await openIn(t, folder, log);
  await takeInitialPassword(folder, passwords, log);
  t.false(passwords.isSet());
  t.regex(lines.join(''), /not a plain file/);
});

test('a hash is Argon2id of 64 MiB with a salt of its own, and the same letters in another spelling match', async (t) => {
  const [one, two] = [await hashPassword('é'), await hashPassword('é')];
  t.regex(one, /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  t.not(one, two);
  t.true(await verifyPassword('e\u0301', one));
});

test('a spoiled hash is an error, never a match, and cannot ask for all memory', async (t) => {
  const sound = await hashPassword('x');
  for (const spoiled of ['', 'x', sound.slice(0, -1), sound.replace('65536', '9999999'), sound.replace('t=3', 't=0')]) {
    await t.throwsAsync(verifyPassword('x', spoiled), { message: /not an Argon2id hash/ });
  }
});

test('the server takes the password at its start, and before that gives a sign-in link', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const args = ['--webservice-port=0', `--server-datafolder=${folder}`];
  mkdirSync(folder, { mode: 0o700 });
  const run = async (pattern: RegExp) => {
    const server = startProgram('duplicati-server', args);
    t.teardown(() => server.child.kill('SIGKILL'));
    await server.says(pattern);
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    t.is(code, 0);
    return stderr;
  };
  await run(/has no password yet: .*signin\.html\?token=[\w-]{43} .*\n/);
  writeFileSync(path.join(folder, 'initial-password'), SECRET, { mode: 0o600 });
  t.false((await run(/the password of initial-password is set.*\n/)).includes(SECRET));
  t.false((await run(/Listening on .*\n/)).includes('no password yet'));
});
