import { waitUntil } from '../ask.ts';
import { putFile } from '../box.ts';
import { step } from '../case.ts';
import { expectServing, expectStopped, isActive, readEnabled, readUnit } from '../service.ts';
import { clearAway, expectHealthy, expectInactive, install, installRunning, type Stage } from '../stage.ts';
import { expect, expectSame } from '../subject.ts';
import type { Situation } from './situation.ts';

/** What the administrator had decided about the service before an upgrade is what holds after it. */
function upgradeKeeps(name: string, decide: (stage: Stage) => Promise<unknown>, enabled: string): Situation {
  return {
    name,
    async play(stage) {
      await installRunning(stage);
      await decide(stage);
      for (const generation of ['next', 'now'] as const) {
        await install(stage, generation);
        expectSame(await readEnabled(stage.box, stage.subject), enabled, `is-enabled after installing ${generation}`);
        await expectInactive(stage);
      }
    },
    async clear(stage) {
      await clearAway(stage);
      await stage.box.sh(`rm -f /etc/systemd/system/${stage.subject.unit}; systemctl daemon-reload`);
    },
  };
}

const upgradeRunning: Situation = {
  name: 'upgrade while it runs',
  async play(stage) {
    const { box, subject } = stage;
    await installRunning(stage);
    const old = await readUnit(box, subject.unit, 'MainPID');
    await install(stage, 'next');
    await expectHealthy(stage);
    expect((await readUnit(box, subject.unit, 'MainPID')) !== old, 'the old program still runs');
    expectSame(await readEnabled(box, subject), 'enabled', 'is-enabled');
  },
};

/** Enabled by hand or by us, then started by hand after a boot in which it did not start. */
const guiUntouched: Situation = {
  name: 'upgrade of what was never asked for',
  editions: ['gui'],
  async play(stage) {
    await install(stage);
    await install(stage, 'next');
    expectSame(await readEnabled(stage.box, stage.subject), 'disabled', 'is-enabled');
    await expectInactive(stage);
  },
};

const maskedBefore: Situation = {
  name: 'masked before installation',
  async play(stage) {
    const { box, subject } = stage;
    await box.sh(`ln -s /dev/null /etc/systemd/system/${subject.unit}; systemctl daemon-reload`);
    await install(stage);
    await install(stage, 'next');
    expectSame(await readEnabled(box, subject), 'masked', 'is-enabled');
    await expectStopped(box, subject);
    await clearAway(stage);
    expectSame(await box.sh(`readlink /etc/systemd/system/${subject.unit}`), '/dev/null', 'the administrator’s mask');
    await box.sh(`rm /etc/systemd/system/${subject.unit}; systemctl daemon-reload`);
  },
  clear: async () => {},
};

const settingsDeleted: Situation = {
  name: 'deleted settings file stays deleted',
  roots: ['bookworm', 'trixie', 'bullseye'],
  async play(stage) {
    const config = stage.installer.config(stage.subject);
    await installRunning(stage);
    await stage.box.run(['rm', config]);
    await install(stage, 'next');
    expect((await stage.box.try(['test', '-e', config])).code !== 0, `${config} is back`);
    await expectHealthy(stage);
  },
};

