import { readFile, writeFile } from 'node:fs/promises';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';

/** rpm's query tag for each scriptlet. */
const TAGS: Readonly<Record<string, string>> = {
  pre: 'PREIN',
  post: 'POSTIN',
  preun: 'PREUN',
  postun: 'POSTUN',
  pretrans: 'PRETRANS',
  posttrans: 'POSTTRANS',
};

async function readScriptlet(file: string, name: string, log: Log): Promise<string> {
  const text = await runCommand(log, ['rpm', '--nosignature', '-qp', '--qf', `%{${TAGS[name]}}`, file]);
  return text === '(none)' ? '' : text;
}

/** The scriptlets a package has. */
export async function listScriptlets(file: string, log: Log): Promise<string[]> {
  const found: string[] = [];
  for (const name of Object.keys(TAGS)) if (await readScriptlet(file, name, log)) found.push(name);
  return found;
}

/**
 * Copies a package with a scriptlet that fails at once. The scriptlet lies uncompressed in the header, so its first bytes are written
 * over and every offset stays; the header's digest no longer fits, and `--nodigest` says not to look.
 */
export async function breakScriptlet(source: string, target: string, name: string, log: Log): Promise<void> {
  const script = Buffer.from(await readScriptlet(source, name, log));
  const bytes = await readFile(source);
  const at = bytes.indexOf(script);
  const word = Buffer.from('exit 1\n#');
  if (script.length < word.length || at < 0) throw new Error(`${source}: %${name} is not where it was looked for`);
  word.copy(bytes, at);
  await writeFile(target, bytes);
}
