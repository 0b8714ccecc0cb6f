import { readDatabase } from '../../../installers/msi/database/database.ts';
import { memorySource } from '../../suites/blobs.ts';

/** Rows of a table of a package, as objects by column; none when it has no such table. */
export async function tableOf(bytes: Uint8Array, name: string) {
  const { tables } = await readDatabase(memorySource('x.msi', bytes));
  const table = tables.find((one) => one.name === name);
  return (table?.rows ?? []).map((row) =>
    Object.fromEntries(table!.columns.map((column, index) => [column.name, row[index]])),
  );
}
