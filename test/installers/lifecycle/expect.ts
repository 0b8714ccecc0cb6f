import type { ExecutionContext } from 'ava';
import { makeDeb } from './dpkg.ts';
import { getUnit, type Sandbox, setUnit, type UnitState } from './sandbox.ts';
import { type EditionName, unitOf } from './thing.ts';
import { copyMachine, type Machine, makeMachine } from './walks.ts';

export const UNIT = unitOf('cli');

const models = new Map<EditionName, Machine>();

/** A machine with an edition installed, its unit brought into a state, data in its state directory, logs taken. */
export function installed(name: EditionName, state?: UnitState, shell?: string): Machine {
  let model = shell ? undefined : models.get(name);
  if (!model) {
    model = makeMachine(true, shell);
    if (!model.dpkg.install(makeDeb(name, '2'))) throw new Error(`${name} does not install`);
    model.box.write('/var/lib/thing/data', 'precious');
    model.box.take('starts');
    model.box.take('calls');
    if (shell) return model;
    models.set(name, model);
  }
  const machine = copyMachine(model);
  if (state) setUnit(machine.box, UNIT, state, `${name} 2`);
  return machine;
}

/** The unit's state and code, how often it started since the last look, and that nothing is left between two runs of dpkg. */
export function expectUnit(
  t: ExecutionContext,
  box: Sandbox,
  what: string,
  expected: { state: UnitState; code?: string | undefined; starts?: number },
): void {
  const { state, code } = getUnit(box, UNIT);
  const starts = box.take('starts').length;
  t.deepEqual({ state, code, starts: expected.starts ?? starts }, { code: undefined, starts, ...expected }, what);
  t.deepEqual(box.take('faults'), [], what);
}

export const runs = (state: UnitState): boolean => state.endsWith('running');

/** What the table says of a swap. */
export function afterSwap(to: EditionName, state: UnitState): { state: UnitState; code?: string } {
  if (state === 'masked') return { state };
  if (to === 'cli' && state.startsWith('off')) return { state: 'on-running', code: 'cli 3' };
  return runs(state) ? { state, code: `${to} 3` } : { state };
}
