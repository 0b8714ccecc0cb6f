import { createHash } from 'node:crypto';
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
 * Copies a package with a scriptlet that fails at once. The scriptlet lies uncompressed in the main header, so its first bytes are
 * written over and every offset stays; the digests of the header in the signature header are made to fit, or rpm would skip it.
 */
export async function breakScriptlet(source: string, target: string, name: string, log: Log): Promise<void> {
  const script = Buffer.from(await readScriptlet(source, name, log));
  const bytes = await readFile(source);
  const start = endOfHeader(bytes, LEAD, 8);
  const end = endOfHeader(bytes, start, 1);
  const at = bytes.indexOf(script, start);
  const word = Buffer.from('exit 1\n#');
  if (script.length < word.length || at < 0 || at > end)
    throw new Error(`${source}: %${name} is not where it was looked for`);
  const digests = () => [
    digest('sha256', bytes.subarray(start, end), 'hex'),
    digest('sha1', bytes.subarray(start, end), 'hex'),
    digest('md5', bytes.subarray(start), 'latin1'),
  ];
  const old = digests();
  word.copy(bytes, at);
  for (const [n, text] of digests().entries()) {
    const place = bytes.subarray(LEAD, start).indexOf(old[n]!, 0, 'latin1');
    if (place >= 0) bytes.write(text, LEAD + place, 'latin1');
  }
  await writeFile(target, bytes);
}

/** Bytes of the lead, which nobody reads any more. */
const LEAD = 96;

/** A header: 8 bytes of magic, number of index entries, bytes of data, 16 bytes an entry, the data; then padding. */
function endOfHeader(bytes: Buffer, start: number, align: number): number {
  const length = 16 + 16 * bytes.readUInt32BE(start + 8) + bytes.readUInt32BE(start + 12);
  return start + Math.ceil(length / align) * align;
}

function digest(algorithm: string, bytes: Uint8Array, encoding: 'hex' | 'latin1'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}
