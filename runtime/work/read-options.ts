import { COMMANDS } from '../cli/commands.ts';
import type { CliOption } from '../cli/options.ts';
import type { Option } from '../command-line/arguments.ts';
import type { JobDocument } from '../jobs/job-document.ts';

/** Options that are not the engine's: what reports a job, what the server asks itself, what it says to people. */
const ELSEWHERE =
  /^(send-|run-script-|report-|backup-(name|id)$|machine-|server-|webservice-|startup-delay$|(max-)?(up|down)load-speed$|thread-priority$|disable-time-tolerance$|log-retention$)/;

/** The words of a command line that a job's options are for one command, and the names of those that no command has. */
export function readJobOptions(
  { options, filters }: Pick<JobDocument, 'options' | 'filters'>,
  known: readonly Option<CliOption>[],
): { argv: string[]; unknown: string[] } {
  const argv: string[] = [];
  const unknown: string[] = [];
  for (const { name, value } of options) {
    const plain = name.replace(/^-+/, '').toLowerCase();
    if (plain === 'store-task-config') continue; // done by the server
    const option = known.find((one) => hasName(one, plain));
    if (option)
      argv.push(option.value === undefined && value === '' ? `--${option.name}` : `--${option.name}=${value}`);
    else if (!isKnownElsewhere(plain, value)) unknown.push(plain);
  }
  const takesFilters = known.some(({ name }) => name === 'include');
  if (takesFilters)
    for (const { include, expression } of filters) argv.push(`--${include ? 'include' : 'exclude'}=${expression}`);
  return { argv, unknown };
}

function hasName({ name, aliases = [] }: Option<CliOption>, plain: string): boolean {
  return name === plain || aliases.includes(plain);
}

/** Of another command, of nobody because it asks for what is done anyway, or not the engine's. */
function isKnownElsewhere(plain: string, value: string): boolean {
  if (ELSEWHERE.test(plain) || DONE_ANYWAY[plain]?.test(value.trim())) return true;
  return COMMANDS.some(({ options }) => options.some((option) => hasName(option, plain)));
}

/** What every backup of a Duplicati's says, and how it is done here without being asked for. */
const DONE_ANYWAY: Readonly<Record<string, RegExp>> = {
  'compression-module': /^(zip|)$/i,
};
