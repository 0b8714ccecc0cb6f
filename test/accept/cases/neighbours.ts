import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putFile } from '../box.ts';
import { step } from '../case.ts';
import { runCommand } from '../command.ts';
import { INSTALLERS } from '../installer.ts';
import { findLightPackage } from '../packages.ts';
import { expectServing, expectStopped, readEnabled } from '../service.ts';
import { clearAway, expectHealthy, installRunning, type Stage } from '../stage.ts';
import { type EditionName, expect, expectRefusal, expectSame, SUBJECTS } from '../subject.ts';
import type { Situation } from './situation.ts';

function other(stage: Stage, edition: EditionName): Stage {
  return { ...stage, subject: SUBJECTS[edition] };
}

/** GUI and CLI take each other's place: one command, the data stays, the service stays as the administrator had it. */
const swap: Situation = {
  name: 'GUI and CLI swap',
  editions: ['gui', 'cli'],
  async play(stage) {
    const { box, subject, log } = stage;
    const installer = INSTALLERS[stage.installer.format];
    const second = other(stage, subject.edition === 'gui' ? 'cli' : 'gui');
    await installRunning(stage);
    await box.sh(`umask 077; echo data >${subject.state}/kept; echo '# mine' >>${installer.config(subject)}`);
    for (const [from, to] of [
      [stage, second],
      [second, stage],
      [stage, second],
    ] as const) {
      await step(log, `${from.subject.edition} → ${to.subject.edition}`, async () => {
        const file = await findLightPackage(installer.format, to.subject.edition, 'now', log);
        const { code, text } = await installer.swap(box, from.subject.package, file.inside);
        expect(code === 0, `exit ${code}: ${text.slice(-1000)}`);
        expectSame(await installer.installedVersion(box, from.subject.package), '', 'the one that was replaced');
        if (to.subject.starts === 'asked') await box.run(['systemctl', 'enable', '--now', to.subject.unit]);
        await expectHealthy(to);
        await box.sh(`test -f ${subject.state}/kept; grep -qx '# mine' ${installer.config(subject)}*`);
      });
    }
    if (installer.purge) {
      await step(log, 'purge of the one that was replaced harms nothing', async () => {
        await installer.purge!(box, [subject.package]);
        await expectHealthy(second);
        await box.sh(`test -f ${subject.state}/kept; test -f ${installer.config(subject)}`);
        expectSame(await readEnabled(box, second.subject), 'enabled', 'is-enabled');
      });
    }
    await clearAway(second);
  },
  clear: async () => {},
};

/** The agent beside either of the others: both run, the commands they share work, whoever goes first. */
const together: Situation = {
  name: 'beside the agent',
  editions: ['gui', 'cli'],
  async play(stage) {
    const { box, installer, subject, log } = stage;
    const agent = other(stage, 'agent');
    const agentFile = await findLightPackage(installer.format, 'agent', 'now', log);
    await installRunning(stage);
    expect((await installer.install(box, [agentFile.inside])).code === 0, 'the agent does not install beside it');
    await expectHealthy(stage);
    await expectRunning(agent);
    expectSame(
      await box.run(['readlink', '/etc/alternatives/duplicati-cli']),
      `${subject.home}/bin/duplicati-cli`,
      'duplicati-cli',
    );
    await step(log, 'the first goes', async () => {
      await clearAway(stage);
      await box.run(['duplicati-cli', '--version']);
      await box.run(['duplicati-server-util', '--version']);
      await expectRunning(agent);
      await expectHealthy(agent);
    });
    await step(log, 'the first comes back, the agent goes', async () => {
      await installRunning(stage);
      await clearAway(agent);
      await expectHealthy(stage);
      expectSame(
        await box.run(['readlink', '/etc/alternatives/duplicati-cli']),
        `${subject.home}/bin/duplicati-cli`,
        'duplicati-cli',
      );
      await box.sh(`rm -rf ${agent.subject.state} ${installer.config(agent.subject)}.rpmsave`);
    });
  },
};

async function expectRunning(agent: Stage): Promise<void> {
  expectSame(await agent.box.sh(`systemctl is-active ${agent.subject.unit}`), 'active', agent.subject.unit);
  const pid = (await agent.box.run(['systemctl', 'show', '-p', 'MainPID', '--value', agent.subject.unit])).trim();
  expect(pid !== '0', `${agent.subject.unit} has no process`);
}

