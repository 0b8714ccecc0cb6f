import test from 'ava';
import { parseVersion } from '../../../build/model/version.ts';
import { rpmVercmp, rpmVersion } from '../../../installers/rpm/version.ts';
import { seededNumbers } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

/** Pairs that take every branch of the comparison. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['1.0', '1.0'],
  ['1.0', '2.0'],
  ['2.0.1', '2.0'],
  ['1.2.3.4', '1.2.3'],
  ['1.2.10', '1.2.9'],
  ['1.02', '1.2'],
  ['1.2.0~beta.2', '1.2.0'],
  ['1.2.0~beta.2', '1.2.0~beta.10'],
  ['1.2.0~beta', '1.2.0~beta.1'],
  ['1.2.0~alpha', '1.2.0~beta'],
  ['1.2.0~rc.1', '1.2.0.1~rc.1'],
  ['1.2.0~', '1.2.0'],
  ['1.2.0~~', '1.2.0~'],
  ['1.2.0^', '1.2.0'],
  ['1.2.0^5', '1.2.0.1'],
  ['1.2.0^5', '1.2.0~5'],
  ['1.2.0^~1', '1.2.0^'],
  ['1.2.0^1', '1.2.0^1^2'],
  ['1.a', '1.1'],
  ['1a', '1.'],
  ['a1', 'b0'],
  ['xyz.4', '8'],
  ['', '1'],
  ['', '~'],
  ['', '^'],
  ['', ''],
  ['1_0', '1.0'],
  ['1..0', '1.0'],
  ['1.0+', '1.0'],
  ['00012', '12'],
  ['99999999999999999999', '9'],
];

test('versions are said in words of rpm', (t) => {
  const say = (text: string): string => {
    const { version, release } = rpmVersion(parseVersion(text));
    return `${version}-${release}`;
  };
  t.is(say('1.2.3'), '1.2.3-1');
  t.is(say('1.2.3.4'), '1.2.3.4-1');
  t.is(say('1.2.0-beta.2'), '1.2.0~beta.2-1');
  t.is(say('1.2.0-rc-1'), '1.2.0~rc.1-1');
  t.is(say('1.2.0+5.gabcdef'), '1.2.0-1.5.gabcdef');
});

test('a product grows from its first alpha to a rebuild of its release and on', (t) => {
  const ladder = ['1.2.0-alpha', '1.2.0-alpha.1', '1.2.0-alpha.10', '1.2.0-beta.2', '1.2.0-beta.10', '1.2.0-rc.1'];
  ladder.push('1.2.0', '1.2.0+5', '1.2.0+6', '1.2.0.1', '1.2.1', '1.10.0', '2.0.0-beta', '2.0.0');
  for (const [index, text] of ladder.slice(1).entries()) {
    const [older, newer] = [rpmVersion(parseVersion(ladder[index]!)), rpmVersion(parseVersion(text))];
    const order = rpmVercmp(older.version, newer.version) || rpmVercmp(older.release, newer.release);
    t.is(order, -1, `${ladder[index]} before ${text}`);
  }
});

test('comparing the other way round turns the answer round', (t) => {
  for (const [a, b] of PAIRS) t.is(rpmVercmp(a, b), negate(rpmVercmp(b, a)), `${a} and ${b}`);
});

test('the comparison agrees with rpm on chosen and random versions', (t) => {
  if (!haveTool(t, 'rpm')) return;
  // It takes no empty version.
  const pairs = [...PAIRS, ...randomPairs(2000)].filter(([a, b]) => a !== '' && b !== '');
  const list = pairs.map(([a, b]) => `{"${a}","${b}"}`).join(',');
  const script = `for _, p in ipairs({${list}}) do print(rpm.vercmp(p[1], p[2]) .. " ") end`;
  const answers = runTool('rpm', ['--eval', `%{lua:${script}}`])
    .trim()
    .split(/\s+/);
  t.is(answers.length, pairs.length);
  for (const [index, [a, b]] of pairs.entries()) t.is(rpmVercmp(a, b), sign(Number(answers[index])), `${a} and ${b}`);
});

function* randomPairs(count: number): Generator<readonly [string, string]> {
  const number = seededNumbers(7);
  const pieces = ['0', '1', '2', '10', '01', 'a', 'b', 'beta', 'rc', '.', '.', '~', '^', '_', '+'];
  const text = () => Array.from({ length: number(6) }, () => pieces[number(pieces.length)]!).join('');
  for (let i = 0; i < count; i++) {
    const start = text();
    yield [start + text(), start + text()];
  }
}

function negate(order: -1 | 0 | 1): -1 | 0 | 1 {
  return order === 0 ? 0 : order === 1 ? -1 : 1;
}

function sign(number: number): -1 | 0 | 1 {
  return number === 0 ? 0 : number < 0 ? -1 : 1;
}
