import test from 'ava';
import { findWeakness } from '../../../runtime/auth/password-rules.ts';

test('short, common, repeated and rowed passwords are weak, each with its reason', (t) => {
  const weak: [string, RegExp][] = [
    ['', /fewer than 12/],
    ['elevenchars', /fewer than 12/],
    ['aaaaaaaaaaaa', /few different/],
    ['123456789012', /row of neighbouring/],
    ['abcdefghijklmnop', /row of neighbouring/],
    ['Password1234', /many people choose/],
    ['!!!Letmein!!!', /few different|many people choose/],
    ['Duplicati2026', /many people choose/],
    ['hunter1hunter1', /repeats a short word/],
    ['x'.repeat(2000), /longer than 1024/],
  ];
  for (const [password, reason] of weak) t.regex(findWeakness(password) ?? 'none', reason, password);
});

test('a few words in a row, any script, and random letters are not', (t) => {
  for (const password of [
    'seven green bottles',
    'поехали на дачу вчера',
    'kTz9-vbQ2-mmXw',
    '五月雨を集めて早し最上川かな',
  ])
    t.is(findWeakness(password), undefined, password);
});
