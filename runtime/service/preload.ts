import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { array, type InferOutput, optional, record, safeParse, strictObject, string, unknown } from 'valibot';
import { type Option, readArguments } from '../command-line/arguments.ts';
import { messageOf, UserError } from '../errors.ts';
import { installRoot, isPackaged } from '../paths.ts';
import { loadWindows } from '../windows/windows.ts';
import { findPathProblem } from './data-folder.ts';
import { findWindowsPathProblem } from './windows-folder.ts';

/** Names of our programs in a preload file, as Duplicati has them; `*` stands for all. */
export type PreloadName = 'tray' | 'server' | 'agent' | 'cli' | 'serverutil';

/** Sections by program: variables, options, and what the engine takes as defaults of all backups. */
const SCHEMA = strictObject({
  env: optional(record(string(), record(string(), string())), {}),
  args: optional(record(string(), array(string())), {}),
  db: optional(record(string(), unknown()), {}),
});
type Preload = InferOutput<typeof SCHEMA>;

/** For the help's environment section. */
export const preloadEnvironment = [
  {
    name: 'DUPLICATI_PRELOAD_SETTINGS',
    help: 'JSON file with variables and options for programs that do not have them otherwise; only its owner and root may be able to change it. Before it, /etc/duplicati/preload.json is read.',
  },
];

const LARGEST = 1 << 20;
/** A mistake in a configuration file, as one on the command line. */
const WRONG_USE = 2;

/** Files that are read, the later over the earlier one: the machine's, the installation's, the one that is named in the environment. */
export function preloadFiles(environment: NodeJS.ProcessEnv = process.env): string[] {
  const machine = process.platform === 'win32' ? undefined : '/etc/duplicati/preload.json';
  const own = isPackaged ? path.join(installRoot(), 'preload.json') : undefined;
  const named = environment.DUPLICATI_PRELOAD_SETTINGS || undefined;
  if (named !== undefined && !existsSync(named))
    throw new UserError(`DUPLICATI_PRELOAD_SETTINGS: there is no file ${named}`, WRONG_USE);
  return [machine, own, named].filter((file) => file !== undefined && existsSync(file)) as string[]; // undefined is filtered out
}

/**
 * Fills what the environment does not say from the preload files.
 * @param environment is changed.
 * @returns options for the front of the command line.
 * @throws UserError (2) for a file that others could have written, that is no preload file, or that has an option nobody knows.
 */
export function applyPreload(
  program: PreloadName,
  options: readonly Option[],
  environment: NodeJS.ProcessEnv = process.env,
  files: readonly string[] = preloadFiles(environment),
): string[] {
  const variables: Record<string, string> = {};
  const args: string[] = [];
  for (const file of files) {
    const preload = readPreload(file);
    for (const name of ['*', program]) {
      Object.assign(variables, preload.env[name]);
      const given = preload.args[name] ?? [];
      try {
        // Another program's option under "*" is a mistake too: it would be ignored without a word.
        const { words } = readArguments(given, {}, options);
        if (words.length > 0) throw new Error(`"${words[0]}" is not an option`);
      } catch (thrown) {
        throw new UserError(`${file}: args.${name}: ${messageOf(thrown)}`, WRONG_USE);
      }
      args.push(...given);
    }
    if (Object.keys(preload.db).length > 0)
      throw new UserError(
        `${file}: the section "db" has defaults for backups, which come with the engine; leave it out`,
        WRONG_USE,
      );
  }
  for (const [name, value] of Object.entries(variables)) environment[name] ||= value;
  return args;
}

function readPreload(file: string): Preload {
  const problem = findWriter(file);
  if (problem) throw new UserError(`${file} is not read: ${problem}`, WRONG_USE);
  if (lstatSync(realpathSync(file)).size > LARGEST)
    throw new UserError(`${file}: a preload file has at most 1 MiB`, WRONG_USE);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (thrown) {
    // The parser's words may hold a piece of the file, and that may be a secret.
    const place = /position \d+( \(line \d+ column \d+\))?/.exec(messageOf(thrown))?.[0];
    throw new UserError(`${file}: not JSON${place ? ` at ${place}` : ''}`, WRONG_USE);
  }
  const read = safeParse(SCHEMA, Array.isArray(value) ? undefined : value);
  if (read.success) return read.output;
  const [issue] = read.issues;
  const where = issue.path?.map(({ key }) => String(key)).join('.') ?? '';
  throw new UserError(
    `${file}: ${where || 'the file'} is not what a preload file has: {"env": {"server": {"NAME": "value"}}, "args": {"server": ["--name=value"]}}`,
    WRONG_USE,
  );
}

/** Who else could have written a file, in words: what it says decides what programs run and whom they trust. */
function findWriter(file: string, us = process.getuid?.()): string | undefined {
  if (process.platform === 'win32') return findWindowsPathProblem(file, loadWindows().security);
  const problem = findPathProblem(file, us);
  if (problem) return problem;
  const stat = lstatSync(realpathSync(file));
  if (!stat.isFile()) return 'it is not a plain file';
  if (stat.uid !== 0 && stat.uid !== us) return `it belongs to account ${stat.uid}`;
  return (stat.mode & 0o022) === 0 ? undefined : 'accounts other than its owner can change it (chmod go-w)';
}
