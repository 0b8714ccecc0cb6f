/** A backup that is killed at random moments, again and again, and what each of its versions has to hold. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openLocalDatabase } from '../../../../runtime/engine/local-database/local-database.ts';
import { openBackup, reopenBackup, type TestBackup } from '../open-backup.ts';
import { pick, type Random } from '../random.ts';
import { factsOf, type TreeFact } from '../tree-facts.ts';
import { openPlace } from './place.ts';
import type { Power } from './power.ts';

const VICTIM = path.resolve(import.meta.dirname, 'victim.ts');
const NAMES = ['a', 'b', 'c', 'in/d', 'in/e', 'in/deeper/f'];
const OPERATIONS = ['backup', 'backup', 'backup', 'delete', 'compact'] as const;
/** More of them are deleted. */
const MOST_VERSIONS = 6;
/** Bytes of a volume, and of lists and small parts besides. */
const ALLOWANCE = 64 * 1024 + 32 * 1024;

export type Operation = (typeof OPERATIONS)[number];
/** Hashes by path; a folder has none. */
type Contents = ReadonlyMap<string, string | undefined>;

export interface Survivor {
  root: string;
  /** Where its power can be cut: that is how runs end then. */
  power?: Power | undefined;
  /** What its runs do in place of `fsync`: nothing. */
  isUnsynced?: boolean | undefined;
  /** Of every version that was made by a run that ended, by its time. */
  known: Map<number, Contents>;
  /** Of every version that an interrupted run left, by its time: the trees around that run. Each of its files is of one of them. */
  between: Map<number, readonly Contents[]>;
  /** Milliseconds that a run took when it was left alone. */
  took: Record<Operation, number>;
}

export interface Killed {
  operation: Operation;
  /** False: it had ended before. */
  hasLanded: boolean;
  faults: string[];
}

export async function makeSurvivor(
  random: Random,
  how: Pick<Survivor, 'power' | 'isUnsynced'> = {},
): Promise<Survivor> {
  const root = how.power?.root ?? openBackup().root;
  const opened = await reopen({ root, ...how });
  for (const name of NAMES) change(random, path.join(opened.source, name));
  await opened.backup();
  const known = new Map([[(await opened.versions())[0]!, contentsOf(factsOf(opened.source))]]);
  return { root, ...how, known, between: new Map(), took: { backup: 400, delete: 200, compact: 300 } };
}

export function removeSurvivor({ root, power }: Survivor): void {
  if (power) power.remove();
  else reopenBackup(root).remove();
}

/** With the destination that people have: what it promises is looked at, too. */
async function reopen({ root }: Pick<Survivor, 'root' | 'power'>): Promise<TestBackup> {
  return reopenBackup(root, undefined, await openPlace(root));
}

/** Makes something go wrong in a run. @returns whether it did */
export type Disturb = (random: Random, survivor: Survivor, operation: Operation, version: number) => Promise<boolean>;

/** Changes the tree, starts a run and kills it; then backs up, with nothing repaired, and looks at what is there. */
export function killOnce(random: Random, survivor: Survivor): Promise<Killed> {
  return disturbOnce(random, survivor, kill);
}

/** The same with something else than a kill. @param mayRepeat whether more may be uploaded again than was on its way */
export async function disturbOnce(
  random: Random,
  survivor: Survivor,
  disturb: Disturb,
  mayRepeat = false,
): Promise<Killed> {
  const opened = await reopen(survivor);
  const before = contentsOf(factsOf(opened.source));
  const changed = changeTree(random, opened.source);
  const now = contentsOf(factsOf(opened.source));
  const versions = await opened.versions();
  const wanted = versions.length > MOST_VERSIONS ? 'delete' : pick(random, OPERATIONS);
  const operation = wanted === 'delete' && versions.length < 2 ? 'backup' : wanted;
  const victim = operation === 'delete' ? 1 + random(versions.length - 1) : 0;
  const hasLanded = await disturb(random, survivor, operation, victim);
  const faults: string[] = [];
  const { lost, skipped, uploadedBytes } = await opened.backup();
  faults.push(...[...lost, ...skipped].map((one) => `the next backup says: ${JSON.stringify(one)}`));
  if (!mayRepeat && uploadedBytes > changed + ALLOWANCE)
    faults.push(`${uploadedBytes} bytes were uploaded for ${changed}`);
  faults.push(...(await findStray(opened)));
  const after = await opened.versions();
  for (const time of survivor.known.keys())
    if (!after.includes(time) && time !== versions[victim]) faults.push(`version ${time} is gone`);
  for (const time of survivor.known.keys()) if (!after.includes(time)) survivor.known.delete(time);
  const [newest = 0] = after;
  if (!versions.includes(newest)) survivor.known.set(newest, now);
  for (const time of after)
    if (!versions.includes(time) && !survivor.known.has(time)) survivor.between.set(time, [before, now]);
  const looked = new Set([0, random(after.length)]);
  for (const number of looked) faults.push(...(await judge(opened, number, survivor, after[number]!)));
  return { operation, hasLanded, faults };
}

