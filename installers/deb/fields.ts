/** Reads the one paragraph of a control file (deb-control(5), Debian Policy 5.1) and checks what its fields say. Knows nothing of control.ts. */
import { PackwrightError } from '../../build/model/errors.ts';

const REQUIRED = ['Package', 'Version', 'Architecture', 'Maintainer', 'Description'];
const RELATIONS = [
  ...['Depends', 'Pre-Depends', 'Recommends', 'Suggests', 'Enhances'],
  ...['Breaks', 'Conflicts', 'Replaces', 'Provides'],
];

/** Policy 5.6.12: an epoch, an upstream version that starts with a digit, a revision. */
const VERSION = /^(?:\d{1,10}:)?\d[A-Za-z0-9.+~:-]*$/;
const NAME = '[a-z0-9][a-z0-9+.-]+';
/** One alternative of a relation: `name:arch (>= version)`. */
const RELATION = new RegExp(`^${NAME}(?::[a-z0-9-]+)?(?:\\s*\\((?:<<|<=|=|>=|>>|<|>)\\s*[A-Za-z0-9.+~:-]+\\))?$`);

/**
 * Fields in their order, continuation lines joined by line ends and left as they are.
 * @throws PackwrightError with the line that is wrong, or the field.
 */
export function parseControl(text: string, where: string): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  const names = new Set<string>();
  let name = '';
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const at = `${where}: line ${index + 1}`;
    if (line.trim() === '') {
      if (lines.slice(index).some((rest) => rest.trim() !== ''))
        throw new PackwrightError(at, 'a second paragraph starts');
      break;
    }
    if (/^[ \t]/.test(line)) {
      if (name === '') throw new PackwrightError(at, 'a continuation line comes before any field');
      fields.set(name, `${fields.get(name)}\n${line}`);
      continue;
    }
    const match = /^([!-"$-,.-9;-~][!-9;-~]*):[ \t]*(.*)$/.exec(line);
    if (!match) throw new PackwrightError(at, `${JSON.stringify(line.slice(0, 80))} is no field`);
    name = match[1]!;
    if (names.has(name.toLowerCase())) throw new PackwrightError(at, `the field ${name} comes twice`);
    names.add(name.toLowerCase());
    fields.set(name, match[2]!.trimEnd());
  }
  const record = Object.fromEntries(fields);
  checkFields(record, where);
  return record;
}

function checkFields(fields: Readonly<Record<string, string>>, where: string): void {
  for (const name of REQUIRED) {
    if (!fields[name]) throw new PackwrightError(where, `the field ${name} is missing or empty`);
  }
  check(fields, 'Package', new RegExp(`^${NAME}$`), where);
  check(fields, 'Version', VERSION, where);
  check(fields, 'Architecture', /^[a-z0-9][a-z0-9-]*$/, where);
  check(fields, 'Installed-Size', /^\d{1,15}$/, where);
  for (const name of RELATIONS) {
    for (const term of fields[name]?.split(/[,|]/) ?? []) {
      if (!RELATION.test(term.trim())) {
        throw new PackwrightError(where, `the field ${name} has ${JSON.stringify(term.trim())}, which is no relation`);
      }
    }
  }
}

function check(fields: Readonly<Record<string, string>>, name: string, shape: RegExp, where: string): void {
  const value = fields[name];
  if (value === undefined || shape.test(value)) return;
  throw new PackwrightError(
    where,
    `the field ${name} is ${JSON.stringify(value.slice(0, 80))}, which is not one of its values`,
  );
}
