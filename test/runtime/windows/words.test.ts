import test from 'ava';
import { joinCommandLine, quoteArgument, splitWords } from '../../../runtime/windows/words.ts';

/** Reads a command line as CommandLineToArgvW documents it, program first. */
function readCommandLine(line: string): string[] {
  const [, program = '', rest = ''] = /^"([^"]*)"(.*)$/s.exec(line) ?? [];
  const words: string[] = [];
  let word = '';
  let isWord = false;
  let isQuoted = false;
  for (let i = 0; i < rest.length; i++) {
    let slashes = 0;
    while (rest[i + slashes] === '\\') slashes++;
    if (slashes > 0) {
      const isBeforeQuote = rest[i + slashes] === '"';
      word += '\\'.repeat(isBeforeQuote ? slashes >> 1 : slashes);
      isWord = true;
      if (isBeforeQuote && slashes % 2 === 1) word += '"';
      i += slashes - (isBeforeQuote && slashes % 2 === 1 ? 0 : 1);
    } else if (rest[i] === '"') {
      isQuoted = !isQuoted;
      isWord = true;
    } else if (!isQuoted && (rest[i] === ' ' || rest[i] === '\t')) {
      if (isWord) words.push(word);
      word = '';
      isWord = false;
    } else {
      word += rest[i];
      isWord = true;
    }
  }
  return [program, ...(isWord ? [...words, word] : words)];
}

test('every argument comes back from a command line as it was', (t) => {
  const pieces = ['', ' ', '"', '\\', '\\\\', 'a', '\t', 'C:\\Program Files\\', '--x="y z"'];
  const all = pieces.flatMap((a) => pieces.flatMap((b) => pieces.map((c) => a + b + c)));
  for (const argument of all) {
    t.deepEqual(readCommandLine(joinCommandLine('C:\\x y\\z.exe', [argument, 'end'])), [
      'C:\\x y\\z.exe',
      argument,
      'end',
    ]);
  }
});

test('only what needs quotes has them, and the program always', (t) => {
  t.is(quoteArgument('--webservice-port=8200'), '--webservice-port=8200');
  t.is(quoteArgument('C:\\a b\\'), '"C:\\a b\\\\"');
  t.is(joinCommandLine('C:\\runtime.exe', ['a', '--service']), '"C:\\runtime.exe" a --service');
});

test('a setting is split at white space outside of quotes, and backslashes are plain', (t) => {
  t.deepEqual(splitWords('  --a=1\t--b="x y"  '), ['--a=1', '--b=x y']);
  t.deepEqual(splitWords("--server-datafolder='C:\\My Data\\x' ''"), ['--server-datafolder=C:\\My Data\\x', '']);
  t.deepEqual(splitWords('"unclosed word'), ['unclosed word']);
  t.deepEqual(splitWords(' '), []);
});
