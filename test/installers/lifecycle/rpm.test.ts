import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { afterSwap, expectUnit, runs, UNIT } from './expect.ts';
import { makeRpm, makeRpmDatabase, type RpmDatabase, type Transaction } from './rpm.ts';
import {
  copySandbox,
  getUnit,
  makeSandbox,
  type Sandbox,
  SHELLS,
  setUnit,
  UNIT_STATES,
  type UnitState,
} from './sandbox.ts';
import { type EditionName, siblingOf } from './thing.ts';

interface Machine {
  box: Sandbox;
  rpm: RpmDatabase;
}

function makeMachine(systemd = true, shell?: string): Machine {
  const box = makeSandbox(systemd, shell);
  return { box, rpm: makeRpmDatabase(box) };
}

const models = new Map<EditionName, Machine>();

function installed(name: EditionName, state?: UnitState): Machine {
  let model = models.get(name);
  if (!model) {
    model = makeMachine();
    model.rpm.run({ install: [makeRpm(name, '2')] });
    model.box.write('/var/lib/thing/data', 'precious');
    model.box.take('starts');
    models.set(name, model);
  }
  const box = copySandbox(model.box);
  if (state) setUnit(box, UNIT, state, `${name} 2`);
  return { box, rpm: makeRpmDatabase(box, model.rpm.installed) };
}

test('a fresh install follows the preset: cli enabled and started once, gui left off', (t) => {
  const cli = installed('cli');
  t.deepEqual(getUnit(cli.box, UNIT), { state: 'on-running', code: 'cli 2' });
  const gui = makeMachine();
  t.true(gui.rpm.run({ install: [makeRpm('gui', '1')] }));
  expectUnit(t, gui.box, 'gui', { state: 'off-stopped', starts: 0 });
  const site = makeMachine();
  site.box.write('/usr/lib/systemd/system-preset/00-site.preset', 'disable *\n');
  t.true(site.rpm.run({ install: [makeRpm('cli', '1')] }));
  expectUnit(t, site.box, 'site', { state: 'off-stopped', starts: 0 });
});

test("upgrade, reinstall and downgrade keep the administrator's state and restart what ran, once, when all files are in place", async (t) => {
  t.timeout(600_000);
  for (const name of ['cli', 'gui'] as const) {
    for (const state of UNIT_STATES) {
      for (const version of ['3', '2', '1']) {
        for (const twice of version === '3' ? [false, true] : [false]) {
          await setImmediate();
          const { box, rpm } = installed(name, state);
          box.take('calls');
          t.true(rpm.run({ install: [makeRpm(name, version)], twice }));
          const what = `${name} ${state} to ${version}`;
          const code = runs(state) ? `${name} ${version}` : undefined;
          expectUnit(t, box, what, twice ? { state, code } : { state, code, starts: runs(state) ? 1 : 0 });
          t.false(
            box.take('calls').some((call) => /systemctl.* (stop|disable|enable|preset) /.test(call)),
            what,
          );
        }
      }
    }
  }
});

test('erase stops and disables and keeps data; installed again the unit is as fresh', async (t) => {
  t.timeout(600_000);
  for (const name of ['cli', 'gui'] as const) {
    for (const state of ['on-running', 'on-stopped', 'off-stopped', 'off-running'] as const) {
      for (const twice of [false, true]) {
        await setImmediate();
        const { box, rpm } = installed(name, state);
        t.true(rpm.run({ erase: [name], twice }));
        expectUnit(t, box, state, { state: 'off-stopped', starts: 0 });
        t.false(box.has('/usr/bin/thing-tool'));
        t.true(rpm.run({ install: [makeRpm(name, '3')] }));
        expectUnit(
          t,
          box,
          state,
          name === 'cli' ? { state: 'on-running', code: 'cli 3', starts: 1 } : { state: 'off-stopped', starts: 0 },
        );
        t.is(box.read('/var/lib/thing/data'), 'precious');
      }
    }
  }
});