/** Every version that is there. @returns what is wrong with them */
export async function judgeAll(survivor: Survivor): Promise<string[]> {
  const opened = await reopen(survivor);
  const faults: string[] = [];
  for (const [number, time] of (await opened.versions()).entries())
    faults.push(...(await judge(opened, number, survivor, time)));
  return faults;
}

async function judge(opened: TestBackup, number: number, survivor: Survivor, time: number): Promise<string[]> {
  const known = survivor.known.get(time);
  const either = survivor.between.get(time);
  const { into, shortfalls } = await opened.restore(number);
  const found = contentsOf(factsOf(into));
  rmSync(into, { recursive: true });
  const faults = shortfalls.map(({ path: place, message }) => `version ${number}: ${place}: ${message}`);
  if (known) {
    for (const [place, hash] of known)
      if (found.get(place) !== hash) faults.push(`version ${number}: ${place} differs`);
    if (found.size !== known.size) faults.push(`version ${number} has ${found.size} entries of ${known.size}`);
  } else if (either) {
    for (const [place, hash] of found)
      if (!either.some((one) => one.has(place) && one.get(place) === hash))
        faults.push(`version ${number}, of an interrupted run: ${place} was never so`);
  } else faults.push(`version ${number} is nobody's`);
  return faults;
}

async function findStray(opened: TestBackup): Promise<string[]> {
  const database = await openLocalDatabase(path.join(opened.root, 'local.sqlite'));
  const rows = database.prepare("SELECT name FROM volume WHERE state = 'uploaded'").all();
  database.close();
  const known = new Set(rows.map(({ name }) => String(name)));
  const there = new Set(readdirSync(opened.remote));
  return [
    ...[...there].filter((name) => !known.has(name)).map((name) => `${name} is stray`),
    ...[...known].filter((name) => !there.has(name)).map((name) => `${name} is missing`),
    ...readdirSync(path.join(opened.root, 'scratch')).map((name) => `${name} is left in the temporary folder`),
  ];
}

/** @returns whether it was killed */
async function kill(
  random: Random,
  { root, took, power, isUnsynced }: Survivor,
  operation: Operation,
  version: number,
): Promise<boolean> {
  const args = [VICTIM, root, operation, `${version}`, isUnsynced ? 'unsynced' : ''];
  const child = spawn(process.execPath, args, {
    // What fails when its disks are gone is of no interest.
    stdio: ['ignore', 'pipe', power ? 'ignore' : 'inherit'],
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  await new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => resolve());
  });
  const begun = performance.now();
  let isCut = false;
  const timer = setTimeout(
    () => {
      if (power) power.cut();
      isCut = power !== undefined;
      child.kill('SIGKILL');
    },
    random(Math.ceil(took[operation])),
  );
  let end = await ended;
  clearTimeout(timer);
  if (isCut) {
    power?.start();
    end = 'SIGKILL';
  }
  if (end !== 'SIGKILL' && end !== 0) throw new Error(`${operation} of ${root} ended with ${end}`);
  // So that moments stay within a run, on whatever machine.
  if (end === 0) took[operation] = Math.max(20, performance.now() - begun);
  else took[operation] *= 1.05;
  return end === 'SIGKILL';
}

/** @returns the bytes of what is new */
function changeTree(random: Random, source: string): number {
  let bytes = 0;
  for (const name of NAMES) {
    const what = random(4);
    if (what === 0) bytes += change(random, path.join(source, name));
    else if (what === 1 && random(2) === 0) rmSync(path.join(source, name), { force: true });
  }
  return bytes + change(random, path.join(source, pick(random, NAMES)));
}

/** Bytes that do not compress. */
function change(random: Random, file: string): number {
  const size = 1 + random(60_000);
  const seed = `${random(1_000_000)}`;
  const parts = Array.from({ length: Math.ceil(size / 64) }, (_, n) =>
    createHash('sha512').update(`${seed} ${n}`).digest(),
  );
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, Buffer.concat(parts).subarray(0, size));
  return size;
}

function contentsOf(facts: ReadonlyMap<string, TreeFact>): Contents {
  return new Map([...facts].map(([place, { sha256 }]) => [place, sha256]));
}
