import test from 'ava';
import { makeDeb } from './dpkg.ts';
import { afterSwap, expectUnit, installed, runs, UNIT } from './expect.ts';
import { getUnit, SHELLS, setUnit, UNIT_STATES, useRealHelpers } from './sandbox.ts';
import { makeMachine } from './walks.ts';

test('editions side by side share a command through the alternatives', (t) => {
  const { box, dpkg } = installed('cli');
  const tool = () => box.read('/var/lib/dpkg/alternatives/thing-tool') ?? '';
  t.true(dpkg.install(makeDeb('agent', '1')));
  t.regex(tool(), /^auto\n\/usr\/bin\/thing-tool\nthing-tool\.1\n/);
  t.true(tool().includes('/usr/lib/thing/bin/') && tool().includes('/usr/lib/thing-agent/bin/'));
  t.true(dpkg.install(makeDeb('gui', '1')));
  t.true(tool().includes('/usr/lib/thing/bin/'));
  t.true(dpkg.remove('gui'));
  t.false(tool().includes('/usr/lib/thing/bin/'));
  t.true(tool().includes('/usr/lib/thing-agent/bin/'));
  t.true(dpkg.remove('agent'));
  t.false(box.has('/run/thing-agent.service.handover'));
  t.true(dpkg.purge('agent'));
  t.false(box.has('/usr/bin/thing-tool') || box.has('/usr/share/man/man1/thing-tool.1'));
});

test("a rival's file stops a first install before anything is unpacked, and nothing later", (t) => {
  const { box, dpkg } = makeMachine();
  box.write('/usr/lib/alien/alien', '');
  t.false(dpkg.install(makeDeb('cli', '1')));
  t.deepEqual(
    dpkg.calls.map((call) => call.split(' ')[2]),
    ['preinst', 'postrm'],
  );
  t.regex(
    box.run(makeDeb('cli', '1').scripts.preinst!, ['install']).output,
    /while alien is there.*\n.*it's in the way\./,
  );
  box.remove('/usr/lib/alien');
  t.true(dpkg.install(makeDeb('cli', '1')));
  box.write('/usr/lib/alien/alien', '');
  t.true(dpkg.install(makeDeb('cli', '2')));
  t.true(dpkg.install(makeDeb('gui', '2')));
});

test('policy-rc.d 101: enabled, not started, not restarted, not stopped', (t) => {
  const { box, dpkg } = makeMachine();
  box.write('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n');
  box.allow('/usr/sbin/policy-rc.d');
  t.true(dpkg.install(makeDeb('cli', '1')));
  expectUnit(t, box, 'fresh', { state: 'on-stopped', starts: 0 });
  setUnit(box, UNIT, 'on-running', 'cli 1');
  t.true(dpkg.install(makeDeb('cli', '2')));
  expectUnit(t, box, 'upgrade', { state: 'on-running', code: 'cli 1', starts: 0 });
});

test("the administrator's preset decides on a fresh install", (t) => {
  const { box, dpkg } = makeMachine();
  box.write('/usr/lib/systemd/system-preset/00-site.preset', 'disable *\n');
  t.true(dpkg.install(makeDeb('cli', '1')));
  expectUnit(t, box, 'fresh', { state: 'off-stopped', starts: 0 });
  setUnit(box, UNIT, 'on-running', 'cli 1');
  t.true(dpkg.remove('cli') && dpkg.install(makeDeb('gui', '1')));
  expectUnit(t, box, 'swapped', { state: 'on-running', code: 'gui 1' });
});

test('a service that cannot start fails neither install nor upgrade', (t) => {
  const { box, dpkg } = makeMachine();
  box.write('/state/broken', '');
  t.true(dpkg.install(makeDeb('cli', '1')));
  t.true(dpkg.install(makeDeb('cli', '2')));
  expectUnit(t, box, 'broken', { state: 'on-stopped' });
});

test('without systemd everything installs, swaps and purges all the same', (t) => {
  const { box, dpkg } = makeMachine(false);
  t.true(dpkg.install(makeDeb('cli', '1')) && dpkg.install(makeDeb('cli', '2')));
  t.is(getUnit(box, UNIT).state, 'on-stopped');
  t.true(dpkg.install(makeDeb('gui', '2')));
  t.is(getUnit(box, UNIT).state, 'on-stopped');
  t.true(dpkg.remove('gui') && dpkg.install(makeDeb('cli', '3')) && dpkg.purge('cli') && dpkg.purge('gui'));
  t.is(getUnit(box, UNIT).state, 'off-stopped');
  t.false(box.has('/var/lib/thing'));
});

test('a unit that a new version brings is as fresh', (t) => {
  const { box, dpkg } = makeMachine();
  t.true(dpkg.install(makeDeb('cli', '1', { units: [] })));
  expectUnit(t, box, 'without', { state: 'off-stopped', starts: 0 });
  t.true(dpkg.install(makeDeb('cli', '2')));
  expectUnit(t, box, 'with', { state: 'on-running', code: 'cli 2', starts: 1 });
});

test("the distribution's own deb-systemd-helper and deb-systemd-invoke end in the same states", (t) => {
  for (const state of [...UNIT_STATES, 'fresh'] as const) {
    const machine = makeMachine();
    const { box, dpkg } = machine;
    useRealHelpers(box);
    t.true(dpkg.install(makeDeb('cli', '2')));
    expectUnit(t, box, 'fresh', { state: 'on-running', code: 'cli 2', starts: 1 });
    if (state === 'fresh') {
      t.true(dpkg.remove('cli') && dpkg.install(makeDeb('gui', '3')));
      expectUnit(t, box, 'swap, removed first', { state: 'on-running', code: 'gui 3', starts: 1 });
      t.true(dpkg.purge('cli') && dpkg.purge('gui'));
      t.false(box.has('/var/lib/systemd/deb-systemd-helper-enabled'));
      t.false(box.has('/etc/systemd/system/multi-user.target.wants'));
      continue;
    }
    setUnit(box, UNIT, state, 'cli 2');
    t.true(dpkg.install(makeDeb('cli', '3')));
    expectUnit(t, box, state, { state, code: runs(state) ? 'cli 3' : undefined, starts: runs(state) ? 1 : 0 });
    t.true(dpkg.install(makeDeb('gui', '3')));
    expectUnit(t, box, state, { state, code: runs(state) ? 'gui 3' : undefined, starts: runs(state) ? 1 : 0 });
    t.true(dpkg.install(makeDeb('cli', '3')));
    expectUnit(t, box, state, { ...afterSwap('cli', state) });
    t.true(dpkg.remove('cli'));
    expectUnit(t, box, state, { state: state === 'masked' ? state : 'off-stopped', starts: 0 });
  }
});

test('every shell walks the same way', (t) => {
  for (const shell of SHELLS) {
    const { box, dpkg } = installed('cli', undefined, shell);
    expectUnit(t, box, shell, { state: 'on-running', code: 'cli 2', starts: 0 });
    t.true(dpkg.install(makeDeb('cli', '3')) && dpkg.install(makeDeb('gui', '3')));
    expectUnit(t, box, shell, { state: 'on-running', code: 'gui 3', starts: 2 });
    t.true(dpkg.remove('gui') && dpkg.install(makeDeb('cli', '1')));
    expectUnit(t, box, shell, { state: 'on-running', code: 'cli 1', starts: 1 });
    t.true(dpkg.purge('gui') && dpkg.purge('cli'));
    t.false(box.has('/var/lib/thing'));
  }
});
