/** Runs against a destination that fails; then everything has to be there, with nothing repaired. */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { VolumeError } from '../../../../runtime/engine/volumes/volume-error.ts';
import { UserError } from '../../../../runtime/errors.ts';
import { StorageError } from '../../../../runtime/storage/storage.ts';
import { type Disturb, disturbOnce, type Survivor } from '../crash/kills.ts';
import { openStorageOf } from '../crash/place.ts';
import { reopenBackup } from '../open-backup.ts';
import { pick, type Random } from '../random.ts';
import { allCells, type BadPlace, type Cell, makeBad } from './bad-place.ts';

export interface Trial {
  cell: Cell;
  operation: string;
  /** Calls that failed, or lied. */
  injected: number;
  faults: string[];
}

const CELLS = allCells();
/** Of a hundred calls; 0 for the first one alone. */
const RATES = [0, 10, 50] as const;

/** One run of the backup, with the n-th cell; then the next backup, and a look at what is there. */
export async function tryOnce(random: Random, survivor: Survivor, number: number): Promise<Trial> {
  const cell = CELLS[number % CELLS.length]!;
  const rate = pick(random, RATES);
  let place: BadPlace | undefined;
  let unexpected: string | undefined;
  const disturb: Disturb = async (_random, { root }, operation, version) => {
    const storage = await openStorageOf(root);
    place = makeBad(storage, `${root}/remote`, random, cell, rate);
    const opened = reopenBackup(root, undefined, place);
    try {
      if (operation === 'backup') await opened.backup();
      else if (operation === 'delete') await opened.delete([version]);
      else await opened.compact();
      await opened.restore(0, true);
    } catch (thrown) {
      const isKnown = [StorageError, VolumeError, UserError].some((kind) => thrown instanceof kind);
      if (!isKnown) unexpected = `not an error for people: ${thrown instanceof Error ? thrown.stack : thrown}`;
    }
    // The next look restores into folders of the same names.
    for (const name of readdirSync(root).filter((one) => one.startsWith('restored-')))
      rmSync(path.join(root, name), { recursive: true });
    return place.count() > 0;
  };
  const { operation, faults } = await disturbOnce(random, survivor, disturb, true);
  if (unexpected !== undefined) faults.push(unexpected);
  return { cell, operation, injected: place?.count() ?? 0, faults };
}
