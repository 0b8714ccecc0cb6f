/** What rclone's last words mean. */
import { StorageError, type StorageReason } from '../storage.ts';
import type { RcloneEnd } from './run-rclone.ts';

/** Its exit codes (https://rclone.org/docs/#exit-code). */
const CODES: Readonly<Record<number, StorageReason>> = { 3: 'missing', 4: 'missing' };

/** In this order: the words of a broken connection hold addresses and ports, in which any number may be found. */
const WORDS: readonly (readonly [words: RegExp, reason: StorageReason, why: string])[] = [
  [
    /didn't find section in config file/i,
    'invalid',
    'rclone knows no remote of that name; set it up by "rclone config"',
  ],
  [
    /connection refused|connection reset|broken pipe|no such host|i\/o timeout|\bEOF\b|network is unreachable/i,
    'unreachable',
    'the destination cannot be reached',
  ],
  [/not found|no such file|doesn't exist/i, 'missing', 'it is not there'],
  [
    /permission denied|access denied|forbidden|unauthor|(?<![\w.:])40[13](?![\w.:])/i,
    'denied',
    'this account may not do that',
  ],
  [/no space|quota/i, 'full', 'there is no room left'],
];

/** The last line that it says, without times and addresses' passwords. */
export function explain(what: string, { code, stderr }: RcloneEnd): StorageError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const last = (lines.findLast((line) => /error|failed|fatal|didn't/i.test(line)) ?? lines.at(-1) ?? '')
    .replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\s+/, '')
    .replace(/\/\/[^/@\s]+@/g, '//')
    .slice(0, 500);
  for (const [words, reason, why] of WORDS)
    if (words.test(last)) return new StorageError(reason, `${what}: ${why} (${last})`);
  return new StorageError(CODES[code] ?? 'failed', `${what}: rclone ended with ${code} (${last})`);
}
