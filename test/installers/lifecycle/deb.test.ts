import test from 'ava';
import { makeDeb } from './dpkg.ts';
import { expectUnit, installed, runs, UNIT } from './expect.ts';
import { getUnit, SHELLS, setUnit, UNIT_STATES, type UnitState } from './sandbox.ts';
import { type EditionName, siblingOf } from './thing.ts';
import { actWith, makeMachine } from './walks.ts';

test('a fresh install enables and starts what is to run at boot, once', (t) => {
  const { box } = makeMachine();
  const machine = makeMachine();
  t.true(machine.dpkg.install(makeDeb('cli', '1')));
  expectUnit(t, machine.box, 'cli', { state: 'on-running', code: 'cli 1', starts: 1 });
  t.false(box.has(`/run/${UNIT}.handover`));
});

test('a fresh install leaves off what is to be asked for', (t) => {
  const { box, dpkg } = makeMachine();
  t.true(dpkg.install(makeDeb('gui', '1')));
  expectUnit(t, box, 'gui', { state: 'off-stopped', starts: 0 });
});

test("upgrade, same version and downgrade keep the administrator's state and restart what ran, once", (t) => {
  for (const name of ['cli', 'gui'] as const) {
    for (const state of UNIT_STATES) {
      for (const version of ['3', '2', '1']) {
        for (const twice of [false, true]) {
          const machine = installed(name, state);
          t.true(actWith(machine, { twice }, (dpkg) => dpkg.install(makeDeb(name, version))).fine);
          const code = runs(state) ? `${name} ${version}` : undefined;
          const what = `${name} ${state} to ${version}`;
          expectUnit(t, machine.box, what, twice ? { state, code } : { state, code, starts: runs(state) ? 1 : 0 });
          t.false(
            machine.box.take('calls').some((call) => /systemctl.* (stop|disable|enable) /.test(call)),
            what,
          );
        }
      }
    }
  }
});

test('remove stops and disables, keeps data and settings, and leaves no link', (t) => {
  for (const state of UNIT_STATES) {
    for (const twice of [false, true]) {
      const machine = installed('cli', state);
      machine.box.write('/etc/default/thing.secret', 'secret');
      t.true(actWith(machine, { twice }, (dpkg) => dpkg.remove('cli')).fine);
      expectUnit(t, machine.box, state, { state: state === 'masked' ? 'masked' : 'off-stopped', starts: 0 });
      t.is(machine.box.read('/var/lib/thing/data'), 'precious');
      t.true(machine.box.has('/etc/default/thing.secret'));
      t.false(machine.box.has('/usr/bin/thing-tool'));
    }
  }
});

test('installed again after remove, the data are there and the unit is as fresh', (t) => {
  for (const name of ['cli', 'gui'] as const) {
    for (const state of ['on-running', 'on-stopped', 'off-stopped', 'off-running'] as const) {
      const { box, dpkg } = installed(name, state);
      t.true(dpkg.remove(name));
      box.take('starts');
      t.true(dpkg.install(makeDeb(name, '3')));
      const fresh =
        name === 'cli'
          ? { state: 'on-running' as const, code: 'cli 3', starts: 1 }
          : { state: 'off-stopped' as const, starts: 0 };
      expectUnit(t, box, `${name} ${state}`, fresh);
      t.is(box.read('/var/lib/thing/data'), 'precious');
    }
  }
});

test('purge removes what the package made, and nothing else', (t) => {
  for (const twice of [false, true]) {
    const machine = installed('cli');
    const { box } = machine;
    for (const path of ['private/thing/data', 'private/thing2/data', 'thing2/data']) box.write(`/var/lib/${path}`, 'x');
    box.write('/var/cache/private/thing/data', 'x');
    box.write('/etc/default/thing.secret', 'secret');
    box.write('/etc/systemd/system/thing.service.d/mine.conf', 'x');
    t.true(actWith(machine, { twice }, (dpkg) => dpkg.purge('cli')).fine);
    for (const path of [
      '/var/lib/thing',
      '/var/lib/private/thing',
      '/var/cache/private/thing',
      '/etc/default/thing.secret',
    ]) {
      t.false(box.has(path), path);
    }
    t.false(box.has('/var/lib/systemd/deb-systemd-helper-enabled/thing.service.dsh-also'));
    t.false(box.has(`/run/${UNIT}.handover`));
    for (const path of [
      '/var/lib/private/thing2/data',
      '/var/lib/thing2/data',
      '/etc/systemd/system/thing.service.d/mine.conf',
    ]) {
      t.true(box.has(path), path);
    }
  }
});

/** What the table says of a swap. */
function afterSwap(to: EditionName, state: UnitState): { state: UnitState; code?: string } {
  if (state === 'masked') return { state };
  if (to === 'cli' && state.startsWith('off')) return { state: 'on-running', code: 'cli 3' };
  return runs(state) ? { state, code: `${to} 3` } : { state };
}

