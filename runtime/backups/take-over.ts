import { judgeSetting, type ServerSettings } from '../settings/server-settings.ts';
import type { Definition } from './backup.ts';
import type { Backups } from './backups.ts';
import type { Connections } from './connections.ts';
import { type AllowedPrograms, findInOption, findPrograms } from './programs.ts';
import type { DuplicatiServer } from './read-duplicati.ts';

export interface TakeOverNeeds {
  backups: Backups;
  connections: Connections;
  settings: ServerSettings;
  allowed: AllowedPrograms;
}

/** What was done. */
export interface TakenOver {
  /** Names of the jobs that are new here. */
  jobs: string[];
  /** Names of those that were here already, and were left as they are. */
  known: string[];
  /** Sentences that an administrator should read. */
  notes: string[];
}

/** Settings that say what has happened there, not what is wanted. */
const PAST = new Set(['unacked-error', 'unacked-warning', 'is-first-run', 'shown-welcome-page-v1']);

/**
 * Takes over what a server of Duplicati's kept. What is here already stays as it is, so that doing it twice does no more than once. What
 * names a program is kept too, and run only once an administrator has allowed it.
 */
export function takeOver(found: DuplicatiServer, needs: TakeOverNeeds): TakenOver {
  const { backups, settings, allowed } = needs;
  const result: TakenOver = { jobs: [], known: [], notes: [...found.notes] };
  const connections = takeConnections(found, needs.connections);
  for (const { definition, metadata } of found.jobs) {
    const connection = connections.get(definition.connection) ?? -1;
    const own: Definition = { ...definition, connection };
    const { name } = own;
    if (definition.connection !== -1 && connection === -1)
      result.notes.push(`"${name}" named a connection string that is not there any more`);
    if (name === '' || own.targetUrl === '' || own.sources.length === 0) {
      result.notes.push(`"${name}" is left out: it has no name, destination or source`);
      continue;
    }
    if (backups.list().some((one) => isSame(one, own))) {
      result.known.push(name);
      continue;
    }
    own.name = findFreeName(name, (one) => backups.isNameTaken(one));
    const waiting = [
      ...new Set(
        findPrograms(own)
          .filter((one) => !allowed.isAllowed(one))
          .map((one) => one.name),
      ),
    ];
    if (waiting.length > 0)
      result.notes.push(
        `"${own.name}" names programs (${waiting.join(', ')}), which run once an administrator allows them`,
      );
    backups.add(own, metadata);
    result.jobs.push(own.name);
  }
  takeSettings(found, settings, allowed, result.notes);
  return result;
}

/** Two definitions of the same job. */
function isSame(one: Definition, other: Definition): boolean {
  const same = one.targetUrl === other.targetUrl && JSON.stringify(one.sources) === JSON.stringify(other.sources);
  return same && (one.name === other.name || one.name.startsWith(`${other.name} (`));
}

function takeConnections(found: DuplicatiServer, connections: Connections): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const [id, text] of found.connections) {
    const known = connections.list().find(({ name, url }) => name === text.name && url === text.url);
    numbers.set(id, (known ?? connections.add(text)).id);
  }
  return numbers;
}

/** Options of all jobs and settings of the server that are not set here yet. */
function takeSettings(
  found: DuplicatiServer,
  settings: ServerSettings,
  allowed: AllowedPrograms,
  notes: string[],
): void {
  const changes = new Map<string, string>();
  const set = new Set(settings.options().map(({ name }) => name.toLowerCase()));
  for (const { name, value } of found.options) {
    if (judgeSetting(`--${name}`) !== 'option') notes.push(`an option of all jobs is left out: its name is none`);
    else if (set.has(name)) notes.push(`--${name} of all jobs stays as it is here`);
    else if (findInOption(name, value).some((one) => !allowed.isAllowed(one)))
      notes.push(`--${name} of all jobs is left out: it names a program, and no administrator has allowed that`);
    else changes.set(`--${name}`, value);
  }
  const list = settings.list();
  for (const { name, value } of found.settings) {
    const isWanted = judgeSetting(name) === 'writable' && !PAST.has(name) && value !== '';
    if (isWanted && (list[name] === '' || list[name] === 'False')) changes.set(name, value);
  }
  if (changes.size > 0) settings.change(changes);
}

/** The name, with a number where it is taken. */
export function findFreeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; number < 100 && isTaken(name); number++) {
    const other = `${name} (${number})`;
    if (!isTaken(other)) return other;
  }
  return name;
}
