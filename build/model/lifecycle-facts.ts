import { PackwrightError } from './errors.ts';
import type { UnitLifecycle } from './lifecycle.ts';
import type { Package, Placement } from './package.ts';
import { type Start, startOf } from './service.ts';

/** The facts that installers' scripts are made of, checked for use in a shell as they are. */
export interface ScriptFacts {
  /** This package's name. */
  self: string;
  units: readonly UnitLifecycle[];
  /** Editions that share our units and state. `starts`: how each unit starts there on a fresh install. */
  siblings: readonly { package: string; marker: string; starts: Readonly<Record<string, Start>> }[];
  alternatives: Placement['lifecycle']['alternatives'];
  sysusers: readonly string[];
  state: readonly string[];
  secretFiles: readonly string[];
  rivals: Placement['lifecycle']['rivals'];
}

const PATH = /^(?:\/[A-Za-z0-9._@+][A-Za-z0-9._@+-]*)+$/;
const UNIT = /^[A-Za-z0-9][A-Za-z0-9:_.@-]*\.(?:service|socket|timer|path|target)$/;
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/;
/** Below these and nowhere else may purge remove a folder with all it holds. */
const STATE = /^\/var\/(?:lib|cache|log)\/[A-Za-z0-9][A-Za-z0-9._+-]*$/;

/**
 * @throws PackwrightError when a name or path cannot stand in a script as it is, or a state directory lies where nothing may be removed.
 */
export function scriptFacts(pkg: Package, placement: Placement): ScriptFacts {
  const { lifecycle } = placement;
  const where = pkg.target.id;
  const check = (value: string, shape: RegExp, what: string): string => {
    if (!shape.test(value) || value.split('/').some((part) => part === '.' || part === '..')) {
      throw new PackwrightError(
        where,
        `${JSON.stringify(value)} cannot be a ${what} in an installer's script`,
        'rename it',
      );
    }
    return value;
  };
  check(pkg.name, WORD, 'package name');
  for (const { unit } of lifecycle.units) check(unit, UNIT, 'unit');
  for (const { name, link, path, priority, followers } of lifecycle.alternatives) {
    for (const group of [{ name, link, path }, ...followers]) {
      check(group.name, WORD, 'name of an alternative');
      check(group.link, PATH, 'link of an alternative');
      check(group.path, PATH, 'path of an alternative');
    }
    check(String(priority), /^\d{1,9}$/, 'priority of an alternative');
  }
  for (const file of lifecycle.secretFiles ?? []) check(file, PATH, 'file for a secret');
  for (const path of lifecycle.state)
    check(path, STATE, 'state directory, which lies in /var/lib, /var/cache or /var/log,');
  for (const { file } of lifecycle.rivals) check(file, PATH, "foreign package's file");
  return {
    self: pkg.name,
    units: lifecycle.units,
    siblings: lifecycle.siblings.map((marker) => siblingFacts(pkg, check(marker, PATH, "sibling's file"))),
    alternatives: lifecycle.alternatives,
    sysusers: [...new Set(lifecycle.accounts.map((account) => check(account.sysusersFile, PATH, 'sysusers file')))],
    state: lifecycle.state,
    secretFiles: lifecycle.secretFiles ?? [],
    rivals: lifecycle.rivals,
  };
}

/** A marker is `…/edition-NAME`; the manifest knows that edition's package and how its services start. */
function siblingFacts(pkg: Package, marker: string): ScriptFacts['siblings'][number] {
  const name = /\/edition-([^/]+)$/.exec(marker)?.[1];
  const edition = pkg.product.editions.find((candidate) => candidate.name === name);
  if (!edition) {
    throw new PackwrightError(pkg.target.id, `${marker} belongs to no edition`, 'name the marker file edition-NAME');
  }
  const starts = pkg.product.services.map((service) => [`${service.name}.service`, startOf(service, edition.name)]);
  return { package: edition.package, marker, starts: Object.fromEntries(starts) };
}
