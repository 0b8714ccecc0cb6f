import type { FactEntry, PackageFacts } from '../model/package.ts';
import { type CommonOptions, print, printJson } from './options.ts';
import { readPackage } from './read-package.ts';

/** One difference: what it is about, how it was and how it is; empty when it was or is not there. */
export interface Difference {
  about: string;
  old: string;
  new: string;
}

/** `packwright diff OLD NEW`: exit 1 when anything differs, like diff(1). */
export async function diffCommand(oldFile: string, newFile: string, options: CommonOptions): Promise<void> {
  const differences = [...diffFacts(await readPackage(oldFile), await readPackage(newFile))];
  if (differences.length > 0) process.exitCode = 1;
  if (options.json) return printJson(differences);
  if (differences.length === 0) print('no difference');
  for (const one of differences) {
    if (!one.old) print(`+ ${one.about}: ${one.new}`);
    else if (!one.new) print(`- ${one.about}: ${one.old}`);
    else if (one.old.includes('\n') || one.new.includes('\n')) print(`~ ${one.about}:\n${diffLines(one.old, one.new)}`);
    else print(`~ ${one.about}: ${one.old} → ${one.new}`);
  }
}

/** Everything that differs: metadata, scripts, entries. */
export function* diffFacts(a: PackageFacts, b: PackageFacts): Generator<Difference> {
  yield* diffMaps(
    { format: a.format, name: a.name, version: a.version },
    { format: b.format, name: b.name, version: b.version },
    '',
  );
  yield* diffMaps(a.metadata, b.metadata, 'metadata ');
  yield* diffMaps(a.scripts, b.scripts, 'script ');
  const arches = new Set([...a.trees, ...b.trees].map((tree) => tree.arch));
  for (const arch of arches) {
    const describe = (facts: PackageFacts) => {
      const entries = facts.trees.find((tree) => tree.arch === arch)?.entries ?? [];
      return Object.fromEntries(entries.map((entry) => [entry.path, describeEntry(entry)]));
    };
    yield* diffMaps(describe(a), describe(b), arches.size > 1 ? `${arch} ` : '');
  }
}

function* diffMaps(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
  prefix: string,
): Generator<Difference> {
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    if (a[key] !== b[key]) yield { about: `${prefix}${key}`, old: a[key] ?? '', new: b[key] ?? '' };
  }
}

function describeEntry(entry: FactEntry): string {
  const owner = `${entry.user}:${entry.group}`;
  const flags = entry.flags.length > 0 ? ` [${entry.flags.join(' ')}]` : '';
  if (entry.kind === 'link') return `link to ${entry.to}${flags}`;
  const mode = entry.mode.toString(8).padStart(4, '0');
  if (entry.kind === 'dir') return `directory ${mode} ${owner}${flags}`;
  return `file ${mode} ${owner} ${entry.size} bytes ${entry.sha256.slice(0, 16)}${flags}`;
}

/** Lines that only one of two texts has. Enough for scripts: their order rarely changes. */
function diffLines(a: string, b: string): string {
  const [old, now] = [a.split('\n'), b.split('\n')];
  const gone = old.filter((line) => !now.includes(line)).map((line) => `    - ${line}`);
  const come = now.filter((line) => !old.includes(line)).map((line) => `    + ${line}`);
  return [...gone, ...come].join('\n');
}
