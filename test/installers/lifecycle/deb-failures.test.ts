import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { type Dpkg, makeDeb, type Trouble } from './dpkg.ts';
import { expectUnit, installed, runs, UNIT } from './expect.ts';
import { getUnit, setUnit, type UnitState } from './sandbox.ts';
import { type EditionName, siblingOf } from './thing.ts';
import { actWith, describe, everyFailure, type Machine, makeMachine } from './walks.ts';

test('whatever fails in an upgrade, the service runs on or rests as before, and a second attempt mends it', async (t) => {
  t.timeout(600_000);
  let walks = 0;
  for (const state of ['on-running', 'off-stopped', 'off-running'] as const) {
    let machine: Machine;
    const upgrade = (dpkg: Dpkg) => dpkg.install(makeDeb('cli', '3'));
    const act = (trouble: Trouble) => {
      machine = installed('cli', state);
      return actWith(machine, trouble, upgrade).calls;
    };
    for (const trouble of everyFailure(act, state === 'on-running' ? 3 : 1)) {
      await setImmediate();
      walks += 1;
      const what = `${state}: ${describe(trouble)}`;
      const { box, dpkg } = machine!;
      const now = getUnit(box, UNIT);
      t.is(now.state, state, what);
      if (runs(state)) t.true(now.code === 'cli 2' || now.code === 'cli 3', what);
      t.true(upgrade(dpkg), what);
      expectUnit(t, box, `${what}; again`, { state, code: runs(state) ? 'cli 3' : undefined });
      t.false(box.has(`/run/${UNIT}.handover`), what);
    }
  }
  t.log(`${walks} walks`);
  t.true(walks > 80);
});

test('when dpkg is killed anywhere in an install, upgrade, removal or swap, doing it again ends as it should', async (t) => {
  t.timeout(600_000);
  const cases: { from?: [EditionName, UnitState]; act: (dpkg: Dpkg) => boolean; state: UnitState; code?: string }[] = [
    { act: (dpkg) => dpkg.install(makeDeb('cli', '3')), state: 'on-running', code: 'cli 3' },
    {
      from: ['cli', 'on-running'],
      act: (dpkg) => dpkg.install(makeDeb('cli', '3')),
      state: 'on-running',
      code: 'cli 3',
    },
    { from: ['cli', 'off-stopped'], act: (dpkg) => dpkg.install(makeDeb('cli', '3')), state: 'off-stopped' },
    { from: ['cli', 'on-running'], act: (dpkg) => dpkg.remove('cli'), state: 'off-stopped' },
    { from: ['cli', 'on-running'], act: (dpkg) => dpkg.purge('cli'), state: 'off-stopped' },
    {
      from: ['cli', 'on-running'],
      act: (dpkg) => dpkg.install(makeDeb('gui', '3')),
      state: 'on-running',
      code: 'gui 3',
    },
    {
      from: ['gui', 'on-running'],
      act: (dpkg) => dpkg.install(makeDeb('cli', '3')),
      state: 'on-running',
      code: 'cli 3',
    },
    {
      from: ['gui', 'off-stopped'],
      act: (dpkg) => dpkg.install(makeDeb('cli', '3')),
      state: 'on-running',
      code: 'cli 3',
    },
  ];
  for (const [index, { from, act, state, code }] of cases.entries()) {
    for (let dies = 0; ; dies += 1) {
      await setImmediate();
      const machine = from ? installed(...from) : makeMachine();
      const { fine } = actWith(machine, { dies }, act);
      if (fine) break;
      // The calls before the kill are done; what they did is done again.
      const what = `case ${index}, killed before call ${dies}`;
      t.true(actWith(machine, {}, act).fine, what);
      expectUnit(t, machine.box, what, { state, code });
    }
  }
});

test('whatever fails in a removal, the service is as dpkg says, and a second attempt removes it', async (t) => {
  t.timeout(600_000);
  let machine: Machine;
  const act = (trouble: Trouble) => {
    machine = installed('cli', 'on-running');
    return actWith(machine, trouble, (dpkg) => dpkg.remove('cli')).calls;
  };
  for (const trouble of everyFailure(act, 2)) {
    await setImmediate();
    const what = describe(trouble);
    const { box, dpkg } = machine!;
    if (dpkg.status('cli') === 'installed') t.is(getUnit(box, UNIT).state, 'on-running', what);
    t.true(dpkg.remove('cli'), what);
    expectUnit(t, box, what, { state: 'off-stopped' });
    act(trouble);
    t.true(machine!.dpkg.install(makeDeb('cli', '3')), what);
    expectUnit(t, machine!.box, `${what}; installed instead`, { state: 'on-running', code: 'cli 3' });
  }
});

test('whatever fails in a swap, a running service runs on, and a second attempt mends it', async (t) => {
  t.timeout(600_000);
  let walks = 0;
  for (const from of ['cli', 'gui'] as const) {
    const to = siblingOf(from)!;
    let machine: Machine;
    const swap = (dpkg: Dpkg) => dpkg.install(makeDeb(to, '3'));
    const act = (trouble: Trouble) => {
      machine = installed(from, 'on-running');
      return actWith(machine, trouble, swap).calls;
    };
    for (const trouble of everyFailure(act, from === 'cli' ? 3 : 1)) {
      await setImmediate();
      walks += 1;
      const what = `${from} to ${to}: ${describe(trouble)}`;
      const { box, dpkg } = machine!;
      t.is(getUnit(box, UNIT).state, 'on-running', what);
      t.true(swap(dpkg), what);
      expectUnit(t, box, what, { state: 'on-running', code: `${to} 3` });
    }
  }
  t.log(`${walks} walks`);
});

test('a full disk leaves upgrade and swap where they were, and the next attempt works', (t) => {
  for (const [from, to] of [
    ['cli', 'cli'],
    ['cli', 'gui'],
    ['gui', 'cli'],
  ] as const) {
    for (const state of ['on-running', 'off-stopped'] as const) {
      const machine = installed(from, state);
      t.false(actWith(machine, { full: true }, (dpkg) => dpkg.install(makeDeb(to, '3'))).fine);
      expectUnit(t, machine.box, `${from} ${state}`, { state, code: runs(state) ? `${from} 2` : undefined, starts: 0 });
      t.is(machine.dpkg.status(from), 'installed');
      t.false(machine.box.has(`/run/${UNIT}.handover`));
      // A change of mind in between counts.
      setUnit(machine.box, UNIT, 'on-stopped', '');
      t.true(machine.dpkg.install(makeDeb(to, '3')));
      expectUnit(t, machine.box, `${from} ${state}; again`, { state: 'on-stopped', starts: 0 });
    }
  }
});
