/** A destination that fails as it is told: before, half way through, or when all is done and only its answer is lost; and one that does not tell the truth for a while. */
import { closeSync, openSync, truncateSync } from 'node:fs';
import { copyFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { sourceOf } from '../../../../runtime/cli/destination.ts';
import type { Sink } from '../../../../runtime/engine/backup/uploads.ts';
import type { Source } from '../../../../runtime/engine/remote/remote.ts';
import { type Storage, StorageError, type StorageReason } from '../../../../runtime/storage/storage.ts';
import { pick, type Random } from '../random.ts';

export const CALLS = ['list', 'get', 'put', 'delete'] as const;
export type CallName = (typeof CALLS)[number];
export const REASONS = [
  'missing',
  'denied',
  'full',
  'unreachable',
  'timeout',
  'failed',
] as const satisfies StorageReason[];
export const PLACES = ['before', 'half', 'after'] as const;
/** What a list, or a file that is fetched, may be for once. */
export const LIES = {
  list: ['without one', 'one twice', 'a wrong size', 'with a stranger'],
  get: ['short', 'longer', 'a bit flipped'],
} as const;

/** One of the cells: which call, and how it fails. */
export interface Cell {
  call: CallName;
  how: string;
}

export function allCells(): Cell[] {
  return CALLS.flatMap((call) => [
    ...PLACES.flatMap((place) => REASONS.map((reason) => ({ call, how: `${place} ${reason}` }))),
    ...(call === 'list' || call === 'get' ? LIES[call].map((how) => ({ call, how: `lie ${how}` })) : []),
  ]);
}

export interface BadPlace extends Source, Sink {
  /** Calls that failed, or lied. */
  count(): number;
}

/** @param rate how many of a hundred calls of that kind fail; 0 for the first one alone */
export function makeBad(storage: Storage, folder: string, random: Random, cell: Cell, rate: number): BadPlace {
  let count = 0;
  const isNow = (call: CallName) => {
    const isIt = call === cell.call && (rate === 0 ? count === 0 : random(100) < rate);
    if (isIt) count++;
    return isIt;
  };
  const [place = '', ...words] = cell.how.split(' ');
  const error = (name: string) =>
    new StorageError(words.join(' ') as StorageReason, `${name}: injected, ${cell.call} ${cell.how}`); // one of REASONS
  async function around<Result>(call: CallName, name: string, work: () => Promise<Result>, half: () => Promise<void>) {
    if (!isNow(call)) return work();
    if (place === 'half') await half();
    if (place === 'after') await work();
    throw error(name);
  }
  const source: Source = {
    async *list(signal) {
      const entries = await Array.fromAsync(storage.list(signal));
      if (!isNow('list')) return yield* entries;
      if (place === 'half') yield* entries.slice(0, entries.length / 2);
      if (place === 'after') yield* entries;
      if (place !== 'lie') throw error('list');
      const victim = pick(random, entries);
      const lie = words.join(' ');
      for (const entry of entries) {
        if (entry === victim && lie === 'without one') continue;
        if (entry === victim && lie === 'one twice') yield entry;
        yield entry === victim && lie === 'a wrong size' ? { ...entry, size: entry.size + 1 } : entry;
      }
      if (lie === 'with a stranger') yield { name: 'somebody-elses.txt', size: 7 };
    },
    async get(name, file, signal) {
      if (cell.how.startsWith('lie') && isNow('get')) {
        await storage.get(name, file, signal);
        await spoil(file, words.join(' '), random);
        return;
      }
      if (cell.how.startsWith('lie')) return storage.get(name, file, signal);
      const work = () => storage.get(name, file, signal);
      // Whoever fetches leaves nothing behind that is not whole.
      await around('get', name, work, async () => {}).catch(async (thrown) => {
        await rm(file, { force: true });
        throw thrown;
      });
    },
  };
  return {
    // Errors of reading are told as the programs tell them.
    ...sourceOf({ ...storage, list: source.list, get: source.get } as Storage),
    count: () => count,
    put: (name, file, signal) =>
      around(
        'put',
        name,
        () => storage.put(name, file, signal),
        async () => {
          // As on a server that keeps what it got.
          await copyFile(file, path.join(folder, name));
          truncateSync(path.join(folder, name), Math.floor((await stat(file)).size / 2));
        },
      ),
    delete: (name, signal) =>
      around(
        'delete',
        name,
        () => storage.delete(name, signal),
        async () => {},
      ),
  };
}

async function spoil(file: string, how: string, random: Random): Promise<void> {
  const { size } = await stat(file);
  if (how === 'short') truncateSync(file, random(size));
  else if (how === 'longer') truncateSync(file, size + 1 + random(100));
  else await flip(file, random(size), 1 << random(8));
}

async function flip(file: string, at: number, bit: number): Promise<void> {
  const { readSync, writeSync } = await import('node:fs');
  const handle = openSync(file, 'r+');
  const one = Buffer.alloc(1);
  readSync(handle, one, 0, 1, at);
  one[0]! ^= bit;
  writeSync(handle, one, 0, 1, at);
  closeSync(handle);
}
