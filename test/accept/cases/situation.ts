import type { BoxOptions } from '../box.ts';
import type { Case } from '../case.ts';
import type { Log } from '../log.ts';
import type { RootName } from '../roots.ts';
import { findRemains, type Snapshot, takeSnapshot } from '../snapshot.ts';
import { clearAway, openStage, type Stage } from '../stage.ts';
import { EDITIONS, type EditionName, expect } from '../subject.ts';
import { isPurgeLeftover } from './states.ts';

/** One row of the install matrix. `play` starts before anything is installed; afterwards the package is purged and nothing may be left. */
export interface Situation {
  name: string;
  /** Roots it makes sense on; the four booted ones when absent. */
  roots?: readonly RootName[];
  /** Editions it makes sense for; all when absent. */
  editions?: readonly EditionName[];
  box?: BoxOptions;
  /** A string it gives is printed. */
  play(stage: Stage, seed: number): Promise<unknown>;
  /** How the package goes in the end; false when `play` sees to that itself. Default: `clearAway`. */
  clear?: ((stage: Stage) => Promise<void>) | false;
  /** Paths that may differ afterwards because the situation itself made them. */
  allow?: readonly RegExp[];
}

export const MATRIX_ROOTS = ['bookworm', 'trixie', 'bullseye', 'rpm'] as const satisfies readonly RootName[];

/** Every cell of the matrix. */
export function listCells(situations: readonly Situation[], seed: number): Case[] {
  return situations.flatMap((situation) =>
    (situation.roots ?? MATRIX_ROOTS).flatMap((root) =>
      (situation.editions ?? EDITIONS).map((edition) => cellOf(situation, root, edition, seed)),
    ),
  );
}

export function cellOf(situation: Situation, root: RootName, edition: EditionName, seed: number): Case {
  return {
    name: `matrix/${root}/${edition}/${situation.name.replaceAll(' ', '-')}`,
    roots: [root],
    run: (log) => playCell(situation, root, edition, seed, log),
  };
}

async function playCell(situation: Situation, root: RootName, edition: EditionName, seed: number, log: Log) {
  const stage = await openStage(root, edition, log, situation.box);
  await using _box = stage.box;
  const before = await takeSnapshot(stage.box, stage.booted);
  const text = await situation.play(stage, seed);
  if (situation.clear === false) return text;
  await (situation.clear ?? clearAway)(stage);
  await expectAsBefore(stage, before, situation.allow);
  return text;
}

/** The machine is as it was, apart from what everyone knows of and the situation's own doing. */
export async function expectAsBefore(stage: Stage, before: Snapshot, allow: readonly RegExp[] = []): Promise<void> {
  const after = await takeSnapshot(stage.box, stage.booted);
  const remains = findRemains(before, after, [...isPurgeLeftover(stage.installer, stage.subject), ...allow]);
  expect(remains.length === 0, `left behind:\n${remains.slice(0, 20).join('\n')}`);
}