test("a swap in one transaction keeps the administrator's state and runs the new code, without a stop in between", async (t) => {
  t.timeout(600_000);
  for (const from of ['cli', 'gui'] as const) {
    for (const state of UNIT_STATES) {
      for (const twice of [false, true]) {
        await setImmediate();
        const { box, rpm } = installed(from, state);
        const to = siblingOf(from)!;
        box.take('calls');
        t.true(rpm.run({ install: [makeRpm(to, '3')], erase: [from], twice }));
        const wanted = afterSwap(to, state);
        const what = `${from} ${state} to ${to}`;
        expectUnit(t, box, what, twice ? wanted : { ...wanted, starts: wanted.code ? 1 : 0 });
        t.false(
          box.take('calls').some((call) => /systemctl.* (stop|disable) /.test(call)),
          what,
        );
        t.true(box.has('/usr/bin/thing-tool'), what);
      }
    }
  }
});

test("a swap in two transactions keeps the administrator's state", async (t) => {
  t.timeout(600_000);
  for (const from of ['cli', 'gui'] as const) {
    for (const state of UNIT_STATES) {
      await setImmediate();
      const { box, rpm } = installed(from, state);
      const to = siblingOf(from)!;
      t.true(rpm.run({ erase: [from] }) && rpm.run({ install: [makeRpm(to, '3')] }));
      const wanted = afterSwap(to, state);
      expectUnit(t, box, `${from} ${state} to ${to}`, wanted);
      t.is(box.read('/var/lib/thing/data'), 'precious');
    }
  }
});

test('whatever scriptlet fails, or when rpm is killed, the service is not stopped, and the next transaction mends it', async (t) => {
  t.timeout(600_000);
  const cases: { name: string; transaction: Transaction; again: Transaction; code: string }[] = [
    {
      name: 'upgrade',
      transaction: { install: [makeRpm('cli', '3')] },
      again: { install: [makeRpm('cli', '3')] },
      code: 'cli 3',
    },
    {
      name: 'swap',
      transaction: { install: [makeRpm('gui', '3')], erase: ['cli'] },
      again: { install: [makeRpm('gui', '3')], erase: ['cli'] },
      code: 'gui 3',
    },
  ];
  for (const { name, transaction, again, code } of cases) {
    await setImmediate();
    const { rpm } = installed('cli', 'on-running');
    rpm.run(transaction);
    const calls = rpm.calls;
    const troubles: Transaction[] = [
      { full: true },
      ...calls.map((call) => ({ fails: new Set([call]) })),
      ...calls.map((_, dies) => ({ dies })),
    ];
    for (const trouble of troubles) {
      const machine = installed('cli', 'on-running');
      const what = `${name}: ${[...(trouble.fails ?? [])].join('')}${trouble.dies ?? ''}${trouble.full ?? ''}`;
      try {
        machine.rpm.run({ ...transaction, ...trouble });
      } catch (error) {
        t.is((error as Error).message, 'rpm died', what);
      }
      t.is(getUnit(machine.box, UNIT).state, 'on-running', what);
      t.true(machine.rpm.run(again), what);
      expectUnit(t, machine.box, what, { state: 'on-running', code });
    }
  }
});

test('after an upgrade that found the disk full, what the administrator changed meanwhile counts', (t) => {
  for (const to of ['cli', 'gui'] as const) {
    const { box, rpm } = installed('cli', 'on-running');
    const transaction = { install: [makeRpm(to, '3')], erase: to === 'gui' ? (['cli'] as const) : [] };
    t.false(rpm.run({ ...transaction, full: true }));
    setUnit(box, UNIT, to === 'gui' ? 'on-stopped' : 'off-running', 'cli 2');
    t.true(rpm.run(transaction));
    expectUnit(t, box, to, to === 'gui' ? { state: 'on-stopped' } : { state: 'off-running', code: 'cli 3' });
  }
});

test('editions side by side share a command through the alternatives', (t) => {
  const { box, rpm } = installed('cli');
  const tool = () => box.read('/var/lib/dpkg/alternatives/thing-tool') ?? '';
  rpm.run({ install: [makeRpm('agent', '1')] });
  t.true(tool().includes('/usr/lib/thing/bin/') && tool().includes('/usr/lib/thing-agent/bin/'));
  rpm.run({ install: [makeRpm('gui', '1')], erase: ['cli'] });
  t.true(tool().includes('/usr/lib/thing/bin/'));
  rpm.run({ erase: ['gui'] });
  t.false(tool().includes('/usr/lib/thing/bin/'));
  t.true(tool().includes('/usr/lib/thing-agent/bin/'));
  rpm.run({ erase: ['agent'] });
  t.false(box.has('/run/thing-agent.service.handover'));
  t.false(box.has('/usr/bin/thing-tool') || box.has('/usr/share/man/man1/thing-tool.1'));
});

