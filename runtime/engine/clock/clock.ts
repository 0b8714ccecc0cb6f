import { randomBytes } from 'node:crypto';

/** Time and randomness of the engine: everything that differs between two runs over the same files comes from here. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** From the system's generator, for keys and names. */
  random(count: number): Buffer;
}

export const systemClock: Clock = { now: Date.now, random: randomBytes };
