import { once } from 'node:events';

/** What a command prints on standard output. */
export interface Output {
  readonly asJson: boolean;
  line(text: string): Promise<void>;
  /** One JSON value. */
  json(value: unknown): Promise<void>;
  /** Row by row, as a JSON array or as lines; however many there are. @returns how many there were */
  rows<Row>(rows: Iterable<Row>, describe: (row: Row) => string, convert?: (row: Row) => unknown): Promise<number>;
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
