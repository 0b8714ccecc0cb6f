/** The elements of one JSON array that may be larger than any string. */
import { damaged } from './volume-error.ts';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Deepest nesting of an element: ours have lists of texts. */
const DEEPEST = 16;

/**
 * Each element of an array of objects, parsed by itself, from bytes that come in parts.
 * @param longest most bytes of one element.
 * @throws VolumeError when it is no such array, or ends too early, or goes on behind its end.
 */
export async function* jsonElements(parts: AsyncIterable<Buffer>, longest: number): AsyncGenerator<unknown> {
  const cut = elementCutter(longest);
  for await (const part of parts) yield* cut.take(part);
  cut.end();
}

function elementCutter(longest: number) {
  let state: 'before' | 'first' | 'inside' | 'between' | 'next' | 'after' = 'before';
  let [depth, isText, isEscaped] = [0, false, false];
  let held: Buffer[] = [];
  let heldSize = 0;
  const hold = (bytes: Buffer) => {
    heldSize += bytes.length;
    if (heldSize > longest) throw damaged(`an element of its list is longer than ${longest} bytes`);
    held.push(bytes);
  };

  /** Index behind the object's last byte, or the part's length when it goes on. */
  function skip(part: Buffer, from: number): number {
    let at = from;
    for (; at < part.length; at++) {
      const byte = part[at];
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === OPEN || byte === OPEN_OBJECT) {
        if (++depth > DEEPEST) throw damaged('an element of its list is nested too deep');
      } else if ((byte === CLOSE || byte === CLOSE_OBJECT) && --depth === 0) return at + 1;
    }
    return at;
  }

  function* take(part: Buffer): Generator<unknown> {
    let at = 0;
    while (at < part.length) {
      if (state === 'inside') {
        const end = skip(part, at);
        hold(part.subarray(at, end));
        at = end;
        if (depth > 0) return;
        yield parseElement(held.length === 1 ? held[0]! : Buffer.concat(held));
        held = [];
        heldSize = 0;
        state = 'between';
        continue;
      }
      const byte = part[at]!;
      if ((state === 'first' || state === 'next') && byte === OPEN_OBJECT) {
        state = 'inside';
        continue;
      }
      at++;
      if (SPACES.has(byte)) continue;
      if (state === 'before' && byte === OPEN) state = 'first';
      else if ((state === 'first' || state === 'between') && byte === CLOSE) state = 'after';
      else if (state === 'between' && byte === COMMA) state = 'next';
      else throw damaged('its list is no JSON array of objects');
    }
  }
  return {
    take,
    end() {
      if (state !== 'after') throw damaged('its list ends too early');
    },
  };
}

function parseElement(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (thrown) {
    throw damaged('an element of its list is no JSON', thrown);
  }
}
