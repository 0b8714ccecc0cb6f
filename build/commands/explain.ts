import { loadManifest } from '../manifest/load.ts';
import { planPackages } from '../pipeline.ts';
import { formatSize, formatTable } from '../report.ts';
import { measureTree } from '../stages/check.ts';
import { planTargets, selectTargets } from '../stages/plan.ts';
import { type CommonOptions, lineOptions, print, printJson } from './options.ts';

/** `packwright explain ID`: all about one target. */
export async function explainCommand(id: string, options: CommonOptions): Promise<void> {
  const manifest = await loadManifest(options.directory, options.manifest);
  const targets = selectTargets(planTargets(manifest.product), [id]);
  for (const { pkg, fileName } of await planPackages(manifest, targets, lineOptions(options))) {
    const placement = pkg.placements[0]!;
    const { files, bytes } = measureTree(placement.tree);
    if (options.json) {
      const tree = placement.tree.map((entry) =>
        entry.kind === 'file' ? { ...entry, content: sizeOf(entry.content) } : entry,
      );
      printJson({
        id: pkg.target.id,
        file: fileName,
        name: pkg.name,
        version: pkg.version.text,
        epoch: pkg.epoch,
        ...placement,
        tree,
      });
      continue;
    }
    const facts = [
      ['target', pkg.target.id],
      ['file', fileName],
      ['package', `${pkg.name} ${pkg.version.text}`],
      ['what', pkg.summary],
      ['time stamps', new Date(pkg.epoch * 1000).toISOString()],
      ['holds', `${files} files, ${formatSize(bytes)}`],
      ...placement.lifecycle.units.map((unit) => ['service', `${unit.unit}: ${startWords[unit.start]}`]),
      ...placement.lifecycle.state.map((folder) => ['state', `${folder}: kept on removal, gone on purge`]),
      ...placement.lifecycle.alternatives.map((one) => [
        'shared command',
        `${one.link} → ${one.path} (priority ${one.priority})`,
      ]),
      ...placement.lifecycle.accounts.map((account) => ['account', account.name]),
      ...placement.relations.replaces.map((name) => ['takes the place of', name]),
      ...placement.relations.conflicts.map((name) => ['cannot be beside', name]),
      ...placement.relations.libraries.map((one) => [
        'needs',
        `${one.soname} (${one.versions.at(-1) ?? 'any version'})`,
      ]),
    ];
    print(formatTable(facts.map(([key, value]) => [`${key}:`, value!])));
    const rows = placement.tree.map((entry) => [
      entry.kind === 'link' ? '' : entry.mode.toString(8).padStart(4, '0'),
      entry.kind === 'file' ? formatSize(entry.content.size) : entry.kind,
      entry.role,
      entry.kind === 'link' ? `${entry.path} -> ${entry.to}` : entry.path,
    ]);
    print(`\n${formatTable(rows, [1])}`);
  }
}

const startWords = { boot: 'enabled and started when installed', asked: 'installed, started when asked for' };

function sizeOf({ size, sha256 }: { size: number; sha256: string }) {
  return { size, sha256 };
}
