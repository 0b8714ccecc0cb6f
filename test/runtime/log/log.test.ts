import { fstatSync, openSync } from 'node:fs';
import test from 'ava';
import { isReadByJournal, openLog } from '../../../runtime/log/log.ts';
import { printable } from '../../../runtime/log/printable.ts';

function collect(level: Parameters<typeof openLog>[0], journal: boolean) {
  const lines: string[] = [];
  const now = () => new Date(Date.UTC(2026, 10, 22));
  return { lines, log: openLog(level, { journal, write: (line) => void lines.push(line), now }) };
}

test('a message is one line with time and level', (t) => {
  const { lines, log } = collect('Information', false);
  log.error('broken\nforged');
  log.notice('waits');
  log.verbose('not shown');
  t.deepEqual(lines, [
    '2026-11-22T00:00:00.000Z Error broken\\x0aforged\n',
    '2026-11-22T00:00:00.000Z Information waits\n',
  ]);
});

test('for the journal a message has its priority instead', (t) => {
  const { lines, log } = collect('Verbose', true);
  log.error('e');
  log.warning('w');
  log.notice('n');
  log.information('i');
  log.verbose('v');
  t.deepEqual(lines, ['<3>e\n', '<4>w\n', '<5>n\n', '<6>i\n', '<7>v\n']);
});

test('a level hides what is less important', (t) => {
  const { lines, log } = collect('Error', true);
  log.warning('w');
  log.notice('n');
  log.error('e');
  t.deepEqual(lines, ['<3>e\n']);
});

test('the journal is known by the stream that systemd named', (t) => {
  const descriptor = openSync('/dev/null', 'w');
  const { dev, ino } = fstatSync(descriptor);
  t.true(isReadByJournal(`${dev}:${ino}`, descriptor));
  t.false(isReadByJournal(`${dev}:${ino + 1}`, descriptor));
  t.false(isReadByJournal(undefined, descriptor));
  t.false(isReadByJournal('1:2', 999));
});

test('control characters and marks of direction are shown, not obeyed', (t) => {
  t.is(
    printable('a\x1b[31mb\r\n\x7f\x9b\u202e\u2028\u{1f600}ü'),
    'a\\x1b[31mb\\x0d\\x0a\\x7f\\x9b\\u202e\\u2028\u{1f600}ü',
  );
});
