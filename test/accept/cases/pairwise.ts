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

/**
 * What CI has time for: the pairs without Debian 12, whose neighbours on both sides are there. A situation that makes sense on it alone stays.
 */
export function chooseForCi(situations: readonly Situation[], seed: number): Case[] {
  const fewer = situations.map((situation) => {
    const roots = (situation.roots ?? MATRIX_ROOTS).filter((root) => root !== 'bookworm');
    return roots.length > 0 ? { ...situation, roots } : situation;
  });
  return choosePairs(fewer, seed);
}

function pairsOf({ situation, root, edition }: Row): string[] {
  return [`${situation.name}|${root}`, `${situation.name}|${edition}`, `${root}|${edition}`];
}
