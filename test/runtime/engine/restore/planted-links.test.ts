/** Links that somebody plants in the target while a restore runs lead nothing out of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openTrees } from '../histories/tree.ts';
import { openBackup } from '../open-backup.ts';
import { pick, type Random, seedRandom } from '../random.ts';

const FOLDERS = ['one', 'one/two', 'one/two/three', 'other'];
const NAMES = ['a', 'b', 'same', 'deep', 'name', 'link'];

/** A backup of folders and files with modes, owners and times of their own; a folder beside the target that nothing may happen to. */
async function plant(t: ExecutionContext) {
  const one = openBackup();
  const trees = openTrees();
  t.teardown(() => {
    trees.close();
    one.remove();
  });
  for (const folder of FOLDERS) {
    mkdirSync(path.join(one.source, folder));
    for (const name of ['a', 'b', 'same', 'deep']) {
      const file = path.join(one.source, folder, name);
      writeFileSync(file, name === 'same' ? 'The same.' : randomBytes(20_000));
      chmodSync(file, 0o4711);
      utimesSync(file, 1000, 1000);
    }
    linkSync(path.join(one.source, folder, 'a'), path.join(one.source, folder, 'name'));
    symlinkSync('a', path.join(one.source, folder, 'link'));
  }
  await one.backup();
  const outside = path.join(one.root, 'outside');
  for (const folder of ['', ...FOLDERS]) {
    mkdirSync(path.join(outside, folder));
    // What is restored would be kept there, if it were looked at.
    writeFileSync(path.join(outside, folder, 'same'), 'The same.');
    writeFileSync(path.join(outside, folder, 'file'), 'Outside.');
  }
  return { one, trees, outside, into: path.join(one.root, 'into') };
}

/** Puts a link where a folder, a file or a temporary file is, or is to be. */
function attack(random: Random, into: string, outside: string): void {
  const folder = path.join(into, pick(random, FOLDERS));
  try {
    // Not through a link of its own.
    mkdirSync(into, { recursive: true });
    for (let above = folder; above !== into; above = path.dirname(above)) {
      if (lstatSync(above, { throwIfNoEntry: false })?.isSymbolicLink()) return;
    }
    if (random(2) === 0) {
      if (existsSync(folder)) renameSync(folder, `${into}-away-${random(1_000_000)}`);
      mkdirSync(path.dirname(folder), { recursive: true });
      symlinkSync(path.join(outside, pick(random, FOLDERS)), folder);
      return;
    }
    mkdirSync(folder, { recursive: true });
    const temporary = readdirSync(folder).filter((name) => name.startsWith('.restore-'));
    const place = path.join(folder, pick(random, [...NAMES, ...temporary]));
    rmSync(place, { force: true });
    if (random(2) === 0) symlinkSync(path.join(outside, pick(random, ['same', 'file'])), place);
    else linkSync(path.join(outside, pick(random, ['same', 'file'])), place);
  } catch {
    // a folder is where a file is to be, or a file where a folder is
  }
}

test('links that are planted between the volumes and the pages of a restore lead nowhere', async (t) => {
  const { one, trees, outside, into } = await plant(t);
  const before = await trees.facts(outside);
  const random = seedRandom(7);
  const { get } = one.place;
  // Whenever a volume is asked for, and whenever some blocks were written.
  one.place.get = async (...args: Parameters<typeof get>) => {
    attack(random, into, outside);
    return get(...args);
  };
  for (let run = 0; run < 30; run++) {
    await one.restore(0, false, { into, overwrite: run % 2 === 0, report: () => attack(random, into, outside) });
    t.deepEqual(await unlinked(trees, outside), without(before));
    rmSync(into, { recursive: true, force: true });
  }
});

test('links that another process plants all the time lead nowhere', async (t) => {
  const { one, trees, outside, into } = await plant(t);
  const before = await trees.facts(outside);
  const attacker = await startAttacker(into, outside);
  t.teardown(() => attacker.kill('SIGKILL'));
  for (let run = 0; run < 6; run++) {
    try {
      await one.restore(0, false, { into, overwrite: run % 2 === 0 });
    } catch {
      // Whoever may write to the target can end a restore, but lead it nowhere.
    }
  }
  t.is(attacker.exitCode, null, 'it is still at work');
  attacker.kill('SIGKILL');
  await once(attacker, 'exit');
  t.deepEqual(await unlinked(trees, outside), without(before));
});

/** What is outside, but for how many names its files have: those that were planted are more. */
const unlinked = async (trees: ReturnType<typeof openTrees>, outside: string) => without(await trees.facts(outside));
const without = (facts: Awaited<ReturnType<ReturnType<typeof openTrees>['facts']>>) =>
  facts.map(({ same: _, ...fact }) => fact);

/** Swaps folders for links and back, and puts hard links of what is outside in the place of files. */
async function startAttacker(into: string, outside: string): Promise<ChildProcess> {
  const script = `
import os, sys
into, outside, folders = sys.argv[1], sys.argv[2], sys.argv[3:]
print("ready", flush=True)
n = 0
while True:
    n += 1
    folder = os.path.join(into, folders[n % len(folders)])
    away = into + "-away-%d" % n
    try:
        os.rename(folder, away)
        os.symlink(os.path.join(outside, folders[n % len(folders)]), folder)
        os.unlink(folder)
        os.rename(away, folder)
    except OSError:
        pass
    try:
        for name in os.listdir(folder):
            place = os.path.join(folder, name)
            if n % 3 == 0 and not os.path.isdir(place):
                os.unlink(place)
                os.link(os.path.join(outside, "file"), place)
    except OSError:
        pass
`;
  const attacker = spawn('python3', ['-c', script, into, outside, ...FOLDERS], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(attacker.stdout, 'data');
  return attacker;
}
