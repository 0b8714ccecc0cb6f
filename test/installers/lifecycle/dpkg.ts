import type { Lifecycle } from '../../../build/model/lifecycle.ts';
import { type MaintainerScript, renderMaintainerScripts } from '../../../installers/deb/scripts.ts';
import type { Sandbox } from './sandbox.ts';
import { type EditionName, filesOf, packageOf, siblingOf, thing } from './thing.ts';

/**
 * dpkg's orders (Debian Policy 6.5 to 6.9, and what dpkg 1.21 was seen to do) over a sandbox. `conform.test.ts` compares every order
 * with the real dpkg.
 */
export interface Deb {
  name: EditionName;
  version: string;
  scripts: Partial<Record<MaintainerScript, string>>;
}
type Status = 'not-installed' | 'config-files' | 'half-installed' | 'unpacked' | 'half-configured' | 'installed';

/** `NAME VERSION SCRIPT ARGUMENTS`. */
export type Call = string;
export type Way = 'at once' | 'at last';
export interface Trouble {
  /** Calls that fail, before the script does anything or after it did all it does. */
  fails?: ReadonlyMap<Call, Way>;
  /** dpkg dies before this call (counted from 0 in one run of dpkg), as by SIGKILL. */
  dies?: number;
  /** The new files cannot be written. */
  full?: boolean;
  /** Every script runs twice. */
  twice?: boolean;
}
export class Died extends Error {}

export interface Dpkg {
  /** Scripts called, in order. */
  calls: Call[];
  trouble: Trouble;
  rows: ReadonlyMap<EditionName, Row>;
  status(name: EditionName): Status;
  version(name: EditionName): string | undefined;
  /** False when dpkg would end with an error. */
  install(deb: Deb): boolean;
  remove(name: EditionName): boolean;
  purge(name: EditionName): boolean;
}

export function makeDeb(name: EditionName, version: string, extra: Partial<Lifecycle> = {}): Deb {
  return { name, version, scripts: renderMaintainerScripts(...thing(name, 'deb', extra)) };
}

export interface Row {
  status: Status;
  deb: Deb;
  /** Version of the last `postinst configure` that was well. */
  configured: string;
}

