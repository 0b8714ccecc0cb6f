/** Windows Installer's internal consistency evaluators (SDK, "ICE Reference") over a decoded database. */
import type { DatabaseFacts } from '../database/database.ts';
import * as components from './component-rules.ts';
import type { Finding, Rule } from './finding.ts';
import * as dialogs from './interface-rules.ts';
import * as product from './product-rules.ts';
import * as schema from './schema-rules.ts';
import * as sequences from './sequence-rules.ts';
import * as system from './system-rules.ts';

export type { Finding } from './finding.ts';

/** Every rule, by its function's name. */
export const RULES: Readonly<Record<string, Rule>> = {
  ...schema,
  ...components,
  ...product,
  ...sequences,
  ...dialogs,
  ...system,
};

/** What all the rules find, in their order. */
export function lintDatabase(database: DatabaseFacts): Finding[] {
  return Object.values(RULES).flatMap((rule) => rule(database));
}
