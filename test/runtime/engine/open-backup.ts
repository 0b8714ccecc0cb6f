/** A backup of a folder to a folder, everything of it below one scratch folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BackedUp, type BackupOrder, backup, type Machine } from '../../../runtime/engine/backup/backup.ts';
import type { VolumePlan } from '../../../runtime/engine/backup/block-writer.ts';
import type { Sink } from '../../../runtime/engine/backup/uploads.ts';
import { systemClock } from '../../../runtime/engine/clock/clock.ts';
import { type Compacted, compact } from '../../../runtime/engine/compact/compact.ts';
import { readVolumeFacts, type VolumeFacts } from '../../../runtime/engine/compact/volume-facts.ts';
import { deleteVersions } from '../../../runtime/engine/delete/delete-versions.ts';
import { systemDisk } from '../../../runtime/engine/disk/disk.ts';
import { openLocalDatabase } from '../../../runtime/engine/local-database/local-database.ts';
import { recreate } from '../../../runtime/engine/recreate/recreate.ts';
import { openRemote, type Source } from '../../../runtime/engine/remote/remote.ts';
import { type Restored, type RestoreOrder, restore } from '../../../runtime/engine/restore/restore.ts';
import type { Manifest } from '../../../runtime/engine/volumes/manifest.ts';
import { folderSource } from './folder-source.ts';

const NEVER = new AbortController().signal;

export interface TestBackup {
  readonly root: string;
  /** What is backed up. */
  readonly source: string;
  readonly remote: string;
  readonly place: Source & Sink;
  backup(changes?: Partial<BackupOrder>, machine?: Partial<Machine>): Promise<BackedUp>;
  /** Deletes versions by their numbers, 0 is the newest. */
  delete(numbers: readonly number[], machine?: Partial<Machine>): Promise<void>;
  /** Drops volumes that nothing uses and rewrites all others that have any waste. */
  compact(machine?: Partial<Machine>): Promise<Compacted>;
  /** Restores a version (0 is the newest) into a new folder, straight from the destination. @param mayLack volumes may be missing or damaged there. */
  restore(version: number, mayLack?: boolean, changes?: Partial<RestoreOrder>): Promise<Restored & { into: string }>;
  /** Works on the backup with its local database. */
  use<Result>(
    work: (machine: Machine, plan: VolumePlan) => Promise<Result>,
    machine?: Partial<Machine>,
  ): Promise<Result>;
  /** Times of all versions at the destination, newest first. */
  versions(): Promise<number[]>;
  remove(): void;
}

export const FORM = {
  manifest: { version: 2, blocksize: 1024, blockHash: 'SHA256', fileHash: 'SHA256', appVersion: '0.1.0.0' },
  compression: { method: 8, level: 4 },
} as const;

export function openBackup(form: BackupOrder['form'] = FORM): TestBackup {
  const root = mkdtempSync(path.join(tmpdir(), 'backup-'));
  for (const name of FOLDERS) mkdirSync(path.join(root, name));
  return reopenBackup(root, form);
}

const FOLDERS = ['source', 'remote', 'scratch'] as const;

/** One that is there. @param given its destination, where that is not simply its folder */
export function reopenBackup(root: string, form: BackupOrder['form'] = FORM, given?: Source & Sink): TestBackup {
  const [source, remote, scratch] = FOLDERS.map((name) => path.join(root, name)) as [string, string, string]; // three names
  const place = given ?? folderSource(remote);
  const keys = { gpg: { program: 'gpg' }, ...(form.passphrase === undefined ? {} : { passphrase: form.passphrase }) };
  const prefix = 'duplicati';
  const there = openRemote(place, { prefix, keys, scratch, signal: NEVER });
  let restores = 0;

  async function withLocal<Result>(
    given: Partial<Machine>,
    use: (machine: Machine) => Promise<Result>,
  ): Promise<Result> {
    const database = given.database ?? (await openLocalDatabase(path.join(root, 'local.sqlite')));
    try {
      return await use({ database, remote: there, sink: place, disk: systemDisk, clock: systemClock, ...given });
    } finally {
      if (!given.database) database.close();
    }
  }
  const plan = { prefix, form, volumeSize: 64 * 1024, scratch };
  async function withRecreated<Result>(
    use: (database: Machine['database'], manifest: Manifest) => Promise<Result>,
    mayLack = false,
  ): Promise<Result> {
    const database = await openLocalDatabase(':memory:');
    try {
      const { manifest, problems } = await recreate(database, there);
      if (problems.length > 0 && !mayLack) throw new AggregateError(problems.map(({ error }) => error));
      return await use(database, manifest);
    } finally {
      database.close();
    }
  }
  return {
    root,
    source,
    remote,
    place,
    backup: (changes = {}, given = {}) =>
      withLocal(given, (machine) =>
        backup(machine, {
          ...plan,
          sources: [source],
          isWanted: () => true,
          isCompressed: () => false,
          uploadsAtOnce: 2,
          uploadUnchanged: false,
          report: () => {},
          stop: NEVER,
          kill: NEVER,
          ...changes,
        }),
      ),
    use: (work, given = {}) => withLocal(given, (machine) => work(machine, plan)),
    delete: (numbers, given = {}) =>
      withLocal(given, async ({ database, sink }) => {
        const rows = database.prepare('SELECT id FROM version ORDER BY time DESC').all();
        await deleteVersions(
          database,
          sink,
          numbers.map((number) => Number(rows[number]!.id)),
          NEVER,
        );
      }),
    compact: (given = {}) =>
      withLocal(given, (machine) => {
        const facts = readVolumeFacts(machine.database);
        const isDropped = (one: VolumeFacts) => one.wastedSize === one.dataSize;
        const drop = facts.filter(isDropped).map(({ id }) => id);
        const rewrite = facts.filter((one) => !isDropped(one) && one.wastedSize > 0).map(({ id }) => id);
        return compact(machine, { ...plan, drop, rewrite, uploadsAtOnce: 1, signal: NEVER });
      }),
    restore: (version, mayLack, changes = {}) =>
      withRecreated(async (database, manifest) => {
        const rows = database.prepare('SELECT id FROM version ORDER BY time DESC').all();
        const into = path.join(root, `restored-${restores++}`);
        const order = {
          version: Number(rows[version]!.id),
          into,
          isWanted: () => true,
          permissions: true,
          overwrite: false,
          ...changes,
        };
        return { ...(await restore(database, there, manifest, order)), into: order.into };
      }, mayLack),
    versions: () =>
      withRecreated(async (database) =>
        database
          .prepare('SELECT time FROM version ORDER BY time DESC')
          .all()
          .map(({ time }) => Number(time)),
      ),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
