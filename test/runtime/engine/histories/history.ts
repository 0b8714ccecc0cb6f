/** One random history of a tree: every version that a backup made of it has to come back as it was. */
import { isDeepStrictEqual } from 'node:util';
import { textOfName } from '../../../../runtime/engine/volumes/name-text.ts';
import { FORM, openBackup, type TestBackup } from '../open-backup.ts';
import { seedRandom } from '../random.ts';
import { makeOps } from './make-ops.ts';
import type { Fact, Op, Trees } from './tree.ts';

/** What was done, version by version; enough to do it again. */
export interface History {
  seed: number;
  versions: readonly (readonly Op[])[];
}

const FORMS = [
  FORM,
  { ...FORM, compression: { method: 93, level: 3 } },
  { ...FORM, passphrase: 'correct horse' },
  // Holes are smaller than a block.
  { ...FORM, manifest: { ...FORM.manifest, blocksize: 65536 } },
  { ...FORM, manifest: { ...FORM.manifest, blockHash: 'SHA512', fileHash: 'SHA1' } },
] as const;

/** A history that comes out of a seed, and what is wrong with what came back: nothing, if all is well. */
export async function runSeed(trees: Trees, seed: number): Promise<{ history: History; wrong: string[] }> {
  const random = seedRandom(seed);
  const versions: Op[][] = [];
  const wrong = await run(trees, seed, 2 + random(4), (tree, number) => {
    const ops = makeOps(random, tree, number === 0 ? 5 + random(25) : 1 + random(10));
    versions.push(ops);
    return ops;
  });
  return { history: { seed, versions }, wrong };
}

export const runHistory = (trees: Trees, { seed, versions }: History): Promise<string[]> =>
  run(trees, seed, versions.length, (_, number) => versions[number]!);

async function run(
  trees: Trees,
  seed: number,
  count: number,
  opsOf: (tree: readonly Fact[], version: number) => readonly Op[],
): Promise<string[]> {
  const one = openBackup(FORMS[seed % FORMS.length]!);
  const wrong: string[] = [];
  try {
    const kept: Fact[][] = [];
    for (let number = 0; number < count; number++) {
      await trees.change(one.source, opsOf(await trees.facts(one.source), number));
      const facts = await trees.facts(one.source);
      const { version, skipped, lost } = await one.backup();
      for (const { path, why } of [...skipped, ...lost.map(({ name, why }) => ({ path: name, why }))])
        wrong.push(`version ${number}: ${path}: ${why}`);
      if (version) kept.unshift(facts);
      else wrong.push(...compare(facts, kept[0] ?? []).map((text) => `no version ${number}, although ${text}`));
      wrong.push(...(await runUnchanged(one)).map((text) => `after version ${number}: ${text}`));
    }
    for (const [index, facts] of kept.entries()) {
      const { into, shortfalls } = await one.restore(index);
      const found = [
        ...shortfalls.map(({ path, message }) => `${path}: ${message}`),
        ...compare(facts, await trees.facts(into)),
      ];
      wrong.push(...found.map((text) => `version ${kept.length - 1 - index} of ${kept.length}: ${text}`));
    }
    wrong.push(...(await restoreSome(one, trees, kept[0] ?? [])));
  } catch (thrown) {
    wrong.push(thrown instanceof Error ? String(thrown.stack) : String(thrown));
  } finally {
    one.remove();
  }
  return wrong;
}

/** A second run finds nothing that is new, and reads nothing. */
async function runUnchanged(one: TestBackup): Promise<string[]> {
  const { version, counts } = await one.backup();
  return version || counts.openedFiles > 0 ? [`nothing changed, and ${counts.openedFiles} files were read`] : [];
}

/** Some of the newest version: of names of one file those that are among it are names of one file again. */
async function restoreSome(one: TestBackup, trees: Trees, facts: readonly Fact[]): Promise<string[]> {
  const random = seedRandom(facts.length);
  const some = facts.filter(({ kind }) => kind === 'folder' || random(2) === 0);
  const paths = new Set(some.map(({ path }) => textOfName(Buffer.from(path, 'latin1'))));
  const { into, shortfalls } = await one.restore(0, false, {
    isWanted: (path) => paths.has(path.slice(one.source.length + 1).replace(/\/$/, '')),
  });
  const found = [...shortfalls.map(({ path, message }) => `${path}: ${message}`)];
  return [...found, ...compare(regroup(some), await trees.facts(into))].map((text) => `some of it: ${text}`);
}

/** Of names of one file the first that is still among them, and none where there is one alone. */
function regroup(some: readonly Fact[]): Fact[] {
  const groups = new Map<string, string[]>();
  for (const { same, path } of some) if (same !== undefined) groups.set(same, [...(groups.get(same) ?? []), path]);
  return some.map(({ same, ...fact }) => {
    const group = groups.get(same ?? '') ?? [];
    return same !== undefined && group.length > 1 ? { ...fact, same: group[0]! } : fact;
  });
}

/** What is not as it should be, a line an entry. */
export function compare(expected: readonly Fact[], found: readonly Fact[]): string[] {
  const wrong: string[] = [];
  const there = new Map(found.map((fact) => [fact.path, fact]));
  for (const fact of expected) {
    const other = there.get(fact.path);
    there.delete(fact.path);
    if (!other) wrong.push(`${JSON.stringify(fact.path)} is not there`);
    else if (!isDeepStrictEqual(fact, other))
      wrong.push(`${JSON.stringify(fact.path)} is ${tell(other, fact)}, and was ${tell(fact, other)}`);
  }
  for (const path of there.keys()) wrong.push(`${JSON.stringify(path)} was not there`);
  return wrong;
}

/** What of one fact another has not. */
function tell(one: Fact, other: Fact): string {
  const rest = Object.entries(other);
  const same = (name: string, value: unknown) =>
    rest.some(([key, its]) => key === name && isDeepStrictEqual(its, value));
  return JSON.stringify(Object.fromEntries(Object.entries(one).filter(([name, value]) => !same(name, value))));
}
