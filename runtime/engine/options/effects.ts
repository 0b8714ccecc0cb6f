import type { OptionName } from './table.ts';

/** What an option does here: nothing that is accepted has no effect. */
export type Effect = { kind: 'used' } | { kind: 'refused'; why: string };

/** Options that the engine does what they say. Who makes one work adds it, with its test. */
const USED: readonly OptionName[] = [
  'allow-full-removal',
  'asynchronous-upload-limit',
  'backup-test-percentage',
  'backup-test-samples',
  'block-hash-algorithm',
  'blocksize',
  'dblock-size',
  'file-hash-algorithm',
  'full-block-verification',
  'full-remote-verification',
  'keep-time',
  'keep-versions',
  'no-auto-compact',
  'no-backend-verification',
  'number-of-retries',
  'retention-policy',
  'retry-delay',
  'retry-with-exponential-backoff',
  'small-file-max-count',
  'small-file-size',
  'threshold',
  'throttle-disabled',
  'throttle-download',
  'throttle-upload',
  'upload-unchanged-backups',
  'version',
  'zip-compression-level',
  'zip-compression-method',
];

/** Why an option is not there, where the reason is another than that it has not been made. */
const REFUSED: Partial<Record<OptionName, string>> = {};

export function effectOf(option: OptionName): Effect {
  if (USED.includes(option)) return { kind: 'used' };
  return { kind: 'refused', why: REFUSED[option] ?? 'it does not work yet' };
}
