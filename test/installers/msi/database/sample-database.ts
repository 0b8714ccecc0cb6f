/** Databases that tests write. */
import { bytesContent } from '../../../../build/model/content.ts';
import {
  type Database,
  type DatabaseFacts,
  databaseFile,
  readDatabase,
  type StreamContent,
  type Summary,
  standardTable,
  type Table,
  validationTable,
} from '../../../../installers/msi/database/database.ts';
import { memorySource, readArtifact } from '../../../suites/blobs.ts';

export const SUMMARY: Summary = {
  title: 'Installation Database',
  subject: 'Größe – 東京',
  author: 'Example',
  keywords: 'Installer',
  comments: 'A test',
  template: 'x64;1033',
  revisionNumber: '{20B94473-5791-4F0B-9137-CFCC51112B56}',
  created: 1_700_000_000,
  saved: 1_700_000_001,
  pageCount: 500,
  wordCount: 2,
  application: 'packwright',
  security: 2,
};

export const PROPERTIES = standardTable('Property', [
  ['ProductName', 'Grüße – 東京'],
  ['ProductVersion', '1.2.3'],
  ['Manufacturer', 'Example'],
]);

/** Every kind of column and cell, keys of several columns, nulls in keys, the largest numbers, strings of all lengths. */
export function sampleDatabase(): Database {
  const everything: Table = {
    name: 'EveryThing',
    columns: [
      { name: 'Key', type: 's72', key: true },
      { name: 'Number', type: 'I2', key: true },
      { name: 'Short', type: 'I2', key: false },
      { name: 'Long', type: 'I4', key: false },
      { name: 'Text', type: 'L0', key: false },
      { name: 'Data', type: 'V0', key: false },
    ],
    rows: [
      ['b', 1, 32_767, 2_147_483_647, 'x'.repeat(65_535), null],
      ['a', null, -32_767, -2_147_483_647, 'ü'.repeat(65_536), null],
      ['a', 0, 7, 7, null, bytesContent('of a')],
      ['a', -1, 0, 0, 'tab\tline\r\nend', bytesContent(Buffer.alloc(5000, 7))],
      ['a', 1, null, null, null, null],
    ],
  };
  const tables = [
    everything,
    PROPERTIES,
    standardTable('Icon', [
      ['app.ico', bytesContent('an icon')],
      ['_', bytesContent('')],
    ]),
    standardTable('Binary'),
    standardTable('Upgrade', [
      ['{6E2C1A40-2222-4B2E-9C01-0123456789AB}', null, '1.2.3', null, 0, null, 'OLD'],
      ['{6E2C1A40-2222-4B2E-9C01-0123456789AB}', '1.2.3', null, null, 2, null, 'NEW'],
    ]),
    standardTable('Registry', [['r1', -1, 'Software\\Größe', null, '#1', 'c1']]),
  ];
  const names = tables.map(({ name }) => name).filter((name) => name !== everything.name);
  return {
    tables: [...tables, validationTable(names)],
    summary: SUMMARY,
    streams: [{ name: 'main.cab', ...bytesContent(Buffer.alloc(10_000, 'cabinet ')) }],
  };
}

/** Any number of cells as properties: for strings. */
export function textsDatabase(texts: readonly string[]): Database {
  const rows = texts.map((text, index) => [`P${index}`, text]);
  return { tables: [standardTable('Property', rows)], summary: SUMMARY, streams: [] };
}

export async function writeDatabase(database: Database): Promise<Buffer> {
  return readArtifact({ name: 'x.msi', ...databaseFile(database, 'x.msi') });
}

export function readBack(bytes: Uint8Array): Promise<DatabaseFacts> {
  return readDatabase(memorySource('x.msi', bytes));
}

/** Rows of a table with the bytes of its streams in their place. */
export async function plainRows(table: Table | undefined): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (const row of table?.rows ?? []) {
    const cells: unknown[] = [];
    for (const cell of row) cells.push(cell !== null && typeof cell === 'object' ? await streamBytes(cell) : cell);
    rows.push(cells);
  }
  return rows;
}

export function streamBytes({ size, open }: StreamContent): Promise<Buffer> {
  return readArtifact({ name: 'stream', size, open });
}
