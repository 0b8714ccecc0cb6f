import type { Case } from '../case.ts';
import type { RootName } from '../roots.ts';
import { EDITIONS, type EditionName } from '../subject.ts';
import { cellOf, MATRIX_ROOTS, type Situation } from './situation.ts';

interface Row {
  situation: Situation;
  root: RootName;
  edition: EditionName;
}

/**
 * The fewest cells, found greedily, in which every situation meets every root and every edition it makes sense with, and every root
 * every edition. Always the same choice for the same list.
 */
export function choosePairs(situations: readonly Situation[], seed: number): Case[] {
  const open = new Set<string>();
  const rows: Row[] = [];
  for (const situation of situations) {
    for (const root of situation.roots ?? MATRIX_ROOTS) {
      for (const edition of situation.editions ?? EDITIONS) {
        const row = { situation, root, edition };
        rows.push(row);
        for (const pair of pairsOf(row)) open.add(pair);
      }
    }
  }
  const chosen: Row[] = [];
  for (const wanted of [3, 2, 1]) {
    for (const row of rows) {
      const fresh = pairsOf(row).filter((pair) => open.has(pair));
      if (fresh.length < wanted) continue;
      chosen.push(row);
      for (const pair of fresh) open.delete(pair);
    }
  }
  return chosen.map(({ situation, root, edition }) => cellOf(situation, root, edition, seed));
}

/** Every situation once; roots and editions take turns, and the seed says who begins. */
export function chooseEach(situations: readonly Situation[], seed: number): Case[] {
  return situations.map((situation, index) => {
    const roots = situation.roots ?? MATRIX_ROOTS;
    const editions = situation.editions ?? EDITIONS;
    const turn = index + seed;
    return cellOf(situation, roots[turn % roots.length]!, editions[Math.floor(turn / 2) % editions.length]!, seed);
  });
}

function pairsOf({ situation, root, edition }: Row): string[] {
  return [`${situation.name}|${root}`, `${situation.name}|${edition}`, `${root}|${edition}`];
}
