import type { Operation } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import type { CliCommand } from './command.ts';
import type { CliOption, GivenOptions } from './options.ts';

/** What commands are called in logs and reports: Duplicati's names. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  backup: 'Backup',
  restore: 'Restore',
  test: 'Test',
  compact: 'Compact',
  repair: 'Repair',
  delete: 'Delete',
  vacuum: 'Vacuum',
  purge: 'PurgeFiles',
  'purge-broken-files': 'PurgeBrokenFiles',
  'list-broken-files': 'ListBrokenFiles',
  affected: 'ListAffected',
  compare: 'ListChanges',
  'create-report': 'CreateReport',
  'test-filters': 'TestFilters',
};

export function operationOf({ name }: Pick<CliCommand, 'name'>): Operation {
  return OPERATIONS[name] ?? 'List';
}

/** A command line as the document of a job: what reports, scripts and the redaction of secrets go by. @param known every option */
export function describeCall(
  command: CliCommand,
  words: readonly string[],
  given: GivenOptions,
  argv: readonly string[],
  known: readonly CliOption[],
): JobDocument {
  const options = known.flatMap((name) => {
    const value = name === 'include' || name === 'exclude' ? undefined : given.text(name);
    return value === undefined ? [] : [{ name, value, filter: '' }];
  });
  const passphrase = process.env.PASSPHRASE;
  if (passphrase && !given.text('passphrase')) options.push({ name: 'passphrase', value: passphrase, filter: '' });
  const filters = argv.flatMap((argument) => {
    const [, kind, expression] = /^--(include|exclude)=(.*)$/is.exec(argument) ?? [];
    return expression === undefined ? [] : [{ include: kind!.toLowerCase() === 'include', expression }];
  });
  const isOfBackup = command.operands[0] === '<storage-URL>';
  return {
    operation: operationOf(command),
    backup: given.text('backup-id') ?? '',
    input: {},
    name: given.text('backup-name') || 'duplicati-cli',
    targetUrl: isOfBackup ? (words[0] ?? '') : '',
    sources: command.name === 'backup' ? words.slice(1) : [],
    options,
    filters,
    database: given.text('dbpath') ?? '',
  };
}

/** What a script changed of a document, as words and options behind those of the command line. */
export function listChanges(begun: JobDocument, now: JobDocument): { words: string[]; argv: string[] } {
  const argv = now.options.flatMap(({ name, value }) => {
    if (begun.options.some((one) => one.name === name && one.value === value)) return [];
    return [value === '' ? `--${name}` : `--${name}=${value}`];
  });
  return { words: [now.targetUrl, ...now.sources], argv };
}
