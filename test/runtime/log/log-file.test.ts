import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openLogAt, openLogFile } from '../../../runtime/log/log-file.ts';
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

test('a file of a week makes place, and one whose lines are older than the retention goes', async (t) => {
  const folder = await makeFolder(t);
  const day = 86_400_000;
  const clock = { at: Date.now() };
  const log = openLogAt(path.join(folder, 'it.txt'), { bytes: 1000, older: 4, retention: 30 * day }, () => clock.at);
  t.teardown(log.close);
  log.write('one\n');
  clock.at += 6 * day;
  log.write('two\n');
  t.deepEqual(readdirSync(folder), ['it.txt']);
  clock.at += 2 * day;
  log.write('three\n');
  t.is(readFileSync(path.join(folder, 'it.1.txt'), 'utf8'), 'one\ntwo\n');
  t.is(readFileSync(path.join(folder, 'it.txt'), 'utf8'), 'three\n');
  clock.at = Date.now() + 3_600_000;
  utimesSync(path.join(folder, 'it.1.txt'), 1, (clock.at - 29 * day) / 1000);
  log.write('four\n');
  t.deepEqual(readdirSync(folder).sort(), ['it.1.txt', 'it.txt']);
  clock.at += 2 * day;
  log.write('five\n');
  t.deepEqual(readdirSync(folder), ['it.txt']);
});

test('a file that was moved away is begun anew; links and pipes are refused', async (t) => {
  const folder = await makeFolder(t);
  const file = path.join(folder, 'it.log');
  const clock = { at: Date.now() };
  const log = openLogAt(file, undefined, () => clock.at);
  t.teardown(log.close);
  log.write('one\n');
  renameSync(file, path.join(folder, 'moved'));
  clock.at += 61_000;
  log.write('two\n');
  t.is(readFileSync(file, 'utf8'), 'two\n');
  writeFileSync(path.join(folder, 'target'), '');
  symlinkSync('target', path.join(folder, 'link.log'));
  t.throws(() => openLogAt(path.join(folder, 'link.log')), { code: 'ELOOP' });
  execFileSync('mkfifo', [path.join(folder, 'pipe.log')]);
  t.throws(() => openLogAt(path.join(folder, 'pipe.log')));
});
