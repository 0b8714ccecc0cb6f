import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../host/file-content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Finding } from '../model/format.ts';
import { formatTable } from '../report.ts';
import { type CommonOptions, print, printJson } from './options.ts';
import { printError } from './print-error.ts';
import { lintPackage, readPackage } from './read-package.ts';

interface Result {
  file: string;
  /** It can be read to its end, and no rule finds an error. */
  ok: boolean;
  name: string;
  version: string;
  entries: number;
  /** SHA256SUMS beside it lists it. */
  listed: boolean;
  /** Why it cannot be read; empty where it can. */
  error: string;
  findings: readonly Finding[];
}

/**
 * `packwright verify FILE…`: reads each whole package, runs the rules of its format's makers, and holds it against SHA256SUMS when one
 * lies beside it.
 */
export async function verifyCommand(files: string[], options: CommonOptions): Promise<void> {
  const results: Result[] = [];
  for (const file of files) results.push(await verifyFile(file, options.json === true));
  if (options.json) printJson(results);
  else printResults(results);
  if (results.some((one) => !one.ok)) process.exitCode = 1;
}

async function verifyFile(file: string, silent: boolean): Promise<Result> {
  let findings: readonly Finding[] = [];
  try {
    const listed = await checkListed(file);
    findings = await lintPackage(file);
    const { name, version, trees } = await readPackage(file);
    const entries = trees.reduce((sum, tree) => sum + tree.entries.length, 0);
    const ok = findings.every(({ level }) => level !== 'error');
    return { file, ok, name, version, entries, listed, error: '', findings };
  } catch (cause) {
    if (!(cause instanceof PackwrightError)) throw cause;
    if (!silent) printError(cause);
    return { file, ok: false, name: '', version: '', entries: 0, listed: false, error: cause.message, findings };
  }
}

/** A line for each package that can be read, then a table of what the rules found in each. */
function printResults(results: readonly Result[]): void {
  const rows = results
    .filter(({ error }) => error === '')
    .map((one) => [
      one.ok ? 'sound' : 'faulty',
      one.file,
      `${one.name} ${one.version}`,
      `${one.entries} entries`,
      one.listed ? 'as in SHA256SUMS' : '',
      countFindings(one.findings),
    ]);
  if (rows.length > 0) print(formatTable(rows));
  for (const { file, findings } of results) {
    if (findings.length === 0) continue;
    print(`\n${file}:`);
    print(formatTable([['RULE', 'LEVEL', 'WHERE', 'ROW', 'WHAT', 'WHAT TO DO'], ...findings.map(cellsOf)]));
  }
}

function cellsOf({ rule, level, table, row, column, what, hint }: Finding): string[] {
  return [rule, level, column ? `${table}.${column}` : table, row, what, hint];
}

/** `2 errors, 1 warning`. */
function countFindings(findings: readonly Finding[]): string {
  const words: string[] = [];
  for (const level of ['error', 'warning'] as const) {
    const count = findings.filter((one) => one.level === level).length;
    if (count > 0) words.push(`${count} ${level}${count === 1 ? '' : 's'}`);
  }
  return words.join(', ');
}

/** True when SHA256SUMS beside the file lists it. @throws PackwrightError when it lists another digest. */
async function checkListed(file: string): Promise<boolean> {
  const sums = path.join(path.dirname(file), 'SHA256SUMS');
  if (!existsSync(sums) || !existsSync(file)) return false;
  const name = path.basename(file);
  for (const line of (await readFile(sums, 'utf8')).split('\n')) {
    const [digest, listed] = line.split('  ');
    if (listed !== name) continue;
    if ((await hashFile(file)) === digest) return true;
    throw new PackwrightError(file, 'its SHA-256 is not the one in SHA256SUMS', 'build it or get it again');
  }
  return false;
}
