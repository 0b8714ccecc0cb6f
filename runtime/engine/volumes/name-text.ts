/**
 * Names are bytes, and a volume holds text. A name that is UTF-8 is written as it is; of any other each byte that is none becomes `U+FFFD x FF`:
 * `caf\xe9` is `caf�xE9`, under which every reader restores something, and from which we get the bytes back. Only bytes from 0x80 on are read from
 * it: no notation makes a separator, a dot, or an end.
 */

const NOTATION = /\ufffdx([89A-F][0-9A-F])/;
const ALL = new RegExp(NOTATION, 'g');
const LONGEST_CHARACTER = 4;

/** Text of a name, or of a path, that another name never has. */
export function textOfName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  if (!NOTATION.test(text) && Buffer.from(text).equals(bytes)) return text;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    // A name that itself looks like the notation is written by it.
    const isOne =
      character !== undefined && !(character === '\ufffd' && NOTATION.test(bytes.toString('utf8', at, at + 6)));
    if (isOne) {
      parts.push(character);
      at += Buffer.byteLength(character);
    } else parts.push(notationOf(bytes[at++]!));
  }
  return parts.join('');
}

/** What the system calls it: text where that is UTF-8, else its bytes; on Windows, whose names are UTF-16, always text. */
export function nameOfText(text: string): string | Buffer {
  if (process.platform === 'win32' || !NOTATION.test(text)) return text;
  const bytes: Buffer[] = [];
  let from = 0;
  for (const found of text.matchAll(ALL)) {
    bytes.push(Buffer.from(text.slice(from, found.index)), Buffer.from([Number.parseInt(found[1]!, 16)]));
    from = found.index + found[0].length;
  }
  bytes.push(Buffer.from(text.slice(from)));
  return Buffer.concat(bytes);
}

function characterAt(bytes: Buffer, at: number): string | undefined {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= bytes.length; length++) {
    const piece = bytes.subarray(at, at + length);
    const text = piece.toString('utf8');
    if (Buffer.from(text).equals(piece)) return text;
  }
  return undefined;
}

const notationOf = (byte: number) => `\ufffdx${byte.toString(16).toUpperCase()}`;
