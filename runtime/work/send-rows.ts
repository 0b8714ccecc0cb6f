import type { WorkControl } from '../jobs/run-job.ts';

/** Most rows of one answer: what is more is asked for in pages. */
const MOST_ROWS = 100_000;
/** Characters of a message, about; far less than a message may have. */
const ENOUGH = 128 << 10;

/** Sends the rows of an answer, in messages of bounded size. @throws Error when there are too many */
export function sendRows(rows: Iterable<unknown>, { send }: Pick<WorkControl, 'send'>): void {
  let held: unknown[] = [];
  let length = 0;
  let count = 0;
  for (const row of rows) {
    count += 1;
    if (count > MOST_ROWS) throw new Error(`there are more than ${MOST_ROWS} entries; ask for less of them`);
    held.push(row);
    length += JSON.stringify(row).length;
    if (length < ENOUGH) continue;
    send(held);
    [held, length] = [[], 0];
  }
  if (held.length > 0) send(held);
}
