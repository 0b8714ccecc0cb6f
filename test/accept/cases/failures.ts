import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Box, putFile } from '../box.ts';
import { runCommand } from '../command.ts';
import { findPackage, rebuildDeb } from '../packages.ts';
import { breakScriptlet, listScriptlets } from '../scriptlets.ts';
import { expectHealthy, install, installRunning, type Stage } from '../stage.ts';
import { expect } from '../subject.ts';
import type { Situation } from './situation.ts';

/** Copies a host file into the box's /root and gives its path there. */
async function pushFile(box: Box, stage: Stage, file: string, name: string): Promise<string> {
  await runCommand(stage.log, ['cp', file, join(box.root, 'root', name)]);
  return `/root/${name}`;
}

/** A package whose named script fails at once; null when the package has no such script. */
async function makeBroken(stage: Stage, script: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-broken-'));
  try {
    const target = join(folder, `broken.${stage.installer.format}`);
    const source = stage.now.file;
    if (stage.installer.format === 'rpm') {
      if (!(await listScriptlets(source, stage.log)).includes(script)) return null;
      await breakScriptlet(source, target, script, stage.log);
    } else {
      const { stdout } = await stage.box.try(['dpkg-deb', '-I', stage.now.inside, script]);
      if (!stdout) return null;
      await rebuildDeb(source, target, `sed -i '2i exit 1' DEBIAN/${script}`, stage.log);
    }
    return await pushFile(stage.box, stage, target, `broken.${stage.installer.format}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const SCRIPTS = {
  deb: ['preinst', 'postinst', 'prerm', 'postrm'],
  rpm: ['pre', 'post', 'preun', 'postun', 'pretrans', 'posttrans'],
};

/** Each script fails in turn, on the way in and on the way out; the sound package mends it every time, and nothing stays in the end. */
function scriptFails(format: 'deb' | 'rpm', script: string): Situation {
  return {
    name: `${script} fails`,
    roots: format === 'rpm' ? ['rpm'] : ['bookworm', 'trixie', 'bullseye'],
    async play(stage) {
      const { box, installer, subject, next } = stage;
      const broken = await makeBroken(stage, script);
      if (broken === null) return 'the package has no such script';
      const lax =
        format === 'rpm'
          ? ['rpm', '--nosignature', '-U', '--oldpackage', '--replacepkgs', broken]
          : ['dpkg', '-i', broken];
      const first = await box.try(lax);
      if (['preinst', 'postinst', 'pre'].includes(script)) {
        expect(first.code !== 0, 'the failure was not noticed');
        if (format === 'deb')
          expect((await installer.installedVersion(box, subject.package)) === '', 'it counts as installed');
      }
      await box.try(format === 'rpm' ? ['rpm', '-e', subject.package] : ['dpkg', '-r', subject.package]);
      await box.run(['rm', broken]);
      if (script === 'preun' || script === 'postun') {
        // rpm runs the old package's scriptlets on the way to the new one; an administrator tells it not to run the broken one.
        await box.run(['rpm', '--nosignature', '-U', '--oldpackage', `--no${script}`, next.inside]);
      }
      await installer.recover(box, [next.inside]);
      await installRunning(stage, 'next');
      return first.code === 0 ? 'installed; its failure comes later' : 'refused, then mended';
    },
  };
}

/**
 * rpm writes a file under its name and the transaction's number, and a scriptlet into /var/tmp. When it is killed, no later run knows of
 * them, whoever made the package: an administrator clears them away.
 */
const CLEAR_AFTER_RPM = `find / -xdev -regextype egrep -regex '.*;[0-9a-f]{8}' -delete; rm -f /var/tmp/rpm-tmp.*`;

/** SIGKILL to the package manager at a random moment; going on afterwards leads to a sound installation. */
function killed(name: string, before: 'nothing' | 'now', seconds: number): Situation {
  return {
    name,
    async play(stage, seed) {
      const { box, installer, subject, now, next } = stage;
      if (before === 'now') await installRunning(stage);
      const target = before === 'now' ? next : now;
      const generator = randomFrom(seed, `${stage.root} ${subject.edition} ${name}`);
      const moments: string[] = [];
      for (let n = 0; n < 3; n++) {
        const moment = generator() * seconds;
        const argv =
          installer.format === 'rpm'
            ? ['rpm', '--nosignature', '-U', '--replacepkgs', target.inside]
            : ['dpkg', '-i', target.inside];
        const hit = await box.killAfter(argv, moment);
        // A daemonless package manager dies at once; what it started (rpm's scriptlets, dpkg-deb) is killed with it.
        await box.try(['pkill', '-KILL', '-x', 'dpkg|dpkg-deb|rpm']);
        moments.push(`${moment.toFixed(2)} s${hit ? '' : ' (too late)'}`);
      }
      if (installer.format === 'rpm') await box.sh(CLEAR_AFTER_RPM);
      await installer.recover(box, [target.inside]);
      await installRunning(stage, before === 'now' ? 'next' : 'now');
      return `killed at ${moments.join(', ')}`;
    },
  };
}

/** The disk is full half way: a clear failure, what ran before runs on, and space makes it good. */
function diskFull(name: string, before: 'nothing' | 'now'): Situation {
  return {
    name,
    box: { disk: before === 'now' ? '330m' : '100m' },
    async play(stage) {
      const { box, installer, now, next } = stage;
      if (before === 'now') {
        await box.onDisk('mount -o remount,size=3g "$DISK"');
        await installRunning(stage);
        await box.onDisk('used=$(df -m --output=used "$DISK" | tail -1); mount -o remount,size=$((used+40))m "$DISK"');
      }
      const target = before === 'now' ? next : now;
      const { code, text } = await installer.install(box, [target.inside]);
      expect(code !== 0 && /no space|disk space|needs \d+|full/i.test(text), `exit ${code}, said: ${text.slice(-600)}`);
      await box.onDisk('mount -o remount,size=3g "$DISK"');
      if (before === 'now') await box.run(['systemctl', 'start', stage.subject.unit]);
      await installer.recover(box, [target.inside]);
      await installRunning(stage, before === 'now' ? 'next' : 'now');
    },
  };
}

/** The administrator and the package have both changed the settings: his stay, ours lie beside them. */
const bothChanged: Situation = {
  name: 'settings changed on both sides',
  editions: ['cli'],
  async play(stage) {
    const { box, subject, installer } = stage;
    const config = installer.config(subject);
    await installRunning(stage);
    await box.sh(`echo '# mine' >>${config}`);
    const changed = await findPackage(installer.format === 'rpm' ? 'rpm' : 'deb', subject.edition, 'changed');
    if (installer.format === 'rpm') await box.run(['rpm', '--nosignature', '-U', changed.inside]);
    else await box.run(['dpkg', '--force-confold', '-i', changed.inside]);
    const beside = `${config}.${installer.format === 'rpm' ? 'rpmnew' : 'dpkg-dist'}`;
    await box.sh(`grep -qx '# mine' ${config}; grep -q 'Said anew' ${beside}`);
    await expectHealthy(stage);
    if (installer.format === 'rpm') await box.run(['rm', beside]);
  },
};

/** A script of the administrator's trusts that a unit drop-in of his survives everything but a purge; we do not touch it. */
const dropIn: Situation = {
  name: 'drop-in of the administrator',
  async play(stage) {
    const { box, subject } = stage;
    const file = `/etc/systemd/system/${subject.unit}.d/local.conf`;
    await putFile(box, file, '[Service]\nEnvironment=MINE=1\n');
    await installRunning(stage);
    await install(stage, 'next');
    expect(
      (await box.run(['systemctl', 'show', '-p', 'Environment', subject.unit])).includes('MINE=1'),
      'the drop-in is not in effect',
    );
    await box.sh(`test -f ${file}; rm -r /etc/systemd/system/${subject.unit}.d; systemctl daemon-reload`);
  },
};

export const FAILURES: readonly Situation[] = [
  ...SCRIPTS.deb.map((script) => scriptFails('deb', script)),
  ...SCRIPTS.rpm.map((script) => scriptFails('rpm', script)),
  killed('killed during installation', 'nothing', 2.5),
  killed('killed during upgrade', 'now', 3.5),
  diskFull('disk full during installation', 'nothing'),
  diskFull('disk full during upgrade', 'now'),
  bothChanged,
  dropIn,
];

/** The same row of numbers in [0, 1) for the same seed and name (mulberry32). */
function randomFrom(seed: number, name: string): () => number {
  let state = seed;
  for (const char of name) state = (Math.imul(state, 31) + char.charCodeAt(0)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
