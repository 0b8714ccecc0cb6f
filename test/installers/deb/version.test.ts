import test from 'ava';
import { parseVersion } from '../../../build/model/version.ts';
import { compareDebVersions, debVersion } from '../../../installers/deb/version.ts';
import { seededNumbers } from '../../suites/blobs.ts';
import { haveTool, runTool } from '../../suites/tool.ts';

const render = (text: string): string => debVersion(parseVersion(text));

test('every part of a version finds its place in the dialect', (t) => {
  t.is(render('1.2.0'), '1.2.0');
  t.is(render('1.2.0-beta.2'), '1.2.0~beta.2');
  t.is(render('2.1.0.5'), '2.1.0.5');
  t.is(render('2.1.0.5-canary-3'), '2.1.0.5~canary.3');
  t.is(render('1.2.0+5'), '1.2.0+5');
  t.is(render('1.2.0-rc.1+build.7'), '1.2.0~rc.1+build.7');
});

/** From the oldest to the newest. */
const ORDER = [
  '0.9.9',
  '1.2.0-1',
  '1.2.0-alpha',
  '1.2.0-alpha.1',
  '1.2.0-beta',
  '1.2.0-beta.2',
  '1.2.0-beta.10',
  '1.2.0-rc.1',
  '1.2.0',
  '1.2.0+5',
  '1.2.0.1-beta.1',
  '1.2.0.1',
  '1.2.0.10',
  '1.2.1',
  '1.10.0',
  '10.0.0',
];

test('prereleases come before their release and numbers count by value', (t) => {
  for (const [index, older] of ORDER.entries()) {
    for (const newer of ORDER.slice(index + 1)) {
      t.true(compareDebVersions(render(older), render(newer)) < 0, `${older} before ${newer}`);
      t.true(compareDebVersions(render(newer), render(older)) > 0, `${newer} after ${older}`);
    }
    t.is(compareDebVersions(render(older), render(older)), 0);
  }
});

/** What separates, sorts low, sorts high, and numbers that differ in zeros alone. */
const PIECES = [
  '0',
  '00',
  '1',
  '01',
  '9',
  '10',
  '2',
  'a',
  'b',
  'Z',
  'beta',
  'rc',
  '~',
  '~~',
  '+',
  '.',
  '-',
  '1-1',
  '~beta.2',
];

test('dpkg agrees on the order of the table and of a thousand random versions', (t) => {
  if (!haveTool(t, 'dpkg')) return;
  const number = seededNumbers(20261122);
  const random = (): string => {
    let text = number(6) === 0 ? `${number(3)}:` : '';
    text += String(number(3));
    for (let i = number(7); i > 0; i--) text += PIECES[number(PIECES.length)];
    return text.endsWith('-') ? `${text}0` : text;
  };
  const pairs: [string, string][] = ORDER.flatMap((a) => ORDER.map((b): [string, string] => [render(a), render(b)]));
  for (let i = 0; i < 1000; i++) pairs.push([random(), random()]);
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" gt "$b"; then echo 1
    else echo 0; fi
  done`;
  const answers = runTool('sh', ['-c', script], pairs.map((pair) => `${pair.join(' ')}\n`).join(''))
    .trim()
    .split('\n');
  t.is(answers.length, pairs.length);
  for (const [index, [a, b]] of pairs.entries()) {
    t.is(Math.sign(compareDebVersions(a, b)), Number(answers[index]), `${a} and ${b}`);
  }
});
