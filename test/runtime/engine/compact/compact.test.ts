/** Deleting and compacting: what is kept stays whole, what is not is gone. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { openBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

test('after random histories, deletions and compactions every version that is left is as it was', async (t) => {
  t.timeout(120_000);
  const opened = openBackup({
    manifest: { version: 2, blocksize: 1024, blockHash: 'SHA256', fileHash: 'SHA256', appVersion: '0.1.0.0' },
    compression: { method: 8, level: 1 },
    passphrase: 'secret',
  });
  t.teardown(() => opened.remove());
  const { source, remote } = opened;
  let histories: ReturnType<typeof factsOf>[] = [];
  for (let round = 0; round < 8; round++) {
    for (let n = 0; n < 6; n++) {
      const file = path.join(source, `file-${n}`);
      const dice = randomBytes(1)[0]! % 4;
      if (dice === 0) rmSync(file, { force: true });
      if (dice === 1 || round === 0) writeFileSync(file, randomBytes(randomBytes(2).readUInt16LE()));
      if (dice === 2) writeFileSync(file, 'text '.repeat(randomBytes(2).readUInt16LE()));
    }
    writeFileSync(path.join(source, 'round'), `${round}`);
    histories.unshift(factsOf(source));
    await opened.backup();
    if (round % 3 !== 2) continue;
    await opened.delete([1, histories.length - 1]);
    histories = histories.filter((_, index) => index !== 1 && index !== histories.length - 1);
    const before = readdirSync(remote).reduce((sum, name) => sum + statSync(path.join(remote, name)).size, 0);
    const { problems, deletedBytes, writtenBytes } = await opened.compact();
    t.deepEqual(problems, []);
    const after = readdirSync(remote).reduce((sum, name) => sum + statSync(path.join(remote, name)).size, 0);
    t.is(after, before - deletedBytes + writtenBytes);
    t.true(deletedBytes > writtenBytes);
    const { deletedVolumes } = await opened.compact();
    t.is(deletedVolumes, 0, 'a second time there is nothing to do');
  }
  t.is((await opened.versions()).length, histories.length);
  for (const [number, facts] of histories.entries()) {
    const { into, shortfalls } = await opened.restore(number);
    t.deepEqual(shortfalls, []);
    t.deepEqual(factsOf(into), facts);
  }
});

test('a damaged volume is left as it is, and said', async (t) => {
  const opened = openBackup();
  t.teardown(() => opened.remove());
  const { source, remote } = opened;
  writeFileSync(path.join(source, 'kept'), randomBytes(5000));
  writeFileSync(path.join(source, 'gone'), randomBytes(5000));
  await opened.backup();
  rmSync(path.join(source, 'gone'));
  await opened.backup();
  await opened.delete([1]);
  const victim = path.join(
    remote,
    readdirSync(remote).find((name) => name.includes('dblock') && statSync(path.join(remote, name)).size > 5000)!,
  );
  const bytes = readFileSync(victim);
  bytes[3000]! ^= 1;
  writeFileSync(victim, bytes);
  const { problems, deletedVolumes } = await opened.compact();
  t.deepEqual(
    problems.map(({ volume }) => volume),
    [path.basename(victim)],
  );
  t.is(deletedVolumes, 0);
  t.deepEqual(readFileSync(victim), bytes);
});
