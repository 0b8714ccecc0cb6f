/** Retention and compaction, from the rules to the destination. */
import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { systemClock } from '../../../../runtime/engine/clock/clock.ts';
import { systemDisk } from '../../../../runtime/engine/disk/disk.ts';
import { openLocalDatabase } from '../../../../runtime/engine/local-database/local-database.ts';
import { applyRetention, compactWhereWorth } from '../../../../runtime/engine/maintain/maintain.ts';
import { openRemote } from '../../../../runtime/engine/remote/remote.ts';
import { FORM, openBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

const signal = new AbortController().signal;

test('versions that the rules choose go, and their volumes with them; a dry run says so and does nothing', async (t) => {
  const opened = openBackup();
  t.teardown(() => opened.remove());
  for (let round = 0; round < 4; round++) {
    writeFileSync(path.join(opened.source, 'file'), randomBytes(20_000));
    await opened.backup();
  }
  const facts = factsOf(opened.source);
  const database = await openLocalDatabase(path.join(opened.root, 'local.sqlite'));
  const scratch = path.join(opened.root, 'scratch');
  const keys = { gpg: { program: 'gpg' } };
  const remote = openRemote(opened.place, { prefix: 'duplicati', keys, scratch, signal });
  const machine = { database, remote, sink: opened.place, disk: systemDisk, clock: systemClock };
  const here = { now: Date.now() / 1000, zone: 'UTC' };
  const order = {
    prefix: 'duplicati',
    form: FORM,
    volumeSize: 64 * 1024,
    scratch,
    rules: { threshold: 25, volumeSize: 64 * 1024, smallFileMaxCount: 20 },
    uploadsAtOnce: 1,
    signal,
  };
  const there = readdirSync(opened.remote);
  const said = await applyRetention(machine, { keepVersions: 1 }, here, { dryRun: true, signal });
  t.deepEqual(
    said.map(({ version }) => version),
    [1, 2, 3],
  );
  t.deepEqual(readdirSync(opened.remote), there);
  t.deepEqual(await applyRetention(machine, { keepVersions: 1 }, here, { dryRun: false, signal }), said);
  const planned = await compactWhereWorth(machine, { ...order, dryRun: true });
  t.true(planned.remove.length > 0 && planned.done === undefined);
  const { done, remove } = await compactWhereWorth(machine, { ...order, dryRun: false });
  t.deepEqual(remove, planned.remove);
  t.like(done, { deletedVolumes: planned.remove.length + planned.rewrite.length, problems: [] });
  const again = await compactWhereWorth(machine, { ...order, dryRun: false });
  t.is(again.done, undefined, again.why);
  database.close();
  t.is((await opened.versions()).length, 1);
  t.deepEqual(factsOf((await opened.restore(0)).into), facts);
});
