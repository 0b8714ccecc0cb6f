import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { makeDeb } from './dpkg.ts';
import { afterSwap, expectUnit, installed, runs, UNIT } from './expect.ts';
import { UNIT_STATES } from './sandbox.ts';
import { siblingOf } from './thing.ts';
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

test("upgrade, same version and downgrade keep the administrator's state and restart what ran, once", async (t) => {
  t.timeout(600_000);
  for (const name of ['cli', 'gui'] as const) {
    for (const state of UNIT_STATES) {
      for (const version of ['3', '2', '1']) {
        for (const twice of version === '3' ? [false, true] : [false]) {
          await setImmediate();
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

test('remove stops and disables, keeps data and settings, and leaves no link', async (t) => {
  t.timeout(600_000);
  for (const state of UNIT_STATES) {
    for (const twice of [false, true]) {
      await setImmediate();
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

test('installed again after remove, the data are there and the unit is as fresh', async (t) => {
  t.timeout(600_000);
  for (const name of ['cli', 'gui'] as const) {
    for (const state of ['on-running', 'on-stopped', 'off-stopped', 'off-running'] as const) {
      await setImmediate();
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

test("a swap by dpkg itself keeps the administrator's state and runs the new code, without a stop in between", async (t) => {
  t.timeout(600_000);
  for (const from of ['cli', 'gui'] as const) {
    const to = siblingOf(from)!;
    for (const state of UNIT_STATES) {
      for (const twice of [false, true]) {
        await setImmediate();
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

test("a swap that removes first, as apt does, keeps the administrator's state", async (t) => {
  t.timeout(600_000);
  for (const from of ['cli', 'gui'] as const) {
    const to = siblingOf(from)!;
    // A unit that ran without being enabled is not started again: deb-systemd-invoke starts nothing that is disabled.
    for (const state of ['on-running', 'on-stopped', 'off-stopped', 'masked'] as const) {
      for (const twice of [false, true]) {
        await setImmediate();
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
