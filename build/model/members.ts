import { PackwrightError } from './errors.ts';
import type { Edition, Product, Program, Setting, Shortcut } from './product.ts';
import type { Service } from './service.ts';

/** The programs of an edition, in its order. @throws PackwrightError on a name the product does not have. */
export function programsOf(product: Product, edition: Edition): Program[] {
  return edition.programs.map((name) => pick(product.programs, name, `edition ${edition.name}: programs`));
}

/** The services of an edition, in its order. @throws PackwrightError on a name the product does not have. */
export function servicesOf(product: Product, edition: Edition): Service[] {
  return edition.services.map((name) => pick(product.services, name, `edition ${edition.name}: services`));
}

/** The editions that an edition takes the place of. @throws PackwrightError on a name the product does not have. */
export function replacedBy(product: Product, edition: Edition): Edition[] {
  return (edition.replaces ?? []).map((name) => pick(product.editions, name, `edition ${edition.name}: replaces`));
}

export function settingsOf(product: Product, edition: Edition): Setting[] {
  return (product.settings ?? []).filter(({ editions }) => editions?.includes(edition.name) ?? true);
}

export function shortcutsOf(product: Product, edition: Edition): Shortcut[] {
  return (product.shortcuts ?? []).filter(({ editions }) => editions?.includes(edition.name) ?? true);
}

function pick<Row extends { name: string }>(rows: readonly Row[], name: string, where: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (row) return row;
  throw new PackwrightError(where, `there is no "${name}"`, `use one of ${rows.map((each) => each.name).join(', ')}`);
}
