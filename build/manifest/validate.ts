import { PackwrightError } from '../model/errors.ts';
import type { Schema } from './schema.ts';
import { didYouMean } from './suggest.ts';

/**
 * Checks a value against a schema and collects every fault with the key it is at.
 * @throws PackwrightError listing all faults, one a line.
 */
export function validate(value: unknown, schema: Schema, where: string): void {
  const faults = [...findFaults(value, schema, '')];
  if (faults.length === 0) return;
  const [first, ...rest] = faults.map(({ at, what }) => `${at || 'the manifest'}: ${what}`);
  throw new PackwrightError(where, [first, ...rest.map((one) => `  ${where}: ${one}`)].join('\n'));
}

interface Fault {
  at: string;
  what: string;
}

function* findFaults(value: unknown, schema: Schema, at: string): Generator<Fault> {
  if (schema.anyOf) {
    const found = schema.anyOf.map((one) => [...findFaults(value, one, at)]);
    if (found.some((faults) => faults.length === 0)) return;
    // Report against the alternative whose type fits, so that the message is about the value that was meant.
    const fitting = schema.anyOf.findIndex((one) => one.type === kindOf(value));
    yield* found[Math.max(fitting, 0)]!;
    return;
  }
  if (schema.type && kindOf(value) !== schema.type) {
    yield { at, what: `must be ${article(schema.type)}, not ${describe(value)}` };
    return;
  }
  if (typeof value === 'string') yield* findTextFaults(value, schema, at);
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity, multipleOf } = schema;
    if (multipleOf && value % multipleOf !== 0) yield { at, what: `must be a multiple of ${multipleOf}, not ${value}` };
    if (!(value >= minimum && value <= maximum))
      yield { at, what: `must be between ${minimum} and ${maximum}, not ${value}` };
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) yield { at, what: 'must not be empty' };
    for (const [index, item] of value.entries()) yield* findFaults(item, schema.items ?? {}, `${at}[${index}]`);
  } else if (isObject(value)) {
    yield* findKeyFaults(value, schema, at);
  }
}

function* findTextFaults(value: string, schema: Schema, at: string): Generator<Fault> {
  if (value.length < (schema.minLength ?? 0)) yield { at, what: 'must not be empty' };
  const { maxLength = Infinity } = schema;
  if (value.length > maxLength) yield { at, what: `has ${value.length} characters, ${maxLength} at most` };
  if (schema.enum && !schema.enum.includes(value)) {
    yield { at, what: `"${value}" is not one of its words; ${didYouMean(value, schema.enum)}` };
  }
  if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) {
    yield {
      at,
      what: `${JSON.stringify(value)} does not fit${schema.description ? ` (${schema.description})` : ''}; its form is ${schema.pattern}`,
    };
  }
}

function* findKeyFaults(value: Record<string, unknown>, schema: Schema, at: string): Generator<Fault> {
  const properties = schema.properties ?? {};
  const path = (key: string) => (at ? `${at}.${key}` : key);
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) yield { at: path(key), what: 'is missing; add it' };
  }
  for (const [key, item] of Object.entries(value)) {
    if (schema.propertyNames) yield* findFaults(key, schema.propertyNames, path(key));
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known) {
      if (item !== undefined) yield* findFaults(item, known, path(key));
    } else if (schema.additionalProperties === false) {
      yield { at: path(key), what: `is not a key here; ${didYouMean(key, Object.keys(properties))}` };
    } else if (schema.additionalProperties) {
      yield* findFaults(item, schema.additionalProperties, path(key));
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function article(kind: string): string {
  const names: Record<string, string> = { array: 'a list', object: 'an object' };
  return names[kind] ?? `a ${kind}`;
}

function describe(value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'string' || kind === 'number' || kind === 'boolean')
    return `the ${kind} ${JSON.stringify(value)?.slice(0, 60)}`;
  return kind === 'null' || kind === 'undefined' ? kind : article(kind);
}
