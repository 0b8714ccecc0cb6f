import { PackwrightError } from '../../build/model/errors.ts';
import { readSlice, type Slice } from './image-files.ts';

/** An object out of a document, every member of unknown type until it is asked for. */
export type Members = Readonly<Record<string, unknown>>;

/** Registries take no manifest above 4 MiB; a configuration is about as large at most. */
const LONGEST_DOCUMENT = 4 << 20;

/** @throws PackwrightError when it is too long, no UTF-8, no JSON or no object. */
export async function readObject(slice: Slice, where: string): Promise<Members> {
  return asObject(await readJson(slice, where), where);
}

export async function readJson(slice: Slice, where: string): Promise<unknown> {
  if (slice.size > LONGEST_DOCUMENT)
    throw new PackwrightError(where, `${slice.size} bytes are too long for a document`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readSlice(slice)) chunks.push(chunk);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (cause) {
    throw new PackwrightError(where, 'it is not JSON', 'make the image again: it is damaged', cause);
  }
}

export function asObject(value: unknown, where: string): Members {
  if (isObject(value)) return value;
  throw new PackwrightError(where, 'there is no JSON object where one belongs', 'make the image again');
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is a list; empty when it is absent or null. */
export function listAt(members: Members, name: string, where: string): readonly unknown[] {
  const value = members[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new PackwrightError(where, `"${name}" is not a list`, 'make the image again');
}

/** A member that is a list of strings; empty when it is absent or null. */
export function stringsAt(members: Members, name: string, where: string): readonly string[] {
  return listAt(members, name, where).map((value) => {
    if (typeof value === 'string') return value;
    throw new PackwrightError(where, `"${name}" holds something else than strings`, 'make the image again');
  });
}

/** A member that is a string; empty when it is absent. */
export function stringAt(members: Members, name: string, where: string): string {
  const value = members[name] ?? '';
  if (typeof value === 'string') return value;
  throw new PackwrightError(where, `"${name}" is not a string`, 'make the image again');
}

/** A member that is an object; empty when it is absent or null. */
export function objectAt(members: Members, name: string, where: string): Members {
  return asObject(members[name] ?? {}, `${where}: ${name}`);
}
