import { loadManifest } from '../manifest/load.ts';
import { formatTable } from '../report.ts';
import { editionOf, planTargets } from '../stages/plan.ts';
import { type CommonOptions, print, printJson } from './options.ts';

/** `packwright list`: every target with its package name and what it is. */
export async function listTargets(options: CommonOptions): Promise<void> {
  const { product } = await loadManifest(options.directory, options.manifest);
  const rows = planTargets(product).map((target) => {
    const edition = editionOf(product, target.edition);
    return { ...target, package: edition.package, summary: edition.summary };
  });
  if (options.json) return printJson(rows);
  print(formatTable(rows.map((row) => [row.id, row.package, row.summary])));
}
