import type { Entry } from '../../build/model/file-tree.ts';
import type { Alternative } from '../../build/model/lifecycle.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { symbolicLink } from './entries.ts';
import { programsOf } from './members.ts';
import type { Places } from './places.ts';

/** The commands of an edition: links in /usr/bin, except those that other editions provide too, which update-alternatives links. */
export function placeCommands(
  product: Product,
  edition: Edition,
  places: Places,
): { entries: Entry[]; alternatives: Alternative[] } {
  const entries: Entry[] = [];
  const alternatives: Alternative[] = [];
  for (const program of programsOf(product, edition)) {
    const link = `/usr/bin/${program.name}`;
    const priority = edition.alternatives?.[program.name];
    if (priority === undefined) {
      entries.push(symbolicLink(link, `../lib/${places.home}/bin/${program.name}`));
      continue;
    }
    alternatives.push({ name: program.name, link, path: `${places.lib}/bin/${program.name}`, priority, followers: [] });
  }
  return { entries, alternatives };
}
