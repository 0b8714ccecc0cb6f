/** Files at a destination that rot: each case damages some, and says what went wrong that nobody was told of. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { systemClock } from '../../../../runtime/engine/clock/clock.ts';
import { listAffected } from '../../../../runtime/engine/list/entries.ts';
import { openLocalDatabase } from '../../../../runtime/engine/local-database/local-database.ts';
import { recreate } from '../../../../runtime/engine/recreate/recreate.ts';
import { openRemote, type Remote, type Source } from '../../../../runtime/engine/remote/remote.ts';
import { restore, type Shortfall } from '../../../../runtime/engine/restore/restore.ts';
import { testVolumes } from '../../../../runtime/engine/test/test.ts';
import { damaged, VolumeError } from '../../../../runtime/engine/volumes/volume-error.ts';
import { folderSource } from '../folder-source.ts';
import { FORM, openBackup, type TestBackup } from '../open-backup.ts';
import { pick, type Random } from '../random.ts';
import { factsOf, type TreeFact } from '../tree-facts.ts';

const NEVER = new AbortController().signal;

export interface Rotting extends TestBackup {
  /** What each version holds, the newest first. */
  snapshots: Map<string, TreeFact>[];
  /** The destination as it was. */
  sound: string;
  passphrase: string | undefined;
}

/** A backup of four versions of a tree that changes. */
export async function makeRotting(random: Random, passphrase?: string): Promise<Rotting> {
  const one = openBackup(passphrase === undefined ? FORM : { ...FORM, passphrase });
  const snapshots: Map<string, TreeFact>[] = [];
  const bytes = (size: number) => Uint8Array.from({ length: size }, () => random(256));
  mkdirSync(path.join(one.source, 'folder'));
  for (let version = 0; version < 4; version++) {
    for (let file = 0; file < 6; file++) {
      const name = path.join(one.source, pick(random, ['', 'folder']), `file-${random(8)}`);
      writeFileSync(name, bytes(pick(random, [0, 1, 700, 1024, 5000, 40_000])));
      utimesSync(name, version * 100 + file, version * 100 + file);
    }
    const now = 1_700_000_000_000 + version * 3_600_000;
    await one.backup({ volumeSize: 48 * 1024 }, { clock: { ...systemClock, now: () => now } });
    snapshots.unshift(factsOf(one.source));
  }
  const sound = path.join(one.root, 'sound');
  cpSync(one.remote, sound, { recursive: true });
  return { ...one, snapshots, sound, passphrase };
}

export interface Damage {
  kind: (typeof KINDS)[number];
  files: string[];
}

const KINDS = ['flipped', 'truncated', 'zeroed', 'swapped', 'missing'] as const;

/** Damages one file, or swaps two of a kind. */
export function damageSome(random: Random, folder: string): Damage {
  const names = readdirSync(folder).sort();
  const kind = pick(random, KINDS);
  const name = pick(random, names);
  const file = path.join(folder, name);
  const content = readFileSync(file);
  if (kind === 'missing') rmSync(file);
  else if (kind === 'truncated') writeFileSync(file, content.subarray(0, random(content.length)));
  else if (kind === 'flipped') {
    const at = random(content.length);
    content[at] = content[at]! ^ (1 << random(8));
    writeFileSync(file, content);
  } else if (kind === 'zeroed') {
    const at = random(content.length);
    content.fill(0, at, Math.min(content.length, at + 1 + random(4096)));
    writeFileSync(file, content);
  } else {
    const ending = name.slice(name.indexOf('.'));
    const others = names.filter((other) => other !== name && other.endsWith(ending));
    if (others.length === 0) return { kind, files: [] };
    const other = pick(random, others);
    renameSync(file, `${file}.swap`);
    renameSync(path.join(folder, other), file);
    renameSync(`${file}.swap`, path.join(folder, other));
    return { kind, files: [name, other] };
  }
  return {
    kind,
    files: readFileSync(path.join(path.dirname(folder), 'sound', name)).equals(readOrEmpty(file)) ? [] : [name],
  };
}