test("a swap by dpkg itself keeps the administrator's state and runs the new code, without a stop in between", (t) => {
  for (const from of ['cli', 'gui'] as const) {
    const to = siblingOf(from)!;
    for (const state of UNIT_STATES) {
      for (const twice of [false, true]) {
        const machine = installed(from, state);
        t.true(actWith(machine, { twice }, (dpkg) => dpkg.install(makeDeb(to, '3'))).fine);
        const what = `${from} ${state} to ${to}`;
        const wanted = afterSwap(to, state);
        expectUnit(t, machine.box, what, twice ? wanted : { ...wanted, starts: wanted.code ? 1 : 0 });
        t.false(
          machine.box.take('calls').some((call) => /systemctl.* stop /.test(call)),
          what,
        );
        t.is(machine.dpkg.status(from), 'config-files');
        t.true(machine.box.has('/usr/bin/thing-tool'));
      }
    }
  }
});

test("a swap that removes first, as apt does, keeps the administrator's state", (t) => {
  for (const from of ['cli', 'gui'] as const) {
    const to = siblingOf(from)!;
    // A unit that ran without being enabled is not started again: deb-systemd-invoke starts nothing that is disabled.
    for (const state of ['on-running', 'on-stopped', 'off-stopped', 'masked'] as const) {
      for (const twice of [false, true]) {
        const machine = installed(from, state);
        t.true(actWith(machine, { twice }, (dpkg) => dpkg.remove(from) && dpkg.install(makeDeb(to, '3'))).fine);
        expectUnit(t, machine.box, `${from} ${state} to ${to}`, afterSwap(to, state));
        t.is(machine.box.read('/var/lib/thing/data'), 'precious');
      }
    }
  }
});

test('purging the edition that gave way harms nothing of the one that took its place', (t) => {
  for (const from of ['cli', 'gui'] as const) {
    for (const first of [false, true]) {
      const { box, dpkg } = installed(from, 'on-running');
      const to = siblingOf(from)!;
      if (first) dpkg.remove(from);
      dpkg.install(makeDeb(to, '3'));
      box.write('/etc/default/thing.secret', 'secret');
      box.take('starts');
      t.true(dpkg.purge(from));
      expectUnit(t, box, from, { state: 'on-running', code: `${to} 3`, starts: 0 });
      t.is(box.read('/var/lib/thing/data'), 'precious');
      t.true(box.has('/etc/default/thing.secret'));
      t.true(box.has('/var/lib/systemd/deb-systemd-helper-enabled/thing.service.dsh-also'));
      t.true(box.has('/usr/bin/thing-tool'));
      t.true(dpkg.purge(to));
      t.false(box.has('/var/lib/thing'));
    }
  }
});

test('data stay until the last edition that was removed is purged', (t) => {
  const { box, dpkg } = installed('cli');
  dpkg.install(makeDeb('gui', '3'));
  t.true(dpkg.purge('gui'));
  t.is(box.read('/var/lib/thing/data'), 'precious');
  t.true(dpkg.purge('cli'));
  t.false(box.has('/var/lib/thing'));
});

test('deconfiguring and configuring again changes nothing', (t) => {
  for (const state of UNIT_STATES) {
    const { box } = installed('cli', state);
    const { scripts } = makeDeb('cli', '2');
    t.is(box.run(scripts.prerm!, ['deconfigure', 'in-favour', 'other', '1', 'removing', 'another', '1']).status, 0);
    t.is(
      box.run(scripts.postinst!, ['abort-deconfigure', 'in-favour', 'other', '1', 'removing', 'another', '1']).status,
      0,
    );
    expectUnit(t, box, state, { state, code: runs(state) ? 'cli 2' : undefined, starts: 0 });
    t.is(box.run(scripts.postinst!, ['configure', '2']).status, 0);
    expectUnit(t, box, state, { state, code: runs(state) ? 'cli 2' : undefined });
  }
});

test('an edition that disappears under the other takes nothing along', (t) => {
  const { box, dpkg } = installed('cli', 'on-running');
  dpkg.install(makeDeb('gui', '3'));
  t.is(box.run(makeDeb('cli', '2').scripts.postrm!, ['disappear', 'my-own-thing-gui', '3']).status, 0);
  expectUnit(t, box, 'disappear', { state: 'on-running', code: 'gui 3' });
});

test('triggers and unknown words do nothing', (t) => {
  const { box } = installed('cli', 'on-running');
  for (const [script, text] of Object.entries(makeDeb('cli', '2').scripts)) {
    for (const word of ['triggered', 'upgrade-of-tomorrow', ''])
      t.is(box.run(text, [word]).status, 0, `${script} ${word}`);
  }
  t.deepEqual(box.take('calls'), []);
});

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
