/** Reads what commands print with `--json`: it comes from the same program, and is read as if it did not. */

/** A member that is an object; an empty one where it is none. */
export function readMember(value: unknown, name: string): Record<string, unknown> {
  const member = isRecord(value) ? value[name] : undefined;
  return isRecord(member) ? member : {};
}

/** A member that is a number; 0 where it is none. */
export function readCount(value: unknown, name: string): number {
  const member = isRecord(value) ? value[name] : undefined;
  return typeof member === 'number' ? member : 0;
}

export function readText(value: unknown, name: string): string {
  const member = isRecord(value) ? value[name] : undefined;
  return typeof member === 'string' ? member : '';
}

export function readFlag(value: unknown, name: string): boolean {
  return isRecord(value) && value[name] === true;
}

export function readList(value: unknown, name: string): unknown[] {
  const member = isRecord(value) ? value[name] : undefined;
  return Array.isArray(member) ? member : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
