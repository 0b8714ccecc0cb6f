import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isCompressedName } from '../engine/scan/compressed-names.ts';
import { messageOf, UserError } from '../errors.ts';

const LARGEST = 1 << 20;

/** What is compressed already, by its name: by the file that is named, else by the list that is built in. @throws UserError (200) */
export function readCompressedNames(file: string | undefined): (name: string) => boolean {
  if (file === undefined) return isCompressedName;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new UserError(`--compression-extension-file: ${messageOf(thrown)}`, 200, thrown);
  }
  const endings = text
    .slice(0, LARGEST)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().toLowerCase())
    .filter((line) => line !== '');
  const wrong = endings.find((one) => !/^\.[^\s/\\]+$/.test(one));
  if (wrong !== undefined)
    throw new UserError(`--compression-extension-file: ${file} is no list of endings such as .zip, a line each`, 200);
  const known = new Set(endings);
  return (name) => known.has(path.extname(name).toLowerCase());
}