const policyForbids: Situation = {
  name: 'policy-rc.d forbids starts',
  roots: ['bookworm', 'trixie', 'bullseye'],
  async play(stage) {
    const { box, subject } = stage;
    await putFile(box, '/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755);
    await install(stage);
    expectSame(await readEnabled(box, subject), subject.starts === 'boot' ? 'enabled' : 'disabled', 'is-enabled');
    await expectInactive(stage);
    await install(stage, 'next');
    await expectInactive(stage);
    await box.run(['systemctl', 'start', subject.unit]);
    await expectServing(box, subject, stage.log);
    await box.run(['rm', '/usr/sbin/policy-rc.d']);
  },
};

/** An image build, a chroot, a container: scripts must neither need systemd nor leave the service off for the first boot. */
function withoutSystemd(name: string, root: 'bare' | 'bookworm'): Situation {
  return {
    name,
    roots: [root],
    box: { boot: false },
    async play(stage) {
      await install(stage);
      await expectHealthy(stage);
      if (stage.subject.starts === 'boot' && root === 'bookworm') {
        await stage.box.sh(`test -L /etc/systemd/system/multi-user.target.wants/${stage.subject.unit}`);
      }
      await install(stage, 'next');
      await expectHealthy(stage);
      await expectStopped(stage.box, stage.subject);
    },
  };
}

const FOREIGN = [
  '/var/lib/Duplicati',
  '/root/.config/Duplicati',
  '/opt/duplicati',
  '/usr/lib/Duplicati',
  '/data',
  '/etc/duplicati',
];

/** Folders of the original program, with somebody's settings in them: seen by nobody, changed by nobody. */
const foreignFolders: Situation = {
  name: 'folders of the original Duplicati',
  async play(stage) {
    const { box } = stage;
    for (const folder of FOREIGN) await putFile(box, `${folder}/Duplicati-server.sqlite`, `data in ${folder}\n`, 0o600);
    const sum = `find ${FOREIGN.join(' ')} -printf '%p %m %u %s %T@\\n' | sort; sha256sum ${FOREIGN.map((one) => `${one}/*`).join(' ')}`;
    const old = await box.sh(sum);
    await installRunning(stage);
    await install(stage, 'next');
    await clearAway(stage);
    expectSame(await box.sh(sum), old.trim(), 'the folders');
    await box.sh(`rm -r ${FOREIGN.join(' ')}; rmdir /root/.config`);
  },
  clear: async () => {},
};

/** Remove twice, purge twice, scripts run twice: the second time is as quiet as the first. */
const twice: Situation = {
  name: 'everything twice',
  async play(stage) {
    const { box, installer, subject, booted } = stage;
    await installRunning(stage);
    for (let n = 0; n < 2; n++) await install(stage);
    if (installer.format === 'deb') {
      for (let n = 0; n < 2; n++) {
        await box.sh(
          `f=/var/lib/dpkg/info/${subject.package}.postinst; [ ! -x $f ] || DPKG_MAINTSCRIPT_NAME=postinst DPKG_MAINTSCRIPT_PACKAGE=${subject.package} $f configure 0.0.1`,
        );
      }
    }
    if (booted) await waitUntil('it runs', () => isActive(box, subject));
    await expectHealthy(stage);
    for (let n = 0; n < 2; n++) await installer.remove(box, [subject.package]);
  },
};

/** A settings file with a wrong line must not keep the package from being installed or upgraded. */
const brokenSettings: Situation = {
  name: 'settings the service cannot start with',
  async play(stage) {
    const { box, subject, installer, log } = stage;
    await installRunning(stage);
    const config = installer.config(subject);
    await box.sh(`cp ${config} /root/good; echo 'DAEMON_OPTS="--no-such-option=1"' >>${config}`);
    await box.try(['systemctl', 'restart', subject.unit]);
    await install(stage, 'next');
    await step(log, 'mended', async () => {
      await box.sh(`cp /root/good ${config}; rm /root/good`);
      await box.run(['systemctl', 'restart', subject.unit]);
      await expectHealthy(stage);
    });
  },
};

export const STEPS: readonly Situation[] = [
  upgradeRunning,
  upgradeKeeps(
    'upgrade keeps it stopped',
    ({ box, subject }) => box.run(['systemctl', 'stop', subject.unit]),
    'enabled',
  ),
  upgradeKeeps(
    'upgrade keeps it disabled',
    ({ box, subject }) => box.run(['systemctl', 'disable', '--now', subject.unit]),
    'disabled',
  ),
  upgradeKeeps(
    'upgrade keeps it masked',
    ({ box, subject }) => box.run(['systemctl', 'mask', '--now', subject.unit]),
    'masked',
  ),
  guiUntouched,
  maskedBefore,
  settingsDeleted,
  policyForbids,
  withoutSystemd('no systemd', 'bare'),
  withoutSystemd('chroot', 'bookworm'),
  foreignFolders,
  twice,
  brokenSettings,
];
