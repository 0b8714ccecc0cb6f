/** Numbers that look random and are the same in every run. @returns a whole number from 0 to below `limit` */
export type Random = (limit: number) => number;

export function seedRandom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random(items.length)]!;
}

/** A text of up to `most` of these pieces. */
export function makeText(random: Random, pieces: readonly string[], most: number): string {
  return Array.from({ length: random(most + 1) }, () => pick(random, pieces)).join('');
}

/** Cases of a fuzz test: a few thousand, or as many as the variable says (`FUZZ_ROUNDS=100000 npx ava …`). */
export const CASES = Number(process.env.FUZZ_ROUNDS ?? 3000);
