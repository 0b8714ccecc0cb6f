import test from 'ava';
import { compileFilter, type FilterRule, type FilterSystem } from '../../../../runtime/engine/filter/filter.ts';
import { hasExcludedAttribute, holdsIgnoredName, isTooLarge } from '../../../../runtime/engine/filter/limits.ts';
import { UserError } from '../../../../runtime/errors.ts';
import { CASES, makeText, pick, seedRandom } from '../random.ts';

const LINUX: FilterSystem = { platform: 'linux', environment: {} };
const WINDOWS: FilterSystem = { platform: 'win32', environment: {} };
/** `+rule` includes, `-rule` excludes. */
const compile = (texts: readonly string[], system = LINUX) =>
  compileFilter(
    texts.map((text): FilterRule => ({ isInclude: text.startsWith('+'), text: text.slice(1) })),
    system,
  );
const excludes = (rule: string, path: string, system = LINUX) =>
  compile([`-${rule}`], system).match(path) === 'exclude';

test('the first rule that matches decides, and what none matches is included', (t) => {
  const filter = compile(['+/a/keep.txt', '-*.txt', '+*.md', '-/b/']);
  t.is(filter.match('/a/keep.txt'), 'include');
  t.is(filter.match('/a/other.txt'), 'exclude');
  t.is(filter.match('/a/other.c'), 'include');
  t.is(filter.match('/b', true), 'exclude');
  t.is(filter.match('/b'), 'include', 'a file of that name');
  t.true(filter.canSkipFolder('/b/'));
  t.deepEqual(filter.explain('/a/x.txt').rule, { isInclude: false, text: '*.txt' });
  t.is(filter.explain('/a/x').rule, undefined);
  t.is(compile([]).match('/a'), 'include');
});

test('with includes alone all else is left out, but every folder is entered', (t) => {
  const filter = compile(['+*.txt']);
  t.is(filter.match('/a/b.txt'), 'include');
  t.is(filter.match('/a/b.c'), 'exclude');
  t.is(filter.match('/a/'), 'exclude');
  t.false(filter.canSkipFolder('/a/'));
});

test('globs, literals and paths', (t) => {
  t.true(excludes('*/cache/*', '/a/b/cache/c/d'), 'a star crosses separators');
  t.true(excludes('/a/?.txt', '/a/b.txt'));
  t.false(excludes('/a/?.txt', '/a/bc.txt'));
  t.true(excludes('@/a/*.txt', '/a/*.txt'));
  t.false(excludes('@/a/*.txt', '/a/b.txt'));
  t.true(excludes('/a/[b].txt', '/a/[b].txt'));
  t.true(excludes('/a', '/a'));
  t.false(excludes('/a', '/a/'));
  t.true(excludes('*', ''));
  t.true(excludes('*\u{1f600}?', '/\u{1f600}x'));
});

test('case counts on Linux, and nowhere else', (t) => {
  t.false(excludes('*.TXT', '/a.txt'));
  t.true(excludes('*.TXT', 'C:\\a.txt', WINDOWS));
  t.true(excludes('@c:\\É', 'C:\\é', WINDOWS));
  t.true(excludes('[.*\\.[A-C]xt]', '/a.Bxt'));
  t.true(excludes('[.*\\.[A-C]xt]', '/a.bXT', { platform: 'darwin', environment: {} }));
  t.true(excludes('[(?i).*\\.jpg]', '/a.JPG'));
});

test('groups stand for their lists', (t) => {
  const filter = compile(['-{SystemFiles;tmp}']);
  t.deepEqual(
    ['/proc/', '/tmp/', '/home/a~', '/home/'].map((path) => filter.match(path)),
    ['exclude', 'exclude', 'exclude', 'include'],
  );
  t.true(excludes('{DefaultExcludes}', '/usr/'));
  t.true(excludes('{OS}', 'D:\\Win\\', { platform: 'win32', environment: { SystemRoot: 'D:\\Win' } }));
  t.is(compile(['-{None}']).match('/a'), 'include');
  t.throws(() => compile(['-{Systm}']), {
    instanceOf: UserError,
    message: /^the filter \{Systm\} cannot be used: there is no group "Systm"; there are None, /,
  });
});

test('regular expressions match whole paths', (t) => {
  const cases: [string, string[], string[]][] = [
    ['.*\\.(jpe?g|png)', ['/a.jpg', '/a.jpeg', '/b/c.png'], ['/a.jpg/', '/a.gif', 'x.jpgx']],
    ['^/a/.*$', ['/a/', '/a/b\nc'], ['/b/a/']],
    ['/a|/b', ['/a', '/b'], ['/a/b', '/ab']],
    ['/[^/]+/x{2,3}', ['/a/xx', '/b/xxx'], ['/a/x', '/a/xxxx', '/a/b/xx']],
    ['[]a-c.]*', [']a.', 'cba'], ['d']],
    ['\\d{4}-\\w+', ['2026-äb_1', '٣٣٣٣-x'], ['202-a', '2026-']],
    ['a{,2}{', ['a{,2}{'], ['aa']],
    ['(?<year>\\d+)(?:-x)??(?#no)', ['1', '22-x'], ['-x']],
    ['\\x41\\u0042\\t[\\x43-\\x45]', ['AB\tD'], ['AB\tF']],
    ['[\\W]+\\p{Lu}', ['--A'], ['a-A', '--a']],
    ['(a|b)*?c+', ['abac', 'cc'], ['ab']],
    ['', [''], ['a']],
  ];
  for (const [text, yes, no] of cases) {
    for (const path of yes) t.true(excludes(`[${text}]`, path), `${text} matches ${path}`);
    for (const path of no) t.false(excludes(`[${text}]`, path), `${text} does not match ${path}`);
  }
});

