import { loadManifest } from '../manifest/load.ts';
import { planPackages } from '../pipeline.ts';
import { formatSize, formatTable } from '../report.ts';
import { measureTree } from '../stages/check.ts';
import { planTargets, selectTargets } from '../stages/plan.ts';
import { type CommonOptions, lineOptions, print, printJson } from './options.ts';

/** `packwright plan [ids]`: places and checks, writes nothing. */
export async function planCommand(ids: string[], options: CommonOptions): Promise<void> {
  const manifest = await loadManifest(options.directory, options.manifest);
  const targets = selectTargets(planTargets(manifest.product), ids);
  const packages = await planPackages(manifest, targets, lineOptions(options));
  const rows = packages.map(({ pkg, fileName }) => ({
    id: pkg.target.id,
    file: fileName,
    package: pkg.name,
    version: pkg.version.text,
    ...measureTree(pkg.placements.flatMap((placement) => placement.tree)),
    services: pkg.placements[0]!.lifecycle.units.map((unit) => `${unit.unit} (${unit.start})`),
  }));
  if (options.json) return printJson(rows);
  const table = rows.map((row) => [
    row.id,
    row.file,
    `${row.files} files`,
    formatSize(row.bytes),
    row.services.join(', '),
  ]);
  print(formatTable(table, [2, 3]));
}
