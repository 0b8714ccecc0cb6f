/** What the lint says of whole packages: ours, wixl's, damaged ones and large ones. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import type { Finding } from '../../../build/model/format.ts';
import { lintMsi } from '../../../installers/msi/lint/lint.ts';
import { memorySource } from '../../suites/blobs.ts';
import { haveTool } from '../../suites/tool.ts';
import { tinyPackage } from './tiny-package.ts';
import { wixlPackage } from './wixl-package.ts';
import { writePackage } from './write-package.ts';

const lintBytes = (bytes: Uint8Array): Promise<Finding[]> => lintMsi(memorySource('x.msi', bytes));
const told = (findings: readonly Finding[]): string[] =>
  findings.map(
    ({ rule, level, table, row, column }) => `${rule} ${level} ${table}.${column ?? ''} ${row.split('/')[0]}`,
  );

/** What is meant in a package of ours, and why. */
const MEANT = [
  'ICE40 warning Property. REINSTALLMODE', // executables bear Node's version: without "a" a repair would keep a broken one
  `ICE61 warning Upgrade.VersionMax UPGRADE`, // the same version with other contents replaces what is there
];

test('our package of the tiny product breaks no rule but where it means to', async (t) => {
  const found = told(await lintBytes(await writePackage(t, await tinyPackage())));
  t.deepEqual(
    found.map((one) => one.replace(/\{[0-9A-F-]+\}/, 'UPGRADE')),
    MEANT,
  );
});

test('wixl’s package of the tiny product breaks ICE03 alone: it leaves short names out', async (t) => {
  if (!haveTool(t, 'wixl')) return;
  const folder = await mkdtemp(path.join(tmpdir(), 'lint-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const found = await lintBytes(await readFile(await wixlPackage(folder)));
  // "A short file name must always be provided" ("Filename" in the SDK, the category of File.FileName in every _Validation): wixl writes
  // names that are no 8.3 ones alone. Windows installs such a package, unless short names are asked for.
  t.deepEqual(
    found.map(({ rule, level, table, what }) => `${rule} ${level} ${table} ${what}`),
    ['settings.json', 'tiny-server.mjs', 'tiny-server.exe'].map((name) => `ICE03 error File "${name}" is no Filename`),
  );
});
