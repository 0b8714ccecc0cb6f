import { didYouMean } from '../manifest/suggest.ts';
import { UsageError } from '../model/errors.ts';
import type { Edition, Product } from '../model/product.ts';
import { type FormatName, type PlatformName, type Target, targetId } from '../model/target.ts';

const PLATFORM_OF: Readonly<Record<FormatName, PlatformName>> = {
  deb: 'linux',
  rpm: 'linux',
  oci: 'docker',
  msi: 'windows',
  zip: 'windows',
};

/** Every target of a product, in the order of its rows: platform, architecture, edition, format. */
export function planTargets(product: Product): Target[] {
  const targets: Omit<Target, 'id'>[] = [];
  for (const format of product.formats) {
    for (const edition of product.editions) {
      if (!(edition.formats ?? product.formats).includes(format)) continue;
      const platform = PLATFORM_OF[format];
      if (platform === 'docker') {
        if (edition.services.length === 0) continue; // an image runs a service
        targets.push({ platform, arches: product.arches, edition: edition.name, format });
        continue;
      }
      for (const arch of product.arches) targets.push({ platform, arches: [arch], edition: edition.name, format });
    }
  }
  return targets.map((target) => ({ id: targetId(target), ...target }));
}

/**
 * The targets whose id fits one of the patterns (`*` stands for anything); all of them without a pattern.
 * @throws UsageError when a pattern fits none.
 */
export function selectTargets(
  targets: readonly Target[],
  patterns: readonly string[],
  skip: readonly string[] = [],
): Target[] {
  for (const pattern of [...patterns, ...skip]) {
    if (!targets.some((target) => fits(target.id, pattern))) {
      throw new UsageError(
        `no target fits "${pattern}"`,
        didYouMean(
          pattern,
          targets.map((target) => target.id),
        ),
      );
    }
  }
  const wanted = (id: string) => patterns.length === 0 || patterns.some((pattern) => fits(id, pattern));
  return targets.filter(({ id }) => wanted(id) && !skip.some((pattern) => fits(id, pattern)));
}

function fits(id: string, pattern: string): boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`).test(id);
}

/** The edition's row. Targets are made from these rows, so it is there. */
export function editionOf(product: Product, name: string): Edition {
  const edition = product.editions.find((one) => one.name === name);
  if (!edition) throw new UsageError(`there is no edition "${name}"`);
  return edition;
}
