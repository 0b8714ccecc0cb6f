import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openLog } from '../../../runtime/log/log.ts';
import { takeInitialPassword } from '../../../runtime/server/initial-password.ts';
import { hashPassword, verifyPassword } from '../../../runtime/server/password-hash.ts';
import { makeFolder, startProgram } from '../run-program.ts';

const SECRET = 'kanarie-Ünï-42';

async function take(t: ExecutionContext, content: string | Buffer, mode = 0o600) {
  const folder = await makeFolder(t);
  const file = path.join(folder, 'initial-password');
  writeFileSync(file, content);
  chmodSync(file, mode);
  const lines: string[] = [];
  const log = openLog('Verbose', { journal: false, write: (line) => void lines.push(line) });
  const has = await takeInitialPassword(folder, log);
  return { folder, file, has, said: lines.join('') };
}

const hashIn = (folder: string): string => JSON.parse(readFileSync(path.join(folder, 'password.json'), 'utf8')).hash;

test('an initial password becomes a hash in a file of ours and is deleted', async (t) => {
  const { folder, file, has, said } = await take(t, `${SECRET}\r\n`);
  t.true(has);
  t.false(existsSync(file));
  t.is(statSync(path.join(folder, 'password.json')).mode & 0o777, 0o600);
  t.true(await verifyPassword(SECRET, hashIn(folder)));
  t.false(await verifyPassword(`${SECRET}\r\n`, hashIn(folder)));
  t.false(said.includes(SECRET) || hashIn(folder).includes(SECRET));
  t.true(await takeInitialPassword(folder, openLog('Error', { write: () => {} })));
});

test('a later one takes the place of the password that was there', async (t) => {
  const { folder, file } = await take(t, 'old');
  writeFileSync(file, 'new', { mode: 0o600 });
  await takeInitialPassword(folder, openLog('Error', { write: () => {} }));
  t.true(await verifyPassword('new', hashIn(folder)));
  t.false(await verifyPassword('old', hashIn(folder)));
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
    const { folder, file, has, said } = await take(t, content, mode);
    t.false(has);
    t.regex(said, reason);
    t.true(existsSync(file));
    t.false(existsSync(path.join(folder, 'password.json')) || said.includes(SECRET));
  }
});

test('a link or a folder of that name is not used', async (t) => {
  const folder = await makeFolder(t);
  const lines: string[] = [];
  const log = openLog('Error', { journal: false, write: (line) => void lines.push(line) });
  writeFileSync(path.join(folder, 'other'), SECRET, { mode: 0o600 });
  symlinkSync('other', path.join(folder, 'initial-password'));
  t.false(await takeInitialPassword(folder, log));
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

test('the server takes the password at its start, and before that says where it would find one', async (t) => {
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
  t.true((await run(/has no password yet: .*\n/)).includes(path.join(folder, 'initial-password')));
  writeFileSync(path.join(folder, 'initial-password'), SECRET, { mode: 0o600 });
  t.false((await run(/a web password is set.*\n/)).includes(SECRET));
  t.false((await run(/a web password is set.*\n/)).includes('no password yet'));
  t.true(await verifyPassword(SECRET, hashIn(folder)));
});
