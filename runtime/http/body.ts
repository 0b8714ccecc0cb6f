import type { IncomingMessage } from 'node:http';
import { type GenericSchema, type IssuePathItem, safeParse } from 'valibot';
import { Refusal } from './route.ts';

/** Bytes of a body where a route says nothing else. */
const LARGEST = 64 * 1024;
/** Most objects and lists inside one another. */
const DEEPEST = 64;

/**
 * Reads a request's JSON body and what its route makes of it. An absent body is read as one without members where the schema allows it.
 * @throws Refusal 400 for anything that is not such JSON, 413 when it is larger than `largest`.
 */
export async function readBody(request: IncomingMessage, schema: GenericSchema, largest = LARGEST): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > largest) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk; // no encoding is set
    size += bytes.length;
    if (size > largest) throw tooLarge();
    chunks.push(bytes);
  }
  const value = parseJson(Buffer.concat(chunks));
  const read = safeParse(schema, readAs(value, schema));
  if (!read.success) throw new Refusal(400, `${nameMember(read.issues[0])} is missing or of the wrong type.`);
  return read.output;
}

/** Where it is, by names that are plain words: nothing else that a request holds is repeated. */
function nameMember({ path = [] }: { path?: IssuePathItem[] | undefined }): string {
  const names: string[] = [];
  for (const { type, key } of path) {
    if (typeof key !== 'number' && !(type === 'object' && /^[A-Za-z_]{1,40}$/.test(String(key)))) break;
    names.push(String(key));
  }
  const name = names.join('.');
  return name === '' ? 'A member of the request body' : `The member ${name} of the request body`;
}

function tooLarge(): Refusal {
  return new Refusal(413, 'The request body is too large.');
}

/** Reads JSON with limits; nothing at all is an empty object. @throws Refusal 400 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    judgeDepth(text);
    return JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof Refusal) throw thrown;
    throw new Refusal(400, 'The request body is not JSON.');
  }
}

/** Counts brackets outside strings: a validator must not be led into a depth that overflows its stack. */
function judgeDepth(text: string): void {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (isString) {
      if (letter === '\\') at++;
      else if (letter === '"') isString = false;
    } else if (letter === '"') isString = true;
    else if (letter === '{' || letter === '[') {
      if (++depth > DEEPEST) throw new Refusal(400, 'The request body is nested too deeply.');
    } else if (letter === '}' || letter === ']') depth--;
  }
}

/** Gives members the spelling of the schema: clients write `Password`, `password` or `PASSWORD`, and the last one counts. */
export function readAs(value: unknown, schema: GenericSchema): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const wrapped = innerSchema(schema, 'wrapped');
  if (wrapped) return readAs(value, wrapped);
  if (Array.isArray(value)) {
    if (schema.type === 'object' || schema.type === 'record') return undefined; // Valibot would take a list for an object
    const item = innerSchema(schema, 'item');
    return item ? value.map((one) => readAs(one, item)) : value;
  }
  const entries = entriesOf(schema);
  if (!entries) return value;
  const names = new Map(Object.keys(entries).map((name) => [name.toLowerCase(), name]));
  const folded: Record<string, unknown> = Object.create(null);
  for (const [name, member] of Object.entries(value)) {
    const known = names.get(name.toLowerCase());
    if (known !== undefined) folded[known] = readAs(member, entries[known]!);
  }
  return folded;
}

function innerSchema(schema: GenericSchema, name: 'item' | 'wrapped'): GenericSchema | undefined {
  // Valibot's schemas are plain values; its types of them do not say which members each kind has.
  const inner = (schema as unknown as Record<string, unknown>)[name];
  return isSchema(inner) ? inner : undefined;
}

function entriesOf(schema: GenericSchema): Record<string, GenericSchema> | undefined {
  if (!('entries' in schema) || typeof schema.entries !== 'object' || schema.entries === null) return undefined;
  return schema.entries as Record<string, GenericSchema>; // what object schemas are made of
}

function isSchema(value: unknown): value is GenericSchema {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';
}