/** The original program's package holds names of ours: it or we, and the administrator is told which and why. */
const genuine: Situation = {
  name: 'original Duplicati is installed',
  async play(stage) {
    const { box, installer, now } = stage;
    const foreign = await makeGenuine(stage);
    const { code, text } = await box.try(installer.format === 'rpm' ? ['rpm', '-i', foreign] : ['dpkg', '-i', foreign]);
    expect(code === 0, text);
    const argv = installer.format === 'rpm' ? ['rpm', '-i', now.inside] : ['dpkg', '-i', now.inside];
    expectRefusal(await box.try(argv), /conflict|original|genuine|remove/i, 'installing ours beside it');
    expectSame(await box.sh('cat /usr/lib/duplicati/Duplicati.Library.Main.dll'), 'theirs', 'their file');
    const left = await box.sh(
      `ls /usr/lib/duplicati; [ ! -e /usr/bin/duplicati-server ] || readlink -f /usr/bin/duplicati-server`,
    );
    expect(!left.includes('bin'), `files of ours beside theirs: ${left}`);
    await installer.purge?.(box, [stage.subject.package]);
    await (installer.purge ?? installer.remove)(box, ['duplicati']);
    await box.run(['rm', foreign]);
    await box.try(['rmdir', '/usr/lib/duplicati']);
    await installRunning(stage);
  },
};

async function makeGenuine({ box, installer, log }: Stage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-genuine-'));
  const file = 'usr/lib/duplicati/Duplicati.Library.Main.dll';
  try {
    await runCommand(log, ['sh', '-euc', `mkdir -p t/usr/lib/duplicati; echo theirs >t/${file}`], { cwd: folder });
    if (installer.format === 'deb') {
      const control =
        'Package: duplicati\\nVersion: 2.3.0.1\\nArchitecture: all\\nMaintainer: A <a@example.org>\\nDescription: theirs\\n';
      await runCommand(
        log,
        ['sh', '-euc', `mkdir t/DEBIAN; printf '${control}' >t/DEBIAN/control; dpkg-deb -Znone -b t genuine.deb`],
        { cwd: folder },
      );
      await runCommand(log, ['cp', join(folder, 'genuine.deb'), join(box.root, 'root')]);
      return '/root/genuine.deb';
    }
    const spec = `Name: duplicati\nVersion: 2.3.0.1\nRelease: 1\nSummary: theirs\nLicense: MIT\nBuildArch: noarch\n%description\n.\n%install\nmkdir -p %{buildroot}\ncp -r ${folder}/t/usr %{buildroot}/\n%files\n/${file}\n`;
    await runCommand(
      log,
      ['sh', '-euc', 'cat >g.spec; rpmbuild -bb -D "_topdir $PWD/w" g.spec; cp w/RPMS/noarch/*.rpm genuine.rpm'],
      { cwd: folder, input: spec },
    );
    await runCommand(log, ['cp', join(folder, 'genuine.rpm'), join(box.root, 'root')]);
    return '/root/genuine.rpm';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A data folder that was there before, opened to all and seeded by somebody: nothing in it is trusted (T9). */
const seededState: Situation = {
  name: 'data folder seeded in advance',
  async play(stage) {
    const { box, subject, log } = stage;
    await box.sh(
      `mkdir -m 777 ${subject.state}; echo x >${subject.state}/seed; chown -R 65534:65534 ${subject.state}; ln -s /etc/shadow ${subject.state}/link`,
    );
    const shadow = await box.sh('stat -c "%a %U %G" /etc/shadow');
    const { code } = await stage.installer.install(box, [stage.now.inside]);
    expect(code === 0, 'the installation failed');
    if (subject.starts === 'asked') await box.try(['systemctl', 'enable', '--now', subject.unit]);
    const mode = (await box.sh(`stat -c '%a %U' ${subject.state}`)).trim();
    const active = (await box.try(['systemctl', 'is-active', subject.unit])).stdout.trim();
    expect(mode === '700 root' || active !== 'active', `the service runs on a folder that is ${mode}`);
    expectSame(await box.sh('stat -c "%a %U %G" /etc/shadow'), shadow.trim(), '/etc/shadow');
    if (active === 'active') await expectServing(box, subject, log);
    return `folder became ${mode}, service ${active}`;
  },
  async clear(stage) {
    await clearAway(stage);
    await expectStopped(stage.box, stage.subject);
    await stage.box.sh(`rm -rf ${stage.subject.state}`);
  },
};

/** Folders the package shares with nobody, but a curious administrator has put a file into. */
const ownFile: Situation = {
  name: 'a file of the administrator in our folder',
  async play(stage) {
    await installRunning(stage);
    await putFile(stage.box, `${stage.subject.home}/notes.txt`, 'mine\n');
    await clearAway(stage);
    expectSame(await stage.box.sh(`cat ${stage.subject.home}/notes.txt`), 'mine', 'his file');
    await stage.box.sh(`rm -r ${stage.subject.home}`);
  },
  clear: async () => {},
};

export const NEIGHBOURS: readonly Situation[] = [swap, together, genuine, seededState, ownFile];
