import type { Machine } from '../../../../runtime/engine/backup/backup.ts';
import { type Purged, purge } from '../../../../runtime/engine/purge/purge.ts';
import { type Repaired, repair } from '../../../../runtime/engine/repair/repair.ts';
import type { TestBackup } from '../open-backup.ts';

const signal = new AbortController().signal;
const common = { dryRun: false, signal, report: () => {} };

export function repairOf(opened: TestBackup, given: Partial<Machine> = {}): Promise<Repaired> {
  return opened.use((machine, plan) => repair(machine, { ...plan, ...common, uploadsAtOnce: 1, rebuild: true }), given);
}

/** Takes all that is called `secret` out of all versions. */
export function purgeOf(opened: TestBackup, given: Partial<Machine> = {}): Promise<Purged> {
  return opened.use((machine, plan) => {
    const versions = machine.database.prepare('SELECT id FROM version ORDER BY time DESC').all();
    return purge(machine, {
      ...plan,
      ...common,
      versions: versions.map(({ id }) => Number(id)),
      isPurged: (name) => name.endsWith('/secret'),
      allowEmpty: false,
    });
  }, given);
}