export function makeDpkg(box: Sandbox, from: ReadonlyMap<EditionName, Row> = new Map()): Dpkg {
  const rows = new Map([...from].map(([name, row]) => [name, { ...row }]));
  const dpkg: Dpkg = {
    calls: [],
    trouble: {},
    rows,
    status: (name) => rows.get(name)?.status ?? 'not-installed',
    version: (name) => rows.get(name)?.deb.version,
    install,
    remove,
    purge,
  };
  return dpkg;

  function call(deb: Deb, script: MaintainerScript, ...args: string[]): boolean {
    const name: Call = [deb.name, deb.version, script, ...args].join(' ');
    if (dpkg.trouble.dies === dpkg.calls.length) throw new Died(name);
    dpkg.calls.push(name);
    const fails = dpkg.trouble.fails?.get(name);
    if (fails === 'at once') return false;
    const text = deb.scripts[script];
    for (let times = dpkg.trouble.twice ? 2 : 1; text !== undefined && times > 0; times -= 1) {
      const { status, output } = box.run(text, args);
      if (status === 1 && script === 'preinst' && output.includes('cannot be installed')) return false;
      if (status !== 0) throw new Error(`${name}: ${status}\n${output}`);
    }
    return fails === undefined;
  }

  function setStatus(row: Row, status: Status): void {
    row.status = status;
    rows.set(row.deb.name, row);
    box.write(`/state/dpkg/${packageOf(row.deb.name)}`, status);
  }

  function place(deb: Deb): void {
    for (const [path, text] of filesOf(deb.name, deb.version, 'deb')) box.write(path, text);
  }

  /** Files of `deb` that nobody else who is installed has. */
  function displace(deb: Deb): void {
    const kept = new Set<string>();
    for (const row of rows.values()) {
      if (row.deb === deb || row.status === 'config-files' || row.status === 'not-installed') continue;
      for (const path of filesOf(row.deb.name, row.deb.version, 'deb').keys()) kept.add(path);
    }
    for (const path of filesOf(deb.name, deb.version, 'deb').keys()) if (!kept.has(path)) box.remove(path);
  }

  function install(deb: Deb): boolean {
    const row: Row = rows.get(deb.name) ?? { status: 'not-installed', deb, configured: '' };
    const [before, old] = [row.status, row.deb];
    const isUpgrade = before !== 'not-installed' && before !== 'config-files';
    const wasWhole = before === 'installed' || before === 'half-configured' || before === 'unpacked';
    const rival = siblingOf(deb.name);
    const gone = rival && rows.get(rival);
    const conflictor = gone && gone.status !== 'not-installed' && gone.status !== 'config-files' ? gone : undefined;
    const favour = ['in-favour', packageOf(deb.name), deb.version];

    if (before === 'installed' || before === 'half-configured') {
      setStatus(row, 'half-configured');
      if (!call(old, 'prerm', 'upgrade', deb.version)) {
        if (!call(deb, 'prerm', 'failed-upgrade', old.version, deb.version)) {
          if (call(old, 'postinst', 'abort-upgrade', deb.version)) setStatus(row, before);
          return false;
        }
      }
      setStatus(row, 'unpacked');
    }
    // Last first; what cannot be undone ends the undoing for that package.
    const undo: { deb: Deb; step: () => boolean }[] = [];
    const giveUp = (): false => {
      const stuck = new Set<Deb>();
      for (const { deb: whose, step } of undo.reverse()) if (!stuck.has(whose) && !step()) stuck.add(whose);
      return false;
    };
    if (wasWhole && before !== 'unpacked') {
      undo.push({
        deb,
        step() {
          if (!call(old, 'postinst', 'abort-upgrade', deb.version)) return false;
          setStatus(row, before);
          return true;
        },
      });
    }
    if (conflictor && conflictor.status !== 'half-installed') {
      const was = conflictor.status;
      setStatus(conflictor, 'half-configured');
      if (!call(conflictor.deb, 'prerm', 'remove', ...favour)) {
        if (call(conflictor.deb, 'postinst', 'abort-remove', ...favour)) setStatus(conflictor, was);
        return giveUp();
      }
      setStatus(conflictor, 'half-installed');
      undo.push({
        deb: conflictor.deb,
        step() {
          if (!call(conflictor.deb, 'postinst', 'abort-remove', ...favour)) return false;
          setStatus(conflictor, was);
          return true;
        },
      });
    }
    const versions = before === 'not-installed' ? [] : [old.version, deb.version];
    const abort = isUpgrade ? 'abort-upgrade' : 'abort-install';
    setStatus(row, 'half-installed');
    undo.push({
      deb,
      step() {
        if (!call(deb, 'postrm', abort, ...versions)) return false;
        setStatus(row, wasWhole ? 'unpacked' : before);
        return true;
      },
    });
    if (!call(deb, 'preinst', isUpgrade ? 'upgrade' : 'install', ...versions) || dpkg.trouble.full) {
      return giveUp();
    }
    place(deb);
    if (wasWhole && !call(old, 'postrm', 'upgrade', deb.version)) {
      if (!call(deb, 'postrm', 'failed-upgrade', old.version, deb.version)) {
        if (!call(old, 'preinst', 'abort-upgrade', deb.version)) return false;
        place(old);
        return giveUp();
      }
    }
    if (old.version !== deb.version) {
      const mine = filesOf(deb.name, deb.version, 'deb');
      for (const path of filesOf(old.name, old.version, 'deb').keys()) if (!mine.has(path)) box.remove(path);
    }
    row.deb = deb;
    setStatus(row, 'unpacked');
    if (conflictor && !eraseFiles(conflictor)) return false;
    return configure(row);
  }

  function configure(row: Row): boolean {
    setStatus(row, 'half-configured');
    if (!call(row.deb, 'postinst', 'configure', row.configured)) return false;
    row.configured = row.deb.version;
    setStatus(row, 'installed');
    return true;
  }

  function eraseFiles(row: Row): boolean {
    setStatus(row, 'half-installed');
    displace(row.deb);
    if (!call(row.deb, 'postrm', 'remove')) return false;
    setStatus(row, 'config-files');
    return true;
  }

  function remove(name: EditionName): boolean {
    const row = rows.get(name);
    if (!row || row.status === 'config-files' || row.status === 'not-installed') return true;
    if (row.status === 'installed' || row.status === 'half-configured') {
      const was = row.status;
      setStatus(row, 'half-configured');
      if (!call(row.deb, 'prerm', 'remove')) {
        if (call(row.deb, 'postinst', 'abort-remove')) setStatus(row, was);
        return false;
      }
      setStatus(row, 'unpacked');
    }
    return eraseFiles(row);
  }

  function purge(name: EditionName): boolean {
    const row = rows.get(name);
    if (!row || !remove(name)) return row === undefined;
    if (!call(row.deb, 'postrm', 'purge')) return false;
    rows.delete(name);
    box.remove(`/state/dpkg/${packageOf(name)}`);
    return true;
  }
}
