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
  'backend-tool': 'BackendTool',
  'aes-crypt': 'AesCrypt',
  'recovery-tool': 'RecoveryTool',
  'secret-tool': 'SecretTool',
  'send-mail': 'SendMail',
};

/** Which word of a command is an address; -1 for none. */
function placeOfAddress({ operands }: Pick<CliCommand, 'operands'>): number {
  return operands.findIndex((operand) => operand.includes('URL'));
}

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
  const password = process.env.AUTH_PASSWORD;
  if (password && !given.text('auth-password')) options.push({ name: 'auth-password', value: password, filter: '' });
  const filters = argv.flatMap((argument) => {
    const [, kind, expression] = /^--(include|exclude)=(.*)$/is.exec(argument) ?? [];
    return expression === undefined ? [] : [{ include: kind!.toLowerCase() === 'include', expression }];
  });
  return {
    operation: operationOf(command),
    backup: given.text('backup-id') ?? '',
    input: {},
    name: given.text('backup-name') || 'duplicati-cli',
    targetUrl: words[placeOfAddress(command)] ?? '',
    sources: command.name === 'backup' ? words.slice(1) : [],
    options,
    filters,
    database: given.text('dbpath') ?? '',
  };
}

/** The command line again, with what a script changed of its document. */
export function changeCall(
  command: CliCommand,
  call: { words: readonly string[]; argv: readonly string[] },
  begun: JobDocument,
  now: JobDocument,
): { words: string[]; argv: string[] } {
  const options = now.options.flatMap(({ name, value }) => {
    if (begun.options.some((one) => one.name === name && one.value === value)) return [];
    return [value === '' ? `--${name}` : `--${name}=${value}`];
  });
  const at = placeOfAddress(command);
  const words = call.words.map((word, place) => (place === at ? now.targetUrl : word));
  const end = call.argv.includes('--') ? call.argv.indexOf('--') : call.argv.length;
  return {
    words: command.name === 'backup' ? [now.targetUrl, ...now.sources] : words,
    argv: [...call.argv.slice(0, end), ...options, ...call.argv.slice(end)],
  };
}
