import type { Log } from './log.ts';
import type { RootName } from './roots.ts';

/** One thing that must hold, with a name to pick it by: `deb/bookworm/cli/life`. */
export interface Case {
  name: string;
  /** Roots it boots, so that they are made first and their making is not counted as the case's time. */
  roots: readonly RootName[];
  /** A string it gives is printed: a figure worth keeping, such as a measured time. */
  run(log: Log): Promise<unknown>;
}

/** Thrown by a case that cannot run here, with the reason. A failure where CI says so. */
export class Skip extends Error {}

/** Runs one named part of a case, so that a failure tells which part it was. */
export async function step<T>(log: Log, name: string, work: () => Promise<T>): Promise<T> {
  log.write(`\n## ${name}`);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Skip) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${name}: ${message}`, { cause: error });
  }
}