function readOrEmpty(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

/** What went wrong: nothing, in a sound program. The destination is as it was afterwards. */
export async function rotOnce(random: Random, one: Rotting): Promise<{ damage: Damage; wrong: string[] }> {
  const damage = damageSome(random, one.remote);
  const wrong: string[] = [];
  try {
    await withLocal(one, damage, wrong);
    await withRemoteAlone(one, damage, wrong);
  } catch (thrown) {
    wrong.push(`it ended by ${thrown instanceof Error ? thrown.stack : thrown}`);
  } finally {
    rmSync(one.remote, { recursive: true });
    cpSync(one.sound, one.remote, { recursive: true });
  }
  return { damage, wrong };
}

/** `test` names every damaged file and the paths lost, and all other paths are restored as they were. */
async function withLocal(one: Rotting, { files }: Damage, wrong: string[]): Promise<void> {
  const remote = remoteOf(one);
  await one.use(async ({ database }, plan) => {
    const { manifest } = plan.form;
    const { damaged: found } = await testVolumes(
      { database, remote, clock: systemClock },
      {
        manifest,
        samples: Number.POSITIVE_INFINITY,
        verification: 'True',
        allBlocks: true,
        dryRun: true,
        report: () => {},
        signal: NEVER,
      },
    );
    const named = found.map(({ name }) => name).sort();
    if (named.join() !== files.toSorted().join()) wrong.push(`test named ${named}, damaged were ${files}`);
    const rows = database.prepare("SELECT id, name FROM volume WHERE kind = 'dblock'").all();
    const gone = rows.filter(({ name }) => files.includes(String(name))).map(({ id }) => Number(id));
    const affected = gone.length === 0 ? [] : [...listAffected(database, gone)];
    for (const [number, { id }] of versionsOf(database).entries()) {
      const lost = new Set(
        affected.filter(({ version }) => version === id).map((entry) => entry.path.replace(/\/$/, '')),
      );
      const into = path.join(one.root, 'restored');
      const order = { version: id, into, isWanted: () => true, permissions: true, overwrite: false };
      const { shortfalls } = await restore(database, remote, { ...manifest, created: 0 }, order);
      for (const { path: name } of shortfalls)
        if (!lost.has(name.replace(/\/$/, '')))
          wrong.push(`version ${number}: ${name} was lost, and test did not say so`);
      compare(into, one, shortfalls, [one.snapshots[number]!], wrong);
      rmSync(into, { recursive: true, force: true });
    }
  });
}

/** Without a local database: what is restored is as it was in some version, whole; what is not is told. */
async function withRemoteAlone(one: Rotting, { kind, files }: Damage, wrong: string[]): Promise<void> {
  const remote = remoteOf(one);
  const database = await openLocalDatabase(':memory:');
  try {
    const { manifest, problems } = await recreate(database, remote);
    const versions = versionsOf(database);
    const sound = one.snapshots.length;
    const isListGone = files.some((name) => name.includes('.dlist.'));
    // A missing list takes its version along: nobody else knows of it.
    if (versions.length < sound && problems.length === 0 && !(kind === 'missing' && isListGone))
      wrong.push(`${sound - versions.length} versions are gone without a word`);
    for (const { id, time } of versions) {
      const number = sound - 1 - (time - 1_700_000_000) / 3600;
      const into = path.join(one.root, 'restored');
      const order = { version: id, into, isWanted: () => true, permissions: true, overwrite: false };
      const { shortfalls } = await restore(database, remote, manifest, order);
      // The name of a list is not bound to what is in it: two that were swapped are each other's version. Only the local database can tell.
      const isSwapped = kind === 'swapped' && isListGone;
      compare(into, one, shortfalls, isSwapped ? one.snapshots : [one.snapshots[number]!], wrong);
      rmSync(into, { recursive: true, force: true });
    }
  } catch (thrown) {
    if (!(thrown instanceof VolumeError)) throw thrown; // told: nothing of it could be read
  } finally {
    database.close();
  }
}

function remoteOf({ remote, root, passphrase }: Rotting): Remote {
  const keys = { gpg: { program: 'gpg' }, ...(passphrase === undefined ? {} : { passphrase }) };
  const place = folderSource(remote);
  const source: Source = {
    ...place,
    async get(name, file, signal) {
      if (!existsSync(path.join(remote, name))) throw damaged('it is not at the destination any more');
      await place.get(name, file, signal);
    },
  };
  return openRemote(source, { prefix: 'duplicati', keys, scratch: path.join(root, 'scratch'), signal: NEVER });
}

function versionsOf(database: Parameters<typeof listAffected>[0]): { id: number; time: number }[] {
  return database
    .prepare('SELECT id, time FROM version ORDER BY time DESC')
    .all()
    .map(({ id, time }) => ({ id: Number(id), time: Number(time) }));
}

/** Everything is as one of the snapshots has it, or named. */
function compare(
  into: string,
  one: Rotting,
  shortfalls: readonly Shortfall[],
  snapshots: readonly Map<string, TreeFact>[],
  wrong: string[],
): void {
  const told = new Set(shortfalls.map(({ path: name }) => path.relative(one.source, name.replace(/\/$/, ''))));
  const found = factsOf(into);
  const differences = snapshots.map((snapshot) => {
    const list: string[] = [];
    for (const name of new Set([...snapshot.keys(), ...found.keys()])) {
      if (told.has(name)) continue;
      const [want, have] = [snapshot.get(name), found.get(name)];
      // A folder's time changes when something in it is lost; that is told of what is lost.
      const isSame =
        want &&
        have &&
        want.kind === have.kind &&
        want.sha256 === have.sha256 &&
        want.mode === have.mode &&
        (want.kind === 'dir' || want.mtime_ns === have.mtime_ns);
      if (!isSame) list.push(`${name}: ${have ? 'other than it was' : 'not there'}, and nobody said so`);
    }
    return list;
  });
  const best = differences.sort((a, b) => a.length - b.length)[0]!;
  wrong.push(...best);
}
