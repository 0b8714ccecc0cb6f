/** Whatever stands in a database, the lint ends with findings, or the reader with one clear error; and it is quick for many rows. */
import test from 'ava';
import { PackwrightError } from '../../../build/model/errors.ts';
import { type Cell, type DatabaseFacts, readDatabase } from '../../../installers/msi/database/database.ts';
import { lintDatabase, lintMsi, RULES } from '../../../installers/msi/lint/lint.ts';
import { memorySource, seededNumbers } from '../../suites/blobs.ts';
import { databaseOf, soundRows } from './lint-rows.ts';
import { tinyPackage } from './tiny-package.ts';
import { writePackage } from './write-package.ts';

type Numbers = (below: number) => number;
const ODD: readonly Cell[] = [
  ...[
    null,
    '',
    ' ',
    '#',
    '##',
    '[~]',
    '[~][~]',
    '|',
    'a|',
    ':',
    '.',
    '{',
    '{\\',
    '}',
    '{\\}',
    ';',
    '[',
    '[#',
    '&',
    '$x',
    '"',
    '\\',
  ],
  ...[
    'TARGETDIR',
    'INSTALLFOLDER',
    'SourceDir',
    '__proto__',
    'constructor',
    'toString',
    'PushButton',
    'ProgramFilesFolder',
  ],
  ...['x'.repeat(5000), '{\\'.repeat(3000), '1.'.repeat(3000), '[a'.repeat(3000), '&'.repeat(5000), '"'.repeat(4999)],
  ...[0, 1, -1, 2, 255, 0x7fff, -0x7fff, 0x7fffffff, -0x7fffffff],
];

/** The database with some cells, columns, rows and tables of another kind than anybody means. */
function damage(database: DatabaseFacts, number: Numbers): DatabaseFacts {
  const any = <T>(list: readonly T[]): T => list[number(list.length)]!;
  const texts = database.tables.flatMap(({ rows }) =>
    rows.flatMap((row) => row.filter((cell) => typeof cell === 'string')),
  );
  const tables = database.tables
    .filter(() => number(40) > 0)
    .map((table) => {
      const rows = table.rows.map((row) =>
        number(30) > 0 ? row : row.map((cell) => (number(4) > 0 ? cell : any(number(2) ? ODD : texts))),
      );
      const kind = number(20);
      if (kind === 0) return { ...table, rows: [...rows, ...rows] };
      if (kind === 1) return { ...table, rows, columns: table.columns.slice(number(3)) };
      if (kind === 2)
        return {
          ...table,
          rows,
          columns: table.columns.map((one) => ({
            ...one,
            key: number(2) > 0,
            type: any(['l0', 'i2', 'S1', 'v0', '']),
          })),
        };
      if (kind === 3) return { ...table, rows, name: any(database.tables).name };
      return { ...table, rows };
    });
  const summary =
    number(3) > 0 ? database.summary : { template: String(any(ODD)), wordCount: number(99), pageCount: number(600) };
  return { ...database, tables, summary };
}

test('2,000 databases with cells, columns and tables gone wrong are linted to the end', async (t) => {
  const number = seededNumbers(11);
  const bases = [
    await readDatabase(memorySource('x.msi', await writePackage(t, await tinyPackage()))),
    databaseOf(soundRows()),
  ];
  let findings = 0;
  for (let round = 0; round < 2000; round++) {
    const database = damage(bases[round % 10 === 0 ? 0 : 1]!, number);
    try {
      findings += lintDatabase(database).length;
    } catch (cause) {
      throw new Error(`round ${round}`, { cause });
    }
  }
  t.true(findings > 10_000, String(findings));
});

test('a damaged package gives findings or one clear error', async (t) => {
  const bytes = await writePackage(t, await tinyPackage());
  const number = seededNumbers(12);
  for (let round = 0; round < 200; round++) {
    const mutant = Buffer.from(bytes);
    for (let times = 1 + number(8); times > 0; times--) mutant[number(mutant.length)] = number(256);
    const found = await lintMsi(memorySource('x.msi', mutant)).catch((error: unknown) => error);
    t.true(found instanceof PackwrightError || Array.isArray(found), `round ${round}: ${found}`);
  }
});

test('folders that are their own grandparents, and a chain of many, have an end', (t) => {
  const rows = soundRows();
  const chain = Array.from({ length: 20_000 }, (_, at) => ({
    Directory: `d${at}`,
    Directory_Parent: `d${at + 1}`,
    DefaultDir: `d${at}`,
  }));
  rows.Directory!.push(
    { Directory: 'A', Directory_Parent: 'B', DefaultDir: 'a' },
    { Directory: 'B', Directory_Parent: 'A', DefaultDir: 'b' },
    ...chain,
  );
  t.true(lintDatabase(databaseOf(rows)).length > 0);
});

test('no rule counts its rows against each other: it looks at ten times as many rows in about ten times as many steps', (t) => {
  /** Cells that a rule reads of a package of so many files. */
  const steps = (files: number): Map<string, number> => {
    const rows = soundRows();
    const many = Array.from({ length: files }, (_, at) => at);
    const [component, file, registry, shortcut] = [
      rows.Component![0],
      rows.File![0],
      rows.Registry![0],
      rows.Shortcut![0],
    ];
    rows.Component = many.map((at) => ({ ...component, Component: `c${at}`, KeyPath: `f${at}` }));
    rows.File = many.map((at) => ({
      ...file,
      File: `f${at}`,
      Component_: `c${at}`,
      FileName: `${at}.txt`,
      Sequence: at + 1,
    }));
    rows.Registry = many.map((at) => ({ ...registry, Registry: `r${at}`, Component_: `c${at}` }));
    rows.Shortcut = many.map((at) => ({ ...shortcut, Shortcut: `s${at}`, Component_: `c${at}` }));
    rows.Feature = many.map((at) => ({ ...rows.Feature![0], Feature: `F${at}` }));
    rows.FeatureComponents = many.map((at) => ({ Feature_: `F${at}`, Component_: `c${at}` }));
    rows.CustomAction = many.map((at) => ({ Action: `a${at}`, Type: 51, Source: `P${at}`, Target: 'x' }));
    rows.InstallExecuteSequence!.push(
      ...many.map((at) => ({ Action: `a${at}`, Condition: `$c${at} > 2`, Sequence: 1000 + at })),
    );
    rows.Media = many.map((at) => ({ DiskId: at + 1, LastSequence: at + 1, Cabinet: '#a.cab' }));
    rows.Control = [...rows.Control!, ...many.map((at) => ({ ...rows.Control![0], Control: `C${at}` }))];
    const database = databaseOf(rows);
    const counts = new Map<string, number>();
    for (const rule of RULES.keys()) {
      let read = 0;
      const watch = (row: readonly Cell[]): readonly Cell[] =>
        new Proxy(row, {
          get(target, name, receiver) {
            read++;
            return Reflect.get(target, name, receiver);
          },
        });
      const tables = database.tables.map((table) => ({ ...table, rows: table.rows.map(watch) }));
      lintDatabase({ ...database, tables }, [rule]);
      counts.set(rule, read);
    }
    return counts;
  };
  const [few, many] = [steps(30), steps(300)];
  t.deepEqual(
    [...many]
      .filter(([rule, count]) => count > 30 * (few.get(rule) ?? 0))
      .map(([rule, count]) => `${rule}: ${few.get(rule)}, ${count}`),
    [],
  );
});
