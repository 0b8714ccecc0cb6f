import type { Clock } from '../clock/clock.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import type { Remote } from '../remote/remote.ts';
import { compareRemote } from '../repair/compare-remote.ts';
import type { Manifest } from '../volumes/manifest.ts';
import type { VolumeKind } from '../volumes/remote-name.ts';
import { checkVolume } from './check-volume.ts';
import { chooseVolumes, countVerified } from './choose-volumes.ts';

/** `--full-remote-verification`, in Duplicati's words. */
export type Verification = 'True' | 'False' | 'ListAndIndexes' | 'IndexesOnly' | 'IndexOnly';

export interface TestOrder {
  manifest: Omit<Manifest, 'created'>;
  /** Volumes of each kind; Infinity for all. */
  samples: number;
  verification: Verification;
  /** All blocks instead of a fifth, `--full-block-verification`. */
  allBlocks: boolean;
  /** Rows of the versions whose lists are looked at, instead of samples. */
  versions?: readonly number[] | undefined;
  /** Only looked, nothing is remembered. */
  dryRun: boolean;
  report(done: number, total: number, volume: string): void;
  signal: AbortSignal;
}

export interface Tested {
  /** Names of what was looked at. */
  examined: string[];
  /** Volumes that are missing or not what they should be, and why. */
  damaged: { name: string; why: string }[];
  /** At the destination, and not known to the database. */
  extra: string[];
}

/** One of so many blocks is read where its volume is known to be what was uploaded, as Duplicati does. */
const EVERY_BLOCK = 5;

/** Looks at volumes as they are at the destination. A volume that is found sound is remembered at once, so that an interrupted run counts. */
export async function testVolumes(
  { database, remote, clock }: { database: LocalDatabase; remote: Remote; clock: Pick<Clock, 'random'> },
  order: TestOrder,
): Promise<Tested> {
  const { missing, extra } = compareRemote(database, await remote.list());
  const result: Tested = { examined: [], damaged: missing.map(({ name, why }) => ({ name, why })), extra };
  const gone = new Set(missing.map(({ name }) => name));
  const chosen = chooseVolumes(database, clock, {
    samples: order.samples,
    kinds: kindsOf(order.verification),
    versions: order.versions,
  }).filter(({ name }) => !gone.has(name));
  const depth = { contents: order.verification !== 'False', everyBlock: order.allBlocks ? 1 : EVERY_BLOCK };
  for (const [index, volume] of chosen.entries()) {
    order.signal.throwIfAborted();
    order.report(index, chosen.length, volume.name);
    const why = await checkVolume({ database, remote, manifest: order.manifest }, volume, depth);
    result.examined.push(volume.name);
    if (why !== undefined) result.damaged.push({ name: volume.name, why });
    else if (!order.dryRun) countVerified(database, volume.name);
  }
  return result;
}

function kindsOf(verification: Verification): readonly VolumeKind[] {
  if (verification === 'IndexesOnly' || verification === 'IndexOnly') return ['dindex'];
  if (verification === 'ListAndIndexes') return ['dlist', 'dindex'];
  return ['dlist', 'dindex', 'dblock'];
}
