/** A few of the random histories of `npm run histories`; a failure tells the seed. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { runSeed } from './history.ts';
import { type Op, openTrees } from './tree.ts';

for (const seed of [1, 2, 3, 4, 7]) {
  test.serial(`every version of random history ${seed} comes back as it was, from the destination alone`, async (t) => {
    const trees = openTrees();
    t.teardown(() => trees.close());
    t.deepEqual((await runSeed(trees, seed)).wrong, []);
  });
}

test.serial('no change that is made to a tree leads out of it', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'tree-'));
  const trees = openTrees();
  t.teardown(() => {
    trees.close();
    rmSync(root, { recursive: true });
  });
  for (const name of ['tree', 'outside']) mkdirSync(path.join(root, name));
  writeFileSync(path.join(root, 'outside', 'file'), 'untouched');
  symlinkSync('../outside', path.join(root, 'tree', 'folder'));
  symlinkSync('../outside/file', path.join(root, 'tree', 'file'));
  const ops: Op[] = [
    ...['file', 'folder/new', 'folder/file', '../outside/file'].flatMap((name): Op[] => [
      { do: 'file', path: name, seed: 1, size: 5 },
      { do: 'sparse', path: name, size: 5, pieces: [] },
      { do: 'append', path: name, seed: 1, size: 5 },
      { do: 'truncate', path: name, size: 1 },
      { do: 'punch', path: name, at: 0, size: 4096 },
      { do: 'chmod', path: name, mode: 0o777 },
      { do: 'attribute', path: name, name: 'user.note', value: '00' },
    ]),
    { do: 'remove', path: 'folder/file' },
    { do: 'rename', path: 'folder/file', to: 'moved' },
    { do: 'rename', path: 'file', to: 'folder/moved' },
    { do: 'link', path: 'folder/other', of: 'file' },
  ];
  const outside = await trees.facts(path.join(root, 'outside'));
  await trees.change(path.join(root, 'tree'), ops);
  t.deepEqual(await trees.facts(path.join(root, 'outside')), outside);
});
