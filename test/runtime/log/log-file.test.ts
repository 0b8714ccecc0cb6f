import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openLogFile } from '../../../runtime/log/log-file.ts';
import { makeFolder } from '../run-program.ts';

test('a full file makes place for the next, and the oldest goes', async (t) => {
  const folder = path.join(await makeFolder(t), 'log');
  const log = openLogFile(folder, 'it', { bytes: 30, older: 2 });
  for (let i = 0; i < 20; i++) log.write(`line ${String(i).padStart(4, '0')}\n`);
  log.close();
  t.deepEqual(readdirSync(folder).sort(), ['it.1.log', 'it.2.log', 'it.log']);
  t.is(readFileSync(path.join(folder, 'it.log'), 'utf8'), 'line 0018\nline 0019\n');
  t.is(readFileSync(path.join(folder, 'it.1.log'), 'utf8'), 'line 0015\nline 0016\nline 0017\n');
  t.is(statSync(path.join(folder, 'it.log')).mode & 0o777, 0o600);
});

test('a log goes on in the file that is there', async (t) => {
  const folder = await makeFolder(t);
  for (const line of ['one\n', 'two\n']) {
    const log = openLogFile(folder, 'it');
    log.write(line);
    log.close();
  }
  t.is(readFileSync(path.join(folder, 'it.log'), 'utf8'), 'one\ntwo\n');
});

test('a folder that cannot be is an error when the log is opened', (t) => {
  t.throws(() => openLogFile('/dev/null/log', 'it'), { code: 'ENOTDIR' });
});
