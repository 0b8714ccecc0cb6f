import type { Package } from '../../../build/model/package.ts';
import type { Product } from '../../../build/model/product.ts';
import { parseVersion } from '../../../build/model/version.ts';
import { type Plan, planDatabase } from '../../../installers/msi/plan.ts';
import { windows } from '../../../platforms/windows/windows.ts';
import { product as lantern, windowsPayload } from '../../platforms/windows/windows-lantern.ts';

/** An edition of the invented product, planned for a database. */
export function planOf(edition: 'desk' | 'core' | 'beacon', product: Product = lantern): Plan {
  const one = product.editions.find(({ name }) => name === edition);
  if (!one) throw new Error(`no edition ${edition}`);
  const pkg: Package = {
    target: { id: `windows-x64-${edition}.msi`, platform: 'windows', arches: ['x64'], edition, format: 'msi' },
    product,
    name: one.package,
    title: one.title,
    summary: one.summary,
    version: parseVersion(product.version),
    epoch: 1_700_000_000,
    placements: [windows.place(product, one, 'x64', windowsPayload(edition))],
    changelog: [],
  };
  return planDatabase(pkg);
}
