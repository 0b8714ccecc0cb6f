import type { FactEntry } from '../model/package.ts';
import { formatTable } from '../report.ts';
import { type CommonOptions, print, printJson } from './options.ts';
import { readPackage } from './read-package.ts';

const TYPE: Readonly<Record<FactEntry['kind'], string>> = { file: '-', link: 'l', dir: 'd' };

/** `packwright inspect FILE`. */
export async function inspectCommand(file: string, options: CommonOptions & { scripts?: boolean }): Promise<void> {
  const facts = await readPackage(file);
  if (options.json) return printJson(facts);
  print(formatTable(Object.entries(facts.metadata).map(([key, value]) => [`${key}:`, value.split('\n')[0]!])));
  for (const tree of facts.trees) {
    print(`\nFiles (${tree.arch}): ${tree.entries.length}`);
    const rows = tree.entries.map((entry) => [
      `${TYPE[entry.kind]}${modeText(entry.mode)}`,
      `${entry.user}:${entry.group}`,
      entry.kind === 'file' ? String(entry.size) : '',
      entry.kind === 'link' ? `${entry.path} -> ${entry.to}` : entry.path,
      entry.flags.join(' '),
    ]);
    print(formatTable(rows, [2]));
  }
  for (const [name, script] of Object.entries(facts.scripts)) {
    print(
      options.scripts
        ? `\n--- ${name}\n${script}`
        : `\nScript ${name}: ${script.split('\n').length} lines (--scripts shows them)`,
    );
  }
}

function modeText(mode: number): string {
  const bits = 'rwxrwxrwx';
  return [...bits].map((bit, i) => (mode & (1 << (8 - i)) ? bit : '-')).join('');
}