test('what cannot be translated is refused with the reason', (t) => {
  const cases: [string, RegExp][] = [
    ['a++', /possessive/],
    ['(?=a)b', /looking around/],
    ['(?<!a)b', /looking around/],
    ['(?>a)', /atomic/],
    ['(?<a-b>c)', /balancing/],
    ['a(?i)b', /inline options/],
    ['(?(a)b|c)', /conditional/],
    ['(a)\\1', /references/],
    ['\\bword', /"\\b" is not supported/],
    ['[a-z-[aeiou]]', /subtraction/],
    ['\\p{IsGreek}', /no general category/],
    ['(a', /no end/],
    ['a)', /has no "\("/],
    ['[z-a]', /before it begins/],
    ['[abc', /no end/],
    ['*a', /nothing before/],
    ['a{3,2}', /before it begins/],
    ['a\\', /ends in/],
    ['((a{1000}){1000}){1000}', /too large/],
    ['a{99999}', /more than 1000 times/],
    ['('.repeat(5000), /more than 100 deep/],
  ];
  for (const [text, why] of cases)
    t.throws(() => compile([`-[${text}]`]), { instanceOf: UserError, message: why }, text.slice(0, 40));
});

test('no pattern takes long, however its repetitions are nested', (t) => {
  const long = `/${'a'.repeat(5000)}`;
  t.false(excludes('[/(a+)+b]', long));
  t.false(excludes('[/(a|a)*.*.*.*b]', long));
  t.true(excludes('*a*a*a*a*a*a*a*', long));
});

test('random globs and expressions match what JavaScript says they match', (t) => {
  const random = seedRandom(66);
  const parts = ['a', 'b', '/', '.', '(a|b)', '[ab]', '[^a]', 'a*', 'b+', '(ab)?', 'a{1,2}', '(a|/b)*'];
  for (let round = 0; round < CASES; round++) {
    const expression = makeText(random, parts, 5);
    const glob = makeText(random, ['a', 'b', '/', '*', '?', 'ab'], 6);
    const path = makeText(random, ['a', 'b', '/', 'ab', '\n'], 6);
    const wanted = new RegExp(`^(?:${expression})$`, 's').test(path);
    if (excludes(`[${expression}]`, path) !== wanted) return t.fail(JSON.stringify({ expression, path, wanted }));
    const isLike = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(path);
    if (glob !== '' && excludes(glob, path) !== isLike) return t.fail(JSON.stringify({ glob, path, isLike }));
  }
  t.pass();
});

test('whatever a rule is, it is compiled or refused in one sentence', (t) => {
  const random = seedRandom(67);
  const pieces = [
    ..."[](){}^$.*+?|\\-,:@#=!<>'ab1iPpxuk{}/ \0\n",
    '(?',
    '(?<a>',
    '\\p{L}',
    '{2,3}',
    '[^',
    '\u{1f600}',
    '{Temp}',
  ];
  let compiled = 0;
  for (let round = 0; round < CASES; round++) {
    const body = makeText(random, pieces, 10);
    const text = pick(random, [body, `[${body}]`, `{${body}}`, `@${body}`]);
    try {
      const filter = compileFilter([{ isInclude: false, text }], pick(random, [LINUX, WINDOWS]));
      filter.match(makeText(random, pieces, 10));
      compiled++;
    } catch (thrown) {
      if (!(thrown instanceof UserError)) return t.fail(`${JSON.stringify(text)}: ${thrown}`);
    }
  }
  t.true(compiled > CASES / 5);
});

test('many paths against fifty rules: each is read once', (t) => {
  const rules = Array.from({ length: 50 }, (_, number) =>
    pick(seedRandom(number), [
      `-*/cache${number}/*`,
      `-*.ext${number}`,
      `+/home/user${number}/keep/*`,
      `-[.*/x${number}\\d+/.*\\.(tmp|bak)]`,
    ]),
  );
  const filter = compile(rules);
  const random = seedRandom(50);
  const paths = Array.from(
    { length: 20_000 },
    () =>
      `/home/user${random(60)}/${pick(random, ['keep', 'cache7', 'docs', 'x3'])}/${random(1e6)}/f.${pick(random, ['ext4', 'txt', 'tmp'])}`,
  );
  const begin = performance.now();
  let excluded = 0;
  for (let round = 0; round < CASES / 3000; round++)
    for (const path of paths) if (filter.match(path) === 'exclude') excluded++;
  t.log(`${Math.round(((performance.now() - begin) * 1e6) / (paths.length * Math.ceil(CASES / 3000)))} ns a path`);
  t.true(excluded > 100);
});

test('sizes, attributes and names that keep out', (t) => {
  t.deepEqual(
    [10, 11].map((bytes) => isTooLarge(bytes, { mostBytes: 10 })),
    [false, true],
  );
  t.false(isTooLarge(1e15, {}));
  t.true(hasExcludedAttribute(['Archive', 'Hidden'], { attributes: ['Hidden'] }));
  t.false(hasExcludedAttribute(['Archive'], {}));
  t.true(holdsIgnoredName(new Set(['a', 'CACHEDIR.TAG']), { ignoredNames: ['CACHEDIR.TAG'] }));
  t.false(holdsIgnoredName(new Set(['a']), {}));
});
