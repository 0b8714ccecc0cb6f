import type { Backup, BackupFilter, BackupOption } from '../backups/backup.ts';
import { isSecretOption, listAddressSecrets } from '../backups/secrets.ts';
import type { Order } from './job.ts';

/** All that a job has to know, secrets among it: never written anywhere but to its standard input. */
export interface JobDocument extends Order {
  name: string;
  targetUrl: string;
  sources: readonly string[];
  /** Options of the backup, after those that every backup has. */
  options: readonly BackupOption[];
  filters: readonly BackupFilter[];
  /** The local database, an absolute path. */
  database: string;
  /** What a new version takes along to its destination: configurations of backups. */
  carries?: string;
}

/** Puts together what the job of an order has to know. @param common options that every backup has. @param database absolute path */
export function makeDocument(
  order: Order,
  { name, targetUrl, sources, options, filters }: Backup,
  common: readonly { name: string; value: string }[],
  database: string,
): JobDocument {
  const own = new Set(options.map((option) => option.name));
  const inherited = common.filter((option) => !own.has(option.name)).map((option) => ({ ...option, filter: '' }));
  return { ...order, name, targetUrl, sources, options: [...inherited, ...options], filters, database };
}

/** The value of an option; of several the last. */
export function optionNamed(options: readonly BackupOption[], name: string): string | undefined {
  return options.findLast((option) => option.name.toLowerCase() === name)?.value;
}

/** Shortest value that is looked for in texts: of a shorter one, every text is full. */
const SHORTEST_SECRET = 3;

/** Takes the secrets of a document out of what is said about it. */
export function makeRedactor({ options, targetUrl, sources, input }: JobDocument): (text: string) => string {
  const secrets = new Set([targetUrl, ...sources].flatMap(listAddressSecrets));
  const given = Object.entries(input).map(([name, value]) => ({ name, value: typeof value === 'string' ? value : '' }));
  for (const { name, value } of [...options, ...given]) {
    if (isSecretOption(name)) secrets.add(value);
    for (const secret of listAddressSecrets(value)) secrets.add(secret);
  }
  const known = [...secrets].filter((secret) => secret.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
  return (text) => known.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
