/** A failing history becomes a shorter one that still fails. */
import { type History, runHistory } from './history.ts';
import type { Trees } from './tree.ts';

/** Tries before it is short enough. */
const TRIES = 60;

/** Halves, quarters … of the changes are left out as long as something is still wrong. */
export async function shrink(
  trees: Trees,
  history: History,
  wrong: string[],
): Promise<{ history: History; wrong: string[] }> {
  let best = { history, wrong };
  let tries = 0;
  for (let piece = history.versions.flat().length; piece >= 1 && tries < TRIES; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < best.history.versions.flat().length && tries < TRIES; tries++) {
      const shorter = without(best.history, at, piece);
      const found = await runHistory(trees, shorter);
      if (found.length > 0) best = { history: shorter, wrong: found };
      else at += piece;
    }
  }
  return best;
}

function without(history: History, at: number, count: number): History {
  let number = 0;
  const isKept = () => number++ < at || number > at + count;
  return { ...history, versions: history.versions.map((ops) => ops.filter(isKept)) };
}
