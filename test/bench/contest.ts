import { type Command, type Cost, measure, measurePeak } from './measure.ts';

/** One side of a comparison: what is run, again in every round. */
export interface Contestant {
  name: string;
  /** Before each run, not measured. */
  prepare(): Promise<Command>;
  /** After each run: bytes of what it made. */
  size(): Promise<number>;
  /** True: its peak of memory is measured too, in one more run. */
  memory?: boolean;
}

/** A promise: `ours` costs at most `wall` times, and is at most `size` times as large as, the sum of `peers`. */
export interface Bound {
  ours: string;
  /** Peers' names, and how many such packages ours made. */
  peers: Readonly<Record<string, number>>;
  wall?: number;
  size?: number;
  /** Absolute bounds: seconds, MiB. */
  seconds?: number;
  peak?: number;
}

export interface Group {
  name: string;
  contestants: readonly Contestant[];
  bounds: readonly Bound[];
}

export interface Result {
  costs: Cost[];
  /** Bytes. */
  size: number;
  /** MiB. */
  peak?: number;
}

/** Runs all contestants in turn, `rounds` times, so that a slow minute of the machine slows everyone. */
export async function runGroup(
  group: Group,
  rounds: number,
  say: (line: string) => void,
): Promise<Map<string, Result>> {
  const results = new Map<string, Result>();
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of group.contestants) {
      const command = await contestant.prepare();
      const cost = await measure(command);
      const result = results.get(contestant.name) ?? { costs: [], size: 0 };
      result.costs.push(cost);
      result.size = await contestant.size();
      results.set(contestant.name, result);
      say(
        `${group.name} ${round}/${rounds}  ${contestant.name}  ${cost.wall.toFixed(2)} s, CPU ${cost.cpu.toFixed(2)} s`,
      );
    }
  }
  for (const contestant of group.contestants) {
    const result = results.get(contestant.name);
    if (contestant.memory && result) result.peak = await measurePeak(await contestant.prepare());
  }
  return results;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Verdict {
  ours: string;
  peers: string;
  what: 'wall' | 'size' | 'seconds' | 'peak';
  /** Median of the rounds' ratios, or the absolute figure. */
  value: number;
  least: number;
  most: number;
  target: number;
  met: boolean;
}

/** Each promise held against the results: ratios are formed inside a round. */
export function judge(group: Group, results: ReadonlyMap<string, Result>): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const promise of group.bounds) {
    const ours = results.get(promise.ours);
    if (!ours) throw new Error(`${group.name}: nobody is called ${promise.ours}`);
    const peers = Object.entries(promise.peers);
    const label = peers.map(([name, times]) => (times === 1 ? name : `${times} × ${name}`)).join(' + ');
    const add = (what: Verdict['what'], values: readonly number[], target: number) => {
      const value = median(values);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      verdicts.push({ ours: promise.ours, peers: label, what, value, least, most, target, met: value <= target });
    };
    const sum = (of: (result: Result) => number) =>
      peers.reduce((total, [name, times]) => total + times * of(results.get(name)!), 0);
    if (promise.wall !== undefined) {
      const ratios = ours.costs.map((cost, round) => cost.wall / sum((peer) => peer.costs[round]!.wall));
      add('wall', ratios, promise.wall);
    }
    if (promise.size !== undefined) add('size', [ours.size / sum((peer) => peer.size)], promise.size);
    if (promise.seconds !== undefined)
      add(
        'seconds',
        ours.costs.map((cost) => cost.wall),
        promise.seconds,
      );
    if (promise.peak !== undefined && ours.peak !== undefined) add('peak', [ours.peak], promise.peak);
  }
  return verdicts;
}
