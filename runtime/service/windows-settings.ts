import { splitWords } from '../windows/words.ts';

/** Options for the service's command line, as on every system. */
const ARGUMENTS = 'DAEMON_OPTS';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts the settings that the installer or an administrator left in the registry into the environment, where a variable is not set
 * already: a variable of the service or of the machine wins. `secrets` are variables that should not be there, for every user can read
 * those settings.
 * @returns the words of DAEMON_OPTS, and what an administrator should know.
 */
export function applySettings(
  settings: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[],
): { words: string[]; warnings: string[] } {
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    if (!NAME.test(name)) warnings.push(`the setting "${name}" in the registry is no variable's name: ignored`);
    else if (value !== '' && !environment[name]) environment[name] = value;
    if (value !== '' && secrets.includes(name)) {
      warnings.push(`${name} stands in the registry, where every user can read it: remove it there and change it`);
    }
  }
  return { words: splitWords(environment[ARGUMENTS] ?? ''), warnings };
}
