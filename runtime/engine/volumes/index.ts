/** Entries of a dindex: `vol/NAME` says what is in a dblock, `list/HASH` holds a blocklist. */
import { isHashText } from './hash-text.ts';
import { asObject, countOf, jsonText, parseObject, textOf } from './json-text.ts';
import { damaged } from './volume-error.ts';

export const VOLUME_FOLDER = 'vol/';
export const LIST_FOLDER = 'list/';

export interface Block {
  /** base64 */
  hash: string;
  size: number;
}

/** What a dblock holds, and the uploaded file's own hash (base64) and size where they are known. */
export interface IndexedVolume {
  blocks: Block[];
  file?: { hash: string; size: number };
}

/** @throws VolumeError */
export function readIndexedVolume(bytes: Buffer, name: string): IndexedVolume {
  const object = parseObject(bytes, name);
  const list = object.blocks;
  if (!Array.isArray(list)) throw damaged(`${name} has no blocks`);
  const blocks = list.map((item: unknown) => {
    const block = asObject(item, `a block of ${name}`);
    return { hash: hashOf(block, 'hash', name), size: countOf(block, 'size', name) };
  });
  if (object.volumehash === undefined && object.volumesize === undefined) return { blocks };
  return { blocks, file: { hash: hashOf(object, 'volumehash', name), size: countOf(object, 'volumesize', name) } };
}

/** Without a byte order mark, and in the order that Duplicati's reader wants. */
export function writeIndexedVolume({ blocks, file }: IndexedVolume): Buffer {
  const list = blocks.map(({ hash, size }) => ({ hash, size }));
  return Buffer.from(jsonText({ blocks: list, ...(file ? { volumehash: file.hash, volumesize: file.size } : {}) }));
}

function hashOf(object: Record<string, unknown>, name: string, what: string): string {
  const hash = textOf(object, name, what);
  if (!isHashText(hash)) throw damaged(`${what} has ${JSON.stringify(hash.slice(0, 100))} for a hash`);
  return hash;
}
