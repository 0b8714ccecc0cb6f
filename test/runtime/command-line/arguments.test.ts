import test from 'ava';
import { findUnreadVariables, type Option, readArguments } from '../../../runtime/command-line/arguments.ts';
import { UserError } from '../../../runtime/errors.ts';

const options: readonly Option<'web-port' | 'fast' | 'level' | 'secret'>[] = [
  { name: 'web-port', aliases: ['webport'], value: 'PORT', default: '1', help: '' },
  { name: 'fast', help: '' },
  { name: 'level', value: 'LEVEL', choices: ['Low', 'High'], help: '' },
  { name: 'secret', value: 'WORD', secret: true, choices: ['a'], help: '' },
];
const read = (argv: string[], env: Record<string, string> = {}, spaced = false) =>
  readArguments(argv, env, options, { spaced, wrongUse: 200 });

test('a value comes from the command line, else the environment, else the default', (t) => {
  t.is(read([]).text('web-port'), '1');
  t.is(read([], { DUPLICATI__WEB_PORT: '2' }).text('web-port'), '2');
  t.is(read(['--web-port=3'], { DUPLICATI__WEB_PORT: '2' }).text('web-port'), '3');
  t.is(read([], { DUPLICATI__WEB_PORT: '' }).text('web-port'), '1');
  t.is(read([]).text('level'), undefined);
});

test('names are read in any case and under their aliases, values as they are, the last one wins', (t) => {
  t.is(read(['--WEB-Port=a=b']).text('web-port'), 'a=b');
  t.is(read(['--webport=x', '--web-port=y']).text('web-port'), 'y');
  t.is(read(['--web-port=']).text('web-port'), '');
});

test('a switch is on when named, off when told so', (t) => {
  t.false(read([]).flag('fast'));
  t.true(read(['--fast']).flag('fast'));
  t.true(read(['--fast=YES']).flag('fast'));
  t.false(read(['--fast', '--fast=off']).flag('fast'));
  t.true(read([], { DUPLICATI__FAST: '1' }).flag('fast'));
  t.throws(() => read(['--fast=perhaps']), { message: '--fast: "perhaps" is neither true nor false' });
});

test('words are kept in order, and after -- everything is a word', (t) => {
  t.deepEqual(read(['a', '--fast', 'b', '--', '--level=x', '-']).words, ['a', 'b', '--level=x', '-']);
});

test('a value in the next word is read only where asked for', (t) => {
  t.is(read(['--web-port', '5'], {}, true).text('web-port'), '5');
  t.deepEqual(read(['--fast', 'x'], {}, true).words, ['x']);
  t.throws(() => read(['--web-port', '5']), { message: 'option --web-port needs a value: --web-port=PORT' });
  t.throws(() => read(['--web-port'], {}, true), { instanceOf: UserError });
});

test('a choice is compared without case and given as the table spells it', (t) => {
  t.is(read(['--level=hIGH']).text('level'), 'High');
  t.throws(() => read([], { DUPLICATI__LEVEL: 'x' }), { message: 'DUPLICATI__LEVEL: "x" is not one of Low, High' });
});

test('an unknown option is refused with the nearest name and the exit code asked for', (t) => {
  const error = t.throws(() => read(['--web-prot=1']), { instanceOf: UserError });
  t.is(error?.message, 'unknown option --web-prot; did you mean --web-port?');
  t.is(error?.exitCode, 200);
  t.throws(() => read(['-web-port=1']), { message: /^unknown option -web-port/ });
  t.throws(() => read(['--qqqqqqqqq']), { message: 'unknown option --qqqqqqqqq' });
});

test('a secret is not repeated in an error', (t) => {
  t.throws(() => read(['--secret=hunter2']), { message: '--secret: the value is not one of a' });
});

test('variables that no option reads are found', (t) => {
  const env = { DUPLICATI__WEB_PRT: '1', DUPLICATI__FAST: '1', DUPLICATI__EMPTY: '', DUPLICATI_HOME: '/', PATH: '/' };
  t.deepEqual(findUnreadVariables(options, env), ['DUPLICATI__WEB_PRT']);
});
