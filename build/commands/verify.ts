import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../host/file-content.ts';
import { PackwrightError } from '../model/errors.ts';
import { formatTable } from '../report.ts';
import { type CommonOptions, print, printJson } from './options.ts';
import { printError } from './print-error.ts';
import { readPackage } from './read-package.ts';

/** `packwright verify FILE…`: reads each whole package, and holds it against SHA256SUMS when one lies beside it. */
export async function verifyCommand(files: string[], options: CommonOptions): Promise<void> {
  const results: {
    file: string;
    ok: boolean;
    name: string;
    version: string;
    entries: number;
    listed: boolean;
    error: string;
  }[] = [];
  for (const file of files) {
    try {
      const listed = await checkListed(file);
      const facts = await readPackage(file);
      const entries = facts.trees.reduce((sum, tree) => sum + tree.entries.length, 0);
      results.push({ file, ok: true, name: facts.name, version: facts.version, entries, listed, error: '' });
    } catch (cause) {
      if (!(cause instanceof PackwrightError)) throw cause;
      if (!options.json) printError(cause);
      results.push({ file, ok: false, name: '', version: '', entries: 0, listed: false, error: cause.message });
    }
  }
  if (options.json) printJson(results);
  else {
    const sound = results.filter((one) => one.ok);
    const rows = sound.map((one) => [
      'sound',
      one.file,
      `${one.name} ${one.version}`,
      `${one.entries} entries`,
      one.listed ? 'as in SHA256SUMS' : '',
    ]);
    if (rows.length > 0) print(formatTable(rows));
  }
  if (results.some((one) => !one.ok)) process.exitCode = 1;
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
