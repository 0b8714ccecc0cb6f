import test from 'ava';
import { formatHelp } from '../../../runtime/command-line/help.ts';
import { suggestName } from '../../../runtime/command-line/suggest.ts';

test('the help has its sections, two spaces before an entry and two after its name', (t) => {
  const text = formatHelp({
    name: 'thing',
    summary: 'does it',
    usage: ['<command> [options]'],
    commands: [{ name: 'go', help: 'Go.' }],
    options: [
      { name: 'far-away', value: 'KM', default: '5', choices: ['5', '6'], help: `How ${'far '.repeat(30)}away.` },
    ],
    examples: [{ line: 'thing go', help: 'Go five.' }],
  });
  t.is(
    text,
    `thing - does it

Usage:
  thing <command> [options]

Commands:
  go  Go.

Options:
  --far-away=KM  ${`How ${'far '.repeat(22)}`.trimEnd()}
                 ${'far '.repeat(8)}away. One of 5, 6. Default: 5.
  --help         Print this help and exit.
  --version      Print the version and exit.

Environment:
  DUPLICATI__FAR_AWAY  Same as --far-away.

Examples:
  thing go  Go five.
`,
  );
});

test('the nearest name is suggested, a far one is not', (t) => {
  const names = ['status', 'health', 'run'];
  t.is(suggestName('helth', names), 'health');
  t.is(suggestName('sttaus', names), 'status');
  t.is(suggestName('rnu', names), 'run');
  t.is(suggestName('frobnicate', names), undefined);
  t.is(suggestName('x'.repeat(100_000), names), undefined);
});
