import path from 'node:path';
import test from 'ava';
import { LOG_LEVELS } from '../../../runtime/log/log.ts';
import { type Entry, selectEntries } from '../../../runtime/log/log-filter.ts';
import { openRunLog } from '../../../runtime/log/run-log.ts';

const entry = (level: Entry['level'], id: string, tag = 'Duplicati.Main'): Entry => ({ level, tag, id, message: id });

test('a level takes itself and what is more important', (t) => {
  for (const [at, level] of LOG_LEVELS.entries()) {
    const wants = selectEntries({ level });
    t.deepEqual(
      LOG_LEVELS.filter((one) => wants(entry(one, 'x'))),
      LOG_LEVELS.slice(at),
    );
  }
});

test('the first filter that fits decides whatever the level; ids can be left out', (t) => {
  const cases: [filter: string, level: Entry['level'], id: string, isTaken: boolean][] = [
    ['', 'Information', 'Event', false],
    ['*-Event', 'Information', 'Event', true],
    ['+*-EVENT', 'Verbose', 'Event', true],
    ['Event', 'Information', 'Event', false],
    ['-*-Event', 'Error', 'Event', false],
    ['-*-Event;+*', 'Verbose', 'Other', true],
    [`+*-Eve?t${path.delimiter}-*`, 'Verbose', 'Event', true],
    [`+*-Event;-*`, 'Error', 'Other', false],
    ['-[.*-(Event|Other)]', 'Error', 'Other', false],
    ['-[[;:]x];+[Verbose-.*]', 'Verbose', 'Other', true],
    ['+', 'Information', 'Event', false],
    ['*Main.Event', 'Information', 'Event', false],
  ];
  for (const [filter, level, id, isTaken] of cases)
    t.is(selectEntries({ level: 'Warning', filter })(entry(level, id)), isTaken, `${filter} ${level} ${id}`);
  const wants = selectEntries({ level: 'Warning', ignored: 'Event, Other;Third' });
  t.deepEqual(
    ['Event', 'Other', 'Third', 'Fourth', 'even'].filter((id) => wants(entry('Error', id))),
    ['Fourth', 'even'],
  );
  t.throws(() => selectEntries({ level: 'Warning', filter: '-[(]' }), { instanceOf: SyntaxError });
});

test('a line has the time, the tag and one message, without secrets; what people see is not shown to them again', (t) => {
  const [kept, shown]: string[][] = [[], []];
  const write = (to: string[]) => (line: string) => void to.push(line);
  const log = openRunLog(
    [
      { wants: () => true, write: write(kept!) },
      { wants: () => true, write: write(shown!), isForPeople: true },
      { wants: () => false, write: () => t.fail() },
    ],
    (text) => text.replace('canary', '***'),
    () => new Date(2026, 10, 23, 4, 5, 6),
  );
  log.say({ level: 'Retry', tag: 'A.B', id: 'C', message: 'canary\nforged \x1b[31m' });
  log.say(entry('Error', 'seen'), true);
  t.regex(kept![0]!, /^2026-11-23 04:05:06 [+-]\d\d(:\d\d)? - \[Retry-A\.B-C\]: \*\*\*\\x0aforged \\x1b\[31m\n$/);
  t.is(kept!.length, 2);
  t.is(shown!.length, 1);
});
