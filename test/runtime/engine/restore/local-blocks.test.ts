/** What files of this machine hold is not fetched, and nothing but the right bytes is ever taken from them. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { folderSource } from '../folder-source.ts';
import { FORM, openBackup, reopenBackup } from '../open-backup.ts';
import { factsOf } from '../tree-facts.ts';

/** Bytes that do not compress, the same each time. */
function noise(seed: string, size: number): Buffer {
  const parts = Array.from({ length: Math.ceil(size / 64) }, (_, n) =>
    createHash('sha512').update(`${seed} ${n}`).digest(),
  );
  return Buffer.concat(parts).subarray(0, size);
}

/** Six files of some 200 blocks, in volumes of 64 of them; whatever is fetched is noted. */
async function prepare(t: ExecutionContext) {
  const made = openBackup();
  t.teardown(() => made.remove());
  for (let n = 0; n < 6; n++) writeFileSync(path.join(made.source, `file-${n}`), noise(`${n}`, 200_000 + n));
  mkdirSync(path.join(made.source, 'folder'));
  writeFileSync(path.join(made.source, 'folder/small'), 'small');
  await made.backup();
  const fetched: string[] = [];
  const place = folderSource(made.remote);
  const opened = reopenBackup(made.root, FORM, {
    ...place,
    get: async (name, file, signal) => {
      if (name.includes('.dblock.')) fetched.push(name);
      await place.get(name, file, signal);
    },
  });
  const into = path.join(made.root, 'into');
  const restoreInto = async (changes = {}, mayLack = false) => {
    fetched.length = 0;
    return opened.restore(0, mayLack, { into, overwrite: true, ...changes });
  };
  const volumes = readdirSync(made.remote).filter((name) => name.includes('.dblock.'));
  return { opened, into, fetched, volumes, restoreInto, facts: () => factsOf(made.source) };
}

test('what is there is left alone, and of a file that differs only that is fetched', async (t) => {
  const { into, fetched, volumes, restoreInto, facts, opened } = await prepare(t);
  t.like(await restoreInto(), { kept: 0, local: 0, bytes: 1_200_020 });
  t.is(fetched.length, volumes.length);
  t.true(volumes.length > 15);

  // Metadata lies in some of the volumes.
  t.like(await restoreInto(), { kept: 7, local: 0, bytes: 0, shortfalls: [] });
  t.true(fetched.length < volumes.length / 2, `${fetched.length} volumes`);

  const changed = readFileSync(path.join(into, 'file-3'));
  changed.writeUInt8(changed.readUInt8(100_000) ^ 1, 100_000);
  writeFileSync(path.join(into, 'file-3'), changed);
  truncateSync(path.join(into, 'file-4'), 150_000);
  appendFileSync(path.join(into, 'folder/small'), '!');
  const restored = await restoreInto();
  t.like(restored, { kept: 4, bytes: 200_003 + 200_004 + 5, shortfalls: [] });
  // All blocks but the changed one; all that are whole; all that was small.
  t.is(restored.local, 200_003 - 1024 + Math.floor(150_000 / 1024) * 1024 + 5);
  t.true(fetched.length < volumes.length / 2, `${fetched.length} volumes`);
  t.deepEqual(factsOf(into), facts());

  t.like(await restoreInto({ localBlocks: 'none' }), { kept: 7, local: 0 });
  t.is(fetched.length, volumes.length);
  t.is(opened.source, path.join(opened.root, 'source'));
});

test('the files that were backed up are asked when that is wanted, and what they have is held against its hash', async (t) => {
  const { opened, into, fetched, volumes, restoreInto, facts } = await prepare(t);
  const before = facts();
  t.like(await restoreInto({ localBlocks: 'sources' }), { kept: 0, local: 1_200_020, shortfalls: [] });
  t.true(fetched.length < volumes.length / 2);
  t.deepEqual(factsOf(into), before);

  cpSync(opened.source, path.join(opened.root, 'copy'), { recursive: true });
  rmSync(into, { recursive: true });
  for (const [index, name] of ['file-0', 'file-1', 'file-2'].entries()) {
    const file = path.join(opened.source, name);
    const bytes = readFileSync(file);
    unlinkSync(file);
    // The same size and a byte that is another; a link; a folder.
    if (index === 0) writeFileSync(file, bytes.fill(7, 5000, 5001));
    else if (index === 1) symlinkSync('/etc/passwd', file);
    else mkdirSync(file);
  }
  const restored = await restoreInto({ localBlocks: 'sources' });
  t.deepEqual(restored.shortfalls, []);
  t.is(restored.local, 1_200_020 - 1024 - 200_001 - 200_002);
  t.true(fetched.length < volumes.length);
  t.deepEqual(factsOf(into), before);
});

test('blocks of other files serve as well, and what the destination lost comes from here', async (t) => {
  const { opened, into, restoreInto, volumes } = await prepare(t);
  const whole = readFileSync(path.join(opened.source, 'file-2'));
  mkdirSync(into);
  // The blocks of file-2 are there under the name of file-1, those of file-1 nowhere.
  writeFileSync(path.join(into, 'file-2'), whole);
  appendFileSync(path.join(into, 'file-2'), 'more');
  for (const name of volumes) rmSync(path.join(opened.remote, name));
  const { shortfalls, local } = await restoreInto({ skipMetadata: true }, true);
  t.is(local, 200_002);
  t.true(readFileSync(path.join(into, 'file-2')).equals(whole));
  t.false(shortfalls.some(({ path: file, kind }) => file.endsWith('file-2') && kind === 'lost'));
  t.is(shortfalls.filter(({ kind }) => kind === 'lost').length >= 6, true);
});

test('two entries of one content: one is there, the other comes from it', async (t) => {
  const made = openBackup();
  t.teardown(() => made.remove());
  writeFileSync(path.join(made.source, 'a'), noise('same', 50_000));
  writeFileSync(path.join(made.source, 'b'), noise('same', 50_000));
  await made.backup();
  const into = path.join(made.root, 'into');
  await made.restore(0, false, { into });
  unlinkSync(path.join(into, 'b'));
  t.like(await made.restore(0, false, { into }), { kept: 1, bytes: 50_000, local: 50_000, shortfalls: [] });
  t.deepEqual(factsOf(into), factsOf(made.source));
  // A hard link to another's file is not written through.
  unlinkSync(path.join(into, 'b'));
  writeFileSync(path.join(made.root, 'theirs'), 'theirs');
  linkSync(path.join(made.root, 'theirs'), path.join(into, 'b'));
  t.like(await made.restore(0, false, { into, overwrite: true }), { kept: 1, shortfalls: [] });
  t.is(readFileSync(path.join(made.root, 'theirs'), 'utf8'), 'theirs');
  t.deepEqual(factsOf(into), factsOf(made.source));
});
