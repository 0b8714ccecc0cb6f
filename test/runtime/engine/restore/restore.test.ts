/** Every version of every backup that a real Duplicati made, restored straight from its destination. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { openLocalDatabase } from '../../../../runtime/engine/local-database/local-database.ts';
import { recreate } from '../../../../runtime/engine/recreate/recreate.ts';
import { openRemote } from '../../../../runtime/engine/remote/remote.ts';
import { restore } from '../../../../runtime/engine/restore/restore.ts';
import { KEYS, SET_NAMES, SETS } from '../duplicati-sets.ts';
import { folderSource } from '../folder-source.ts';
import { factsOf, readManifestLines } from '../tree-facts.ts';

for (const set of SET_NAMES) {
  const folder = path.join(SETS, set);
  const manifests = readdirSync(folder)
    .filter((name) => /^version-\d+\.jsonl$/.test(name))
    .sort();

  test(`every version of the set "${set}" is restored as it was`, async (t) => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'restore-'));
    t.teardown(() => rm(scratch, { recursive: true }));
    const remote = openRemote(folderSource(path.join(folder, 'remote')), {
      prefix: set === 'hashes' ? 'nas' : 'duplicati',
      keys: KEYS,
      scratch,
      signal: new AbortController().signal,
    });
    const database = await openLocalDatabase(':memory:');
    t.teardown(() => database.close());
    const { manifest, problems } = await recreate(database, remote);
    t.deepEqual(problems, []);
    const versions = database.prepare('SELECT id FROM version ORDER BY time DESC').all();
    t.is(versions.length, manifests.length);
    for (const [index, { id }] of versions.entries()) {
      const into = path.join(scratch, `version-${index}`);
      const order = { version: Number(id), into, isWanted: () => true, permissions: true, overwrite: false };
      const { shortfalls } = await restore(database, remote, manifest, order);
      t.deepEqual(shortfalls, []);
      const expected = readManifestLines(path.join(folder, `version-${index}.jsonl`));
      const found = factsOf(into, set === 'xattrs');
      t.deepEqual([...found.keys()].sort(), expected.map((fact) => fact.path).sort());
      for (const fact of expected) t.like(found.get(fact.path)!, { ...fact });
    }
  });
}
