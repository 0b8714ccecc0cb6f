import test from 'ava';
import { commandLineOf, shortText } from '../../../platforms/linux/command-line.ts';
import { parseHelp } from '../../../platforms/linux/help-text.ts';
import { editionNamed, lantern, payloadOf } from './lantern.ts';

const HELP = payloadOf(editionNamed('desk')).help;

function lineOf(name: string) {
  const program = lantern.programs.find((each) => each.name === name);
  return commandLineOf(program!, HELP[name] ?? '');
}

test('usage, paragraphs and lists are told apart by titles and indentation', (t) => {
  const help = parseHelp('lantern-server', HELP['lantern-server']!);
  t.deepEqual(help.usage, ['lantern-server [options]', 'lantern-server check']);
  t.deepEqual(help.paragraphs, ['lantern-server - serve the lantern to browsers']);
  t.deepEqual(
    help.sections.map(({ title, entries }) => [title, entries.length]),
    [
      ['Options', 2],
      ['Environment', 2],
      ['Examples', 2],
    ],
  );
});

test('the further lines of an entry belong to its text', (t) => {
  const { sections } = parseHelp('x', 'Options:\n  --a    first\n         second\n  --long-one\n         below\n');
  t.deepEqual(sections[0]!.entries, [
    { term: '--a', text: 'first second' },
    { term: '--long-one', text: 'below' },
  ]);
});

test('a list ends where text begins at the left edge again', (t) => {
  const { sections, paragraphs } = parseHelp('x', 'Options:\n  --a  first\n\nMore words\nhere.\n\nAnd there.\n');
  t.is(sections[0]!.entries.length, 1);
  t.deepEqual(paragraphs, ['More words here.', 'And there.']);
});

test('an option has its flags, the name of its value and what that may be', (t) => {
  const [version, compression, colour] = lineOf('lantern-cli').options;
  t.like(version, { flags: ['-V', '--version'], value: undefined, joined: false });
  t.like(compression, { flags: ['-c', '--compression'], value: 'level', joined: false, choices: ['low', 'high'] });
  t.like(colour, { flags: ['--colour', '--no-colour'], value: undefined });
  const [port, level] = lineOf('lantern-server').options;
  t.like(port, { flags: ['--port'], value: 'PORT', joined: true, choices: [] });
  t.deepEqual(level!.choices, ['low', 'high', 'none']);
});

test('a command has its name apart from its operands and aliases', (t) => {
  t.deepEqual(
    lineOf('lantern-cli').commands.map(({ name, operands }) => [name, operands]),
    [
      ['copy', '[options] <folder>'],
      ['give', '<folder>'],
      ['help', '[command]'],
    ],
  );
});

test('what the manifest says of commands and options wins', (t) => {
  const program = {
    ...lantern.programs[0]!,
    options: [{ flags: '-x, --extra=N', summary: 'more' }],
    commands: [{ name: 'go', summary: 'start' }],
  };
  const line = commandLineOf(program, HELP.lantern!);
  t.deepEqual(
    line.options.map(({ flags }) => flags),
    [['-x', '--extra']],
  );
  t.deepEqual(
    line.commands.map(({ name }) => name),
    ['go'],
  );
});

test('a program that says nothing still has a synopsis', (t) => {
  t.deepEqual(lineOf('lantern-agent'), {
    program: lantern.programs[2]!,
    usage: ['lantern-agent [options]'],
    paragraphs: [],
    commands: [],
    options: [],
    environment: [],
    others: [],
  });
});

test('an endless help text is refused', (t) => {
  t.throws(() => parseHelp('x', 'a'.repeat(1024 * 1024 + 1)), { message: /more than 1 MiB/ });
});

test('a completion shows the first sentence, shortened', (t) => {
  t.is(shortText('Where to listen. Default: 8400.'), 'Where to listen');
  t.is(shortText('x'.repeat(300)).length, 100);
});
