/** Elements of an XML answer, piece by piece: nothing is expanded, and nothing is kept but what is asked for. */
import sax from 'sax';
import { StorageError } from '../storage.ts';

export interface XmlHandlers {
  /** @param name without its namespace's prefix */
  open?(name: string, depth: number): void;
  /** @param text of the element itself, without its children's */
  close(name: string, text: string, depth: number): void;
}

/** Longest text of one element, and deepest nesting. */
const [MOST_TEXT, MOST_DEPTH] = [65_536, 100];

/** Reads a document to its end. @throws StorageError `failed` for one that is none */
export async function readXml(body: AsyncIterable<Uint8Array>, where: string, handlers: XmlHandlers): Promise<void> {
  const parser = sax.parser(true, { xmlns: true });
  const texts: string[] = [];
  const refuse = (why: string, cause?: unknown) =>
    new StorageError('failed', `${where}: its answer is no XML that can be read: ${why}`, cause);
  let problem: StorageError | undefined;
  parser.onerror = (thrown) => {
    problem ??= refuse(thrown.message.split('\n', 1)[0] ?? '', thrown);
  };
  parser.onopentag = (tag) => {
    texts.push('');
    if (texts.length > MOST_DEPTH) problem ??= refuse(`it is nested more than ${MOST_DEPTH} times`);
    handlers.open?.('local' in tag ? tag.local : tag.name, texts.length);
  };
  const add = (text: string) => {
    if (texts.length === 0) return;
    const whole = texts.at(-1) + text;
    if (whole.length > MOST_TEXT) problem ??= refuse('a text is too long');
    else texts[texts.length - 1] = whole;
  };
  parser.ontext = add;
  parser.oncdata = add;
  parser.onclosetag = (name) => {
    const text = texts.pop() ?? '';
    handlers.close(name.slice(name.indexOf(':') + 1), text.trim(), texts.length + 1);
  };
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const part of body) {
      parser.write(decoder.decode(part, { stream: true }));
      if (problem) throw problem;
    }
    parser.write(decoder.decode()).close();
  } catch (thrown) {
    if (thrown instanceof TypeError) throw refuse('it is not UTF-8', thrown);
    throw problem ?? thrown;
  }
  if (problem) throw problem;
}