test('the alternatives tool may have its other name, or be missing', (t) => {
  for (const name of ['alternatives', undefined]) {
    const { box, rpm } = makeMachine();
    const text = box.read('/bin/update-alternatives');
    box.remove('/bin/update-alternatives');
    t.truthy(text);
    if (name) {
      box.write(`/bin/${name}`, '#!/bin/sh\necho "alternatives $*" >>/state/calls\n');
      box.allow(`/bin/${name}`);
    }
    t.true(rpm.run({ install: [makeRpm('cli', '1')] }) && rpm.run({ erase: ['cli'] }));
    const words = box.take('calls').flatMap((call) => /^alternatives (--\w+)/.exec(call)?.[1] ?? []);
    t.deepEqual([...new Set(words)], name ? ['--install', '--remove'] : []);
  }
});

test("a rival's file stops a first install before anything is unpacked, and nothing later", (t) => {
  const { box, rpm } = makeMachine();
  box.write('/usr/lib/alien/alien', '');
  t.false(rpm.run({ install: [makeRpm('cli', '1')] }));
  t.false(rpm.has('cli'));
  box.remove('/usr/lib/alien');
  t.true(rpm.run({ install: [makeRpm('cli', '1')] }));
  box.write('/usr/lib/alien/alien', '');
  t.true(rpm.run({ install: [makeRpm('cli', '2')] }) && rpm.run({ install: [makeRpm('gui', '2')], erase: ['cli'] }));
});

test('a service that cannot start fails no transaction', (t) => {
  const { box, rpm } = makeMachine();
  box.write('/state/broken', '');
  t.true(rpm.run({ install: [makeRpm('cli', '1')] }) && rpm.run({ install: [makeRpm('cli', '2')] }));
  expectUnit(t, box, 'broken', { state: 'on-stopped' });
});

test('without systemd everything installs, swaps and goes all the same', (t) => {
  const { box, rpm } = makeMachine(false);
  t.true(rpm.run({ install: [makeRpm('cli', '1')] }) && rpm.run({ install: [makeRpm('cli', '2')] }));
  t.true(rpm.run({ install: [makeRpm('gui', '2')], erase: ['cli'] }) && rpm.run({ erase: ['gui'] }));
  t.is(getUnit(box, UNIT).state, 'off-stopped');
});

test('an erased masked unit leaves the mask and no link', (t) => {
  const { box, rpm } = installed('cli', 'masked');
  box.write(`/etc/systemd/system/multi-user.target.wants/${UNIT}`, '');
  box.write('/etc/systemd/system/other.target.wants/other.service', '');
  t.true(rpm.run({ erase: ['cli'] }));
  t.is(getUnit(box, UNIT).state, 'masked');
  t.false(box.has(`/etc/systemd/system/multi-user.target.wants/${UNIT}`));
  t.true(box.has('/etc/systemd/system/other.target.wants/other.service'));
});

test('a unit that a new version brings is as fresh', (t) => {
  const { box, rpm } = makeMachine();
  t.true(rpm.run({ install: [makeRpm('cli', '1', { units: [] })] }));
  for (const file of ['', '.version']) box.remove(`/usr/lib/systemd/system/${UNIT}${file}`);
  t.true(rpm.run({ install: [makeRpm('cli', '2')] }));
  expectUnit(t, box, 'with', { state: 'on-running', code: 'cli 2', starts: 1 });
});

test('every shell walks the same way', (t) => {
  for (const shell of SHELLS) {
    const { box, rpm } = makeMachine(true, shell);
    t.true(rpm.run({ install: [makeRpm('cli', '2')] }) && rpm.run({ install: [makeRpm('gui', '3')], erase: ['cli'] }));
    expectUnit(t, box, shell, { state: 'on-running', code: 'gui 3', starts: 2 });
    t.true(rpm.run({ erase: ['gui'] }));
    expectUnit(t, box, shell, { state: 'off-stopped', starts: 0 });
  }
});
