import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { UserError } from '../../../runtime/errors.ts';
import { auditFolder } from '../../../runtime/service/audit-folder.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder, runProgram, startServer } from '../run-program.ts';

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('files and folders that others could use are closed with one line in the log; links and what is judged elsewhere stay', async (t) => {
  const folder = await makeFolder(t);
  const at = (name: string) => path.join(folder, name);
  const { log, lines } = keepLog();
  const audit = () => auditFolder(folder, { insecure: false, log, judgedElsewhere: ['initial-password'] });
  mkdirSync(at('log'));
  chmodSync(at('log'), 0o755);
  for (const name of ['A.sqlite', 'log/server.log', 'initial-password', 'good']) {
    writeFileSync(at(name), '');
    chmodSync(at(name), name === 'good' ? 0o600 : 0o644);
  }
  const outside = path.join(await makeFolder(t), 'outside');
  writeFileSync(outside, '');
  chmodSync(outside, 0o644);
  symlinkSync(outside, at('link'));
  mkdirSync(at('take-over-Ab12xy'));
  audit();
  t.is(modeOf(at('A.sqlite')), '600');
  t.is(modeOf(at('log')), '700');
  t.is(modeOf(at('log/server.log')), '600');
  t.is(modeOf(at('initial-password')), '644');
  t.is(modeOf(outside), '644');
  t.false(existsSync(at('take-over-Ab12xy')));
  t.is(lines.length, 1);
  t.regex(lines[0] ?? '', /took the rights of other accounts from .*A\.sqlite/);
  audit();
  t.is(lines.length, 1);
});

test('a file of another account in the data folder stops the start, unless the folder may be insecure', async (t) => {
  if (process.getuid?.() !== 0) return;
  const folder = path.join(await makeFolder(t), 'data');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(path.join(folder, 'planted.sqlite'), '');
  chownSync(path.join(folder, 'planted.sqlite'), 65534, 65534);
  const { log, lines } = keepLog();
  t.throws(() => auditFolder(folder, { insecure: false, log, judgedElsewhere: [] }), {
    instanceOf: UserError,
    message: /planted\.sqlite .* belongs to account 65534.*chown/,
  });
  auditFolder(folder, { insecure: true, log, judgedElsewhere: [] });
  t.regex(lines.join(''), /belongs to account 65534/);
  const refused = await runProgram('duplicati-server', ['--webservice-port=0', `--server-datafolder=${folder}`]);
  t.is(refused.code, 100);
  t.regex(refused.stderr, /planted\.sqlite/);
});

test('after its first start everything in the data folder is for one account alone', async (t) => {
  const folder = path.join(await makeFolder(t), 'data');
  const server = await startServer(t, [`--server-datafolder=${folder}`, '--configure-https']);
  await server.says(/signin/);
  const { log, lines } = keepLog();
  auditFolder(folder, { insecure: false, log, judgedElsewhere: [] });
  t.deepEqual(lines, []);
  t.is(modeOf(folder), '700');
});

test('a folder that the server cannot look into, such as the lost+found of a disk, is left alone', async (t) => {
  const folder = await makeFolder(t);
  mkdirSync(path.join(folder, 'lost+found'), { mode: 0o700 });
  const { log, lines } = keepLog();
  const read = (at: string) => {
    if (at !== folder) throw new Error('EACCES');
    return readdirSync(at, { withFileTypes: true });
  };
  auditFolder(folder, { insecure: false, log, judgedElsewhere: [] }, process.getuid?.(), read);
  t.deepEqual(lines, []);
});
