import type { VolumeFacts } from './volume-facts.ts';

/** What the rules look at. */
export type VolumeUsage = Omit<VolumeFacts, 'id'>;

export interface CompactRules {
  /** `threshold`: percent. */
  threshold: number;
  /** `dblock-size`, in bytes. */
  volumeSize: number;
  /** `small-file-size`, in bytes; a fifth of a volume where it is absent. */
  smallFileSize?: number | undefined;
  /** `small-file-max-count` */
  smallFileMaxCount: number;
}

export interface CompactPlan {
  /** Volumes of which nothing is needed. */
  remove: string[];
  /** Volumes whose blocks go into new ones, in this order; they are removed when those have arrived. */
  rewrite: string[];
  /** Why, or why nothing is rewritten: a sentence. */
  why: string;
}

/**
 * What a compaction does (Duplicati's `CompactReport`). Volumes without anything that is needed always go. The others are rewritten when two or
 * more waste `threshold` percent of themselves, or of a volume, and together as much of all data; or when small ones would fill a volume, or
 * are too many. Then wasteful and small ones are rewritten, each once.
 */
export function planCompact(volumes: readonly VolumeUsage[], rules: CompactRules): CompactPlan {
  const { threshold, volumeSize, smallFileSize = Math.floor(volumeSize / 5), smallFileMaxCount } = rules;
  const unneeded = volumes.filter(({ dataSize, wastedSize }) => wastedSize >= dataSize);
  const needed = volumes.filter(({ dataSize, wastedSize }) => wastedSize < dataSize);
  const wasteful = needed.filter(
    ({ dataSize, wastedSize }) =>
      wastedSize * 100 >= threshold * dataSize || wastedSize * 100 >= threshold * volumeSize,
  );
  const small = needed.filter(({ compressedSize }) => compressedSize <= smallFileSize);
  const data = sum(volumes.map(({ dataSize }) => dataSize));
  const waste = sum(wasteful.map(({ wastedSize }) => wastedSize));
  const smallSize = sum(small.map(({ compressedSize }) => compressedSize));
  const remove = unneeded.map(({ name }) => name);
  const rewriteBecause = (why: string): CompactPlan => ({
    remove,
    rewrite: [...new Set([...wasteful, ...small].map(({ name }) => name))],
    why,
  });
  const percent = data === 0 ? 0 : Math.floor((waste * 100) / data);
  if (wasteful.length >= 2 && waste * 100 >= threshold * data)
    return rewriteBecause(
      `${percent} % of the data in volumes is not needed any more, and the limit is ${threshold} %`,
    );
  if (smallSize > volumeSize)
    return rewriteBecause(`small volumes hold ${smallSize} bytes, more than the ${volumeSize} of a volume`);
  if (small.length > smallFileMaxCount)
    return rewriteBecause(`there are ${small.length} small volumes, and the limit is ${smallFileMaxCount}`);
  const why = `${percent} % in ${wasteful.length} volumes is wasted and ${small.length} volumes are small: not enough to rewrite any`;
  return { remove, rewrite: [], why };
}

function sum(sizes: readonly number[]): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}
