/** What JSON values have in common but for their values: members and types. */

/** Members whose names are data, not a form. */
const MAPS = new Set(['Metadata', 'DisplayNames', 'FilterGroups', 'Lookups']);
/** What the recorder cuts from descriptions of options. */
const PROSE = ['LongDescription', 'ShortDescription', 'DeprecationMessage'];

/**
 * Where `ours` differs in form from all of `theirs`, as paths with reasons. A member that was only ever seen as null may be anything;
 * an empty list has every form, and `empty` is told where ours is empty and theirs is not.
 */
export function compareShapes(
  theirs: readonly unknown[],
  ours: unknown,
  empty: (path: string) => void = () => {},
  at = '',
): string[] {
  const kinds = new Set(theirs.map(kindOf));
  if (kinds.size === 0 || (kinds.size === 1 && kinds.has('null'))) return [];
  const got = kindOf(ours);
  if (!kinds.has(got)) return [`${at || 'body'}: ${got} instead of ${[...kinds].join(' or ')}`];
  if (Array.isArray(ours)) {
    const items = theirs.flatMap((one) => (Array.isArray(one) ? one : [])).filter((one) => !isCut(one));
    if (ours.length === 0 && items.length > 0) empty(at || 'body');
    return ours.flatMap((one) => compareShapes(items, one, empty, `${at}[]`)).slice(0, 3);
  }
  if (!isRecord(ours)) return [];
  const records = theirs.filter(isRecord);
  const found: string[] = [];
  for (const name of new Set(records.flatMap((one) => Object.keys(one)))) {
    const path = at ? `${at}.${name}` : name;
    const samples = records.filter((one) => Object.hasOwn(one, name)).map((one) => one[name]);
    if (!Object.hasOwn(ours, name)) {
      if (samples.length === records.length) found.push(`${path} is missing`);
    } else if (!MAPS.has(name)) found.push(...compareShapes(samples, ours[name], empty, path));
  }
  const isOption = 'LongDescription' in ours;
  for (const name of Object.keys(ours)) {
    if (!records.some((one) => Object.hasOwn(one, name)) && !(isOption && PROSE.includes(name)))
      found.push(`${at}.${name} is ours alone`);
  }
  return found;
}

/** What the recorder writes behind a list that it has shortened. */
function isCut(value: unknown): boolean {
  return typeof value === 'string' && /^… \d+ in all$/.test(value);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
