/** What an interrupted run left at the destination. */
import type { Reconciled } from './reconcile.ts';
import type { Sink } from './uploads.ts';

/** @throws what the deletion of a volume that is there failed with */
export async function removeLeftovers(
  { stray, cut }: Pick<Reconciled, 'stray' | 'cut'>,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  for (const name of stray) await sink.delete(name, signal);
  // As a rule there is nothing. A part of one is never taken for a volume, and goes with the next deletion if not with this.
  for (const name of cut) await sink.delete(name, signal).catch(() => signal.throwIfAborted());
}
