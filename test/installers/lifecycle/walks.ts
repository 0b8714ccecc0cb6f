import { type Call, Died, type Dpkg, makeDpkg, type Trouble, type Way } from './dpkg.ts';
import { copySandbox, makeSandbox, type Sandbox } from './sandbox.ts';

/** A machine with dpkg, and a way to make many alike. */
export interface Machine {
  box: Sandbox;
  dpkg: Dpkg;
}

export function makeMachine(systemd = true, shell?: string): Machine {
  const box = makeSandbox(systemd, shell);
  return { box, dpkg: makeDpkg(box) };
}

/** The same machine once more, to go another way with. */
export function copyMachine({ box, dpkg }: Machine): Machine {
  const copy = copySandbox(box);
  return { box: copy, dpkg: makeDpkg(copy, dpkg.rows) };
}

/** Runs `act` with trouble on; whether dpkg was content, and the calls it made. */
export function actWith(
  machine: Machine,
  trouble: Trouble,
  act: (dpkg: Dpkg) => boolean,
): { fine: boolean; calls: Call[] } {
  const { dpkg } = machine;
  dpkg.calls = [];
  dpkg.trouble = trouble;
  try {
    return { fine: act(dpkg), calls: dpkg.calls };
  } catch (error) {
    if (error instanceof Died) return { fine: false, calls: dpkg.calls };
    throw error;
  } finally {
    dpkg.trouble = {};
  }
}

/**
 * Every way in which the scripts of one run can fail: each call of the undisturbed run, at once and at last, and to each of these every
 * call that dpkg then makes to undo it, and so on to `depth` failures. `act` starts from a machine of its own each time.
 */
export function* everyFailure(act: (trouble: Trouble) => Call[], depth = 3): Generator<Trouble> {
  const queue: { fails: ReadonlyMap<Call, Way>; calls: Call[] }[] = [{ fails: new Map(), calls: act({}) }];
  const seen = new Set<string>();
  for (const { fails, calls } of queue) {
    // Those before the last failure went well and have had their turn.
    const last = Math.max(-1, ...[...fails.keys()].map((call) => calls.indexOf(call)));
    for (const call of calls.slice(last + 1)) {
      for (const way of ['at once', 'at last'] as const) {
        const more = new Map(fails).set(call, way);
        const key = [...more].map(String).sort().join('\n');
        // What failed after all its work is met once, on the first level.
        if (fails.has(call) || seen.has(key) || (fails.size > 0 && way === 'at last')) continue;
        seen.add(key);
        const trouble: Trouble = { fails: more };
        const made = act(trouble);
        // To undo it dpkg makes the same calls in both ways.
        if (more.size < depth && way === 'at once') queue.push({ fails: more, calls: made });
        yield trouble;
      }
    }
  }
}

export function describe({ fails, dies, full }: Trouble): string {
  const parts = [...(fails ?? [])].map(([call, way]) => `${call} fails ${way}`);
  if (dies !== undefined) parts.push(`dpkg dies before call ${dies}`);
  if (full) parts.push('the disk is full');
  return parts.join(', ') || 'nothing fails';
}
