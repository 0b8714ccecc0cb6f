import type { Lifecycle } from '../../../build/model/lifecycle.ts';
import { renderScriptlets, type Scriptlet } from '../../../installers/rpm/scriptlets.ts';
import type { Sandbox } from './sandbox.ts';
import { type EditionName, filesOf, thing } from './thing.ts';

/** rpm's order in one transaction (rpm-scriptlets(7), "Execution order") over a sandbox. */
export interface Rpm {
  name: EditionName;
  version: string;
  scripts: Partial<Record<Scriptlet, string>>;
}
export interface Transaction {
  install?: readonly Rpm[];
  erase?: readonly EditionName[];
  /** `NAME VERSION SCRIPTLET COUNT`. */
  fails?: ReadonlySet<string>;
  /** rpm dies before this call, counted from 0. */
  dies?: number;
  /** Files of new packages cannot be written. */
  full?: boolean;
  twice?: boolean;
}
export interface RpmDatabase {
  calls: string[];
  installed: readonly Rpm[];
  has(name: EditionName): boolean;
  /** False when a package of it was skipped; rpm goes on with the rest. */
  run(transaction: Transaction): boolean;
}

export function makeRpm(name: EditionName, version: string, extra: Partial<Lifecycle> = {}): Rpm {
  return { name, version, scripts: renderScriptlets(...thing(name, 'rpm', extra)) };
}

export function makeRpmDatabase(box: Sandbox, from: readonly Rpm[] = []): RpmDatabase {
  const installed = [...from];
  const database: RpmDatabase = {
    calls: [],
    installed,
    has: (name) => installed.some((rpm) => rpm.name === name),
    run,
  };
  return database;

  function run({ install = [], erase = [], fails = new Set(), dies, full, twice }: Transaction): boolean {
    database.calls = [];
    let fine = true;
    const call = (rpm: Rpm, scriptlet: Scriptlet, count: number): boolean => {
      const name = `${rpm.name} ${rpm.version} ${scriptlet} ${count}`;
      if (database.calls.length === dies) throw new Error('rpm died');
      database.calls.push(name);
      const text = rpm.scripts[scriptlet];
      for (let times = twice ? 2 : 1; text !== undefined && times > 0; times -= 1) {
        const { status, output } = box.run(text, [String(count)]);
        if (status === 1 && scriptlet === 'pre' && output.includes('cannot be installed')) return false;
        if (status !== 0) throw new Error(`${name}: ${status}\n${output}`);
      }
      return !fails.has(name);
    };
    const displace = (rpm: Rpm): void => {
      const kept = new Set(
        installed
          .filter((other) => other !== rpm)
          .flatMap((other) => [...filesOf(other.name, other.version, 'rpm').keys()]),
      );
      for (const path of filesOf(rpm.name, rpm.version, 'rpm').keys()) if (!kept.has(path)) box.remove(path);
    };
    const takeOut = (rpm: Rpm, count: number): void => {
      if (!call(rpm, 'preun', count)) {
        fine = false;
        return;
      }
      installed.splice(installed.indexOf(rpm), 1);
      displace(rpm);
      call(rpm, 'postun', count);
    };
    const done: Rpm[] = [];
    for (const rpm of install) {
      const old = installed.filter((other) => other.name === rpm.name);
      if (!call(rpm, 'pre', old.length + 1) || full) {
        fine = false;
        continue;
      }
      for (const [path, text] of filesOf(rpm.name, rpm.version, 'rpm')) box.write(path, text);
      installed.push(rpm);
      // A %post that fails is told and changes nothing.
      call(rpm, 'post', old.length + 1);
      for (const other of old) takeOut(other, 1);
      done.push(rpm);
    }
    // What was to give way to a package that was skipped stays too.
    if (install.length === 0 || done.length > 0) {
      for (const rpm of installed.filter((other) => erase.includes(other.name))) takeOut(rpm, 0);
    }
    for (const rpm of done) call(rpm, 'posttrans', 1);
    return fine;
  }
}
