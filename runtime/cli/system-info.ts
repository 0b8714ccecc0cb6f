import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chooseDriver, openDatabase } from '../database/database.ts';
import { messageOf } from '../errors.ts';
import { printable } from '../log/printable.ts';
import { addonFile, installRoot, isPackaged, loadAddon, version } from '../paths.ts';
import { findDataFolder } from '../service/data-folder.ts';

/** Everything that a report about a fault should hold: versions, places and what was chosen at start. No secrets, nothing is written. */
export async function describeSystem(dataFolder: string | undefined): Promise<Record<string, string>> {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const chosen = await chooseDriver();
  const database = await openDatabase(':memory:');
  const sqlite = `${database.sqlite} - ${database.driver}`;
  database.close();
  return {
    Duplicati: version,
    Edition: describeEdition(),
    Node: process.versions.node,
    OpenSSL: process.versions.openssl ?? 'unknown',
    SQLite: sqlite,
    'SQLite driver': chosen.refused
      ? `${chosen.driver} (better-sqlite3 does not load: ${chosen.refused})`
      : `${chosen.driver} (${addonFile('better_sqlite3.node')}; node:sqlite ${process.versions.sqlite} stands by)`,
    FFI: describeForeignFunctions(),
    OS: `${os.type()} ${os.release()}${distribution()}`,
    Platform: `${process.platform}-${process.arch}`,
    'Machine name': os.hostname(),
    Processors: String(os.availableParallelism()),
    Account: String(process.getuid?.() ?? os.userInfo().username),
    'Install folder': installRoot(),
    'Data folder': findDataFolder(dataFolder),
    Tempdir: os.tmpdir(),
    Locale: locale,
    'Time zone': timeZone,
  };
}

/** `Name: value` lines, or one JSON object with the same names. */
export function formatSystem(system: Readonly<Record<string, string>>, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(system, null, 2)}\n`;
  return Object.entries(system)
    .map(([name, value]) => `${name}: ${printable(value)}\n`)
    .join('');
}

/** Which edition is installed shows in the programs beside this one: the TrayIcon is in `gui` alone, the agent in `agent` alone. */
function describeEdition(): string {
  if (!isPackaged) return 'none (run from source)';
  const programs = new Set(readdirSync(path.join(installRoot(), 'app')).map((file) => path.parse(file).name));
  const edition = programs.has('duplicati') ? 'gui' : programs.has('duplicati-agent') ? 'agent' : 'cli';
  return `${edition} (package duplicati-${edition})`;
}

function describeForeignFunctions(): string {
  try {
    loadAddon('koffi.node');
    return 'koffi';
  } catch (thrown) {
    return `none (koffi does not load: ${messageOf(thrown).split('\n', 1)[0]})`;
  }
}

/** PRETTY_NAME of os-release(5). */
function distribution(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]{1,100})/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ? ` (${name})` : '';
  } catch {
    return ''; // not Linux, or an image from scratch
  }
}
