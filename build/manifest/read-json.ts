import { readFile } from 'node:fs/promises';
import { PackwrightError } from '../model/errors.ts';

/**
 * A file that holds one JSON object; a byte order mark before it is passed over.
 * @param where what errors call it.
 * @throws PackwrightError when it cannot be read, is not JSON or is no object.
 */
export async function readJsonObject(file: string, where = file): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PackwrightError(where, `it is not JSON: ${why}`, 'mend it there', cause);
  }
  if (!isObject(value)) throw new PackwrightError(where, 'it holds no JSON object', 'mend it there');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
