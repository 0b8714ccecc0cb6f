/** Windows Installer's internal consistency evaluators (SDK, "ICE Reference") over a decoded database. */
import type { ByteSource, Finding } from '../../../build/model/format.ts';
import { type DatabaseFacts, readDatabase } from '../database/database.ts';
import * as actions from './action-rules.ts';
import * as bits from './bit-rules.ts';
import * as components from './component-rules.ts';
import * as files from './file-rules.ts';
import type { Rule } from './finding.ts';
import * as dialogs from './interface-rules.ts';
import * as product from './product-rules.ts';
import * as schema from './schema-rules.ts';
import * as sequences from './sequence-rules.ts';
import * as system from './system-rules.ts';
import { openTables, type Tables } from './tables.ts';

/** What one rule may say of one package; who has so many faults has one cause. */
const MOST = 200;

/** Every rule by its name, `ICE02`; those of our own, for what no ICE looks at, are `OWN01`. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  [schema, components, files, product, sequences, actions, dialogs, bits, system]
    .flatMap((module) => Object.entries<unknown>(module))
    .filter((entry): entry is [string, Rule] => /^(ice|own)\d\d$/.test(entry[0]))
    .map(([name, rule]): [string, Rule] => [name.toUpperCase(), rule])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** What the rules with these names find, by rule; all of them by default. */
export function lintDatabase(database: DatabaseFacts, names: Iterable<string> = RULES.keys()): Finding[] {
  const tables = openTables(database);
  return [...names].flatMap((name) => runRule(name, tables));
}

function runRule(name: string, tables: Tables): Finding[] {
  const findings: Finding[] = [];
  for (const fault of RULES.get(name)?.(tables) ?? []) {
    if (findings.length < MOST) {
      findings.push({ rule: name, ...fault });
      continue;
    }
    const level = findings.some((one) => one.level === 'error') ? 'error' : fault.level;
    const what = `there is more than these ${MOST}`;
    return [...findings, { rule: name, level, table: fault.table, row: '', what, hint: 'mend these first' }];
  }
  return findings;
}

/** What all the rules find in a package. @throws PackwrightError where it is no database. */
export async function lintMsi(file: ByteSource): Promise<Finding[]> {
  return lintDatabase(await readDatabase(file));
}
