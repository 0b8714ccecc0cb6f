import { once } from 'node:events';
import { formatPath } from './format.ts';

/** What a command prints on standard output. */
export interface Output {
  readonly asJson: boolean;
  /** @param isNoted true: whoever keeps a log was told already */
  line(text: string, isNoted?: boolean): Promise<void>;
  /** One JSON value. */
  json(value: unknown): Promise<void>;
  /** Row by row, as a JSON array or as lines; however many there are. @returns how many there were */
  rows<Row>(rows: Iterable<Row>, describe: (row: Row) => string, convert?: (row: Row) => unknown): Promise<number>;
  /** Is told every warning and error of a result. @returns whether people shall see it */
  note?(level: 'Information' | 'Warning' | 'Error', id: string, text: string): boolean;
  /** Is told the result of a backup as JSON has it, whatever is printed. */
  sum?(result: unknown): void;
}

/** Most warnings on a terminal; JSON and logs have all. */
const MOST_SAID = 100;

/** Warnings of a result: to whoever keeps a log, and as lines for people. */
export async function sayWarnings(
  output: Output,
  prefix: string,
  warnings: readonly { id: string; text: string }[],
  level: 'Warning' | 'Error' = 'Warning',
): Promise<void> {
  const shown = warnings.filter(({ id, text }) => output.note?.(level, id, text) ?? true);
  if (output.asJson) return;
  for (const { text } of shown.slice(0, MOST_SAID)) await output.line(`${prefix}${formatPath(text)}`, true);
  if (shown.length > MOST_SAID)
    await output.line(`... and ${shown.length - MOST_SAID} more (all of them: --json)`, true);
}

export function standardOutput(asJson: boolean): Output {
  const write = async (text: string) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  };
  return {
    asJson,
    line: (text) => write(`${text}\n`),
    json: (value) => write(`${JSON.stringify(value, null, 2)}\n`),
    async rows(rows, describe, convert = (row) => row) {
      let count = 0;
      if (asJson) await write('[');
      for (const row of rows) {
        await write(asJson ? `${count === 0 ? '\n' : ',\n'}${JSON.stringify(convert(row))}` : `${describe(row)}\n`);
        count++;
      }
      if (asJson) await write('\n]\n');
      return count;
    },
  };
}

/** Volumes that could not be read, as warnings. */
export function damage(problems: readonly { volume: string; error: Error }[]): { id: string; text: string }[] {
  return problems.map(({ volume, error }) => ({ id: 'DamagedRemoteFile', text: `${volume}: ${error.message}` }));
}
