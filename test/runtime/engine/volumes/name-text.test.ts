/** Names are bytes, and a volume holds text. */
import test from 'ava';
import { nameOfText, textOfName } from '../../../../runtime/engine/volumes/name-text.ts';
import { pick, seedRandom } from '../random.ts';

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

test('a name that is UTF-8 is written as it is', (t) => {
  for (const name of ['a', 'ä ö', '🙂', '\ufffd', '\ufffdx', '\ufffdxZZ', '\ufffdx41', '\\xFF', '%FF']) {
    t.is(textOfName(Buffer.from(name)), name);
    t.is(nameOfText(name), name);
  }
});

test('bytes that are not UTF-8 are written so that people can read them, and come back', (t) => {
  t.is(textOfName(bytesOf('caf\xe9.txt')), 'caf\ufffdxE9.txt');
  t.deepEqual(nameOfText('caf\ufffdxE9.txt'), bytesOf('caf\xe9.txt'));
});

test('no two names have one text, also those that look like the notation', (t) => {
  const random = seedRandom(1);
  const pieces = [
    '\xef\xbf\xbd',
    'x',
    'F',
    '9',
    'FF',
    '\xff',
    '\xe9',
    '\xef',
    '\xbf',
    '\xbd',
    '\xc3\xa4',
    '\xf0\x9f',
    '\xed\xa0\x80',
  ];
  const met = new Map<string, Buffer>();
  for (let n = 0; n < 20_000; n++) {
    const name = bytesOf(Array.from({ length: 1 + random(6) }, () => pick(random, pieces)).join(''));
    const text = textOfName(name);
    t.is(Buffer.from(text).toString(), text);
    if (!Buffer.from(nameOfText(text)).equals(name)) t.fail(`${name.toString('hex')} came back as another name`);
    if (met.get(text)?.equals(name) === false) t.fail(`${text} is the text of two names`);
    met.set(text, name);
  }
});

test('the notation makes no separator, no dot and no end', (t) => {
  for (const name of ['\ufffdx2F', '\ufffdx2E\ufffdx2E', '\ufffdx00', '\ufffdx7F', '\ufffdxff'])
    t.is(nameOfText(name), name);
});
