import { waitUntil } from '../ask.ts';
import { type BoxCommand, type BoxOptions, putFile } from '../box.ts';
import { startCommand } from '../command.ts';
import { isActive, readUnit } from '../service.ts';
import { clearAway, expectHealthy, install, installRunning, type Stage } from '../stage.ts';
import { expect, PORT } from '../subject.ts';
import type { Situation } from './situation.ts';

/** Install, upgrade and purge where the caller's surroundings are hostile: the result must be the same as anywhere. */
function under(
  name: string,
  how: BoxCommand,
  box?: BoxOptions,
  prepare?: (stage: Stage) => Promise<unknown>,
): Situation {
  return {
    name,
    ...(box ? { box } : {}),
    async play(stage) {
      await prepare?.(stage);
      await installRunning(stage, 'now', how);
      await install(stage, 'next', how);
      await expectHealthy(stage);
    },
    async clear(stage) {
      await clearAway(stage, how);
      await stage.box.sh('rm -rf /opt/real /opt/link');
    },
  };
}

/** Programs maintainer scripts may call, planted first in PATH. dpkg itself takes others (tar, rm) from there, so those are not bait. */
const BAIT = ['systemctl', 'deb-systemd-helper', 'deb-systemd-invoke', 'update-alternatives', 'systemd-sysusers']
  .concat([
    'systemd-tmpfiles',
    'chown',
    'chmod',
    'install',
    'mkdir',
    'ln',
    'grep',
    'sed',
    'id',
    'getent',
    'node',
    'dpkg-query',
  ])
  .concat(['update-desktop-database', 'gtk-update-icon-cache', 'mandb']);
const POISONED = { env: { PATH: '/opt/evil:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } };

async function plantBait({ box }: Stage): Promise<void> {
  const trap = '#!/bin/sh\necho "$0 called by $(tr "\\0" " " </proc/$PPID/cmdline)" >>/root/bait\nexit 1\n';
  await putFile(box, '/opt/evil/trap', trap, 0o755);
  await box.sh(`for name in ${BAIT.join(' ')}; do cp /opt/evil/trap "/opt/evil/$name"; done`);
}

/** A bait that was taken by a script of ours, not by another package's trigger. */
async function expectBaitUntouched({ box, subject }: Stage): Promise<void> {
  const calls = await box.sh('cat /root/bait 2>/dev/null || true');
  const ours = calls.split('\n').filter((line) => line.includes(subject.package) || /rpm-tmp|tmp\.ci/.test(line));
  expect(ours.length === 0, `scripts trust PATH:\n${ours.join('\n')}`);
}

const poisoned: Situation = {
  name: 'PATH poisoned',
  async play(stage) {
    await plantBait(stage);
    const { code, text } = await stage.installer.install(stage.box, [stage.now.inside], POISONED);
    await expectBaitUntouched(stage);
    expect(code === 0, `exit ${code}: ${text.slice(-800)}`);
    await installRunning(stage, 'next', POISONED);
    await clearAway(stage, POISONED);
    await expectBaitUntouched(stage);
    await stage.box.sh('rm -rf /opt/evil /root/bait');
  },
  clear: async () => {},
};

/** A stranger sits on our port: the installation succeeds, the service keeps trying, and serves once the port is free. */
const portTaken: Situation = {
  name: 'port 8200 taken',
  editions: ['gui', 'cli'],
  async play(stage) {
    const { box, subject, log } = stage;
    const listen = `require('net').createServer().listen(${PORT},'127.0.0.1');require('net').createServer().listen(${PORT},'::1')`;
    const squatter = startCommand(log, [
      'nsenter',
      '-t',
      String(box.leader),
      '-n',
      '--',
      process.execPath,
      '-e',
      listen,
    ]);
    try {
      await waitUntil('the squatter listens', async () => (await box.sh('cat /proc/net/tcp')).includes(':2008'));
      await install(stage);
      if (subject.starts === 'asked') await box.try(['systemctl', 'enable', '--now', '--no-block', subject.unit]);
      await waitUntil('a log line about the port', async () =>
        /8200|EADDRINUSE|in use/i.test(await box.sh(`journalctl -u ${subject.unit} -o cat --no-pager`)),
      );
    } finally {
      process.kill(-squatter.pid!, 'SIGKILL');
      await squatter;
    }
    await waitUntil('the service serves once the port is free', () => isActive(box, subject));
    await expectHealthy(stage);
  },
};

/** The account's name belongs to somebody: no script takes it over, and purge leaves it. */
const nameTaken: Situation = {
  name: 'user name taken',
  async play(stage) {
    const { box, subject } = stage;
    const names = ['duplicati', 'duplicati-agent', '_duplicati', '_duplicati-agent'];
    const lines = names.map((name, n) => `${name}:x:${4200 + n}:${4200 + n}:somebody:/home/${name}:/bin/sh`);
    await box.sh(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >>/etc/passwd`);
    await box.sh(
      `for n in 0 1 2 3; do set -- ${names.join(' ')}; shift $n; echo "$1:x:$((4200+n)):" >>/etc/group; done`,
    );
    await box.sh(`mkdir -p /home/${names[0]}; echo mine >/home/${names[0]}/file; chown -R 4200:4200 /home/${names[0]}`);
    await installRunning(stage);
    await install(stage, 'next');
    await expectHealthy(stage);
    await clearAway(stage);
    for (const line of lines)
      expect((await box.sh('cat /etc/passwd')).includes(line), `changed in /etc/passwd: ${line}`);
    expect((await box.sh(`stat -c %u /home/${names[0]}/file`)).trim() === '4200', 'a stranger’s file changed hands');
    await box.sh(`sed -i '/^_\\?duplicati/d' /etc/passwd /etc/group; rm -rf /home/${names[0]}`);
    expect((await readUnit(box, subject.unit, 'LoadState')) === 'not-found', 'the unit is still known');
  },
  clear: async () => {},
};

/** dpkg and rpm cannot put a settings file there: they have to say so (rpm takes it for a full disk), and go on once they can. */
const readOnlySettings: Situation = {
  name: 'read-only settings folder',
  box: {
    prepare:
      'for d in default sysconfig; do mkdir -p "$R/etc/$d"; mount --bind "$R/etc/$d" "$R/etc/$d"; mount -o remount,ro,bind "$R/etc/$d"; done',
  },
  async play(stage) {
    const { box, installer, now } = stage;
    const { code, text } = await installer.install(box, [now.inside]);
    expect(
      code !== 0 && /Read-only file system|more space on the \S+ filesystem/i.test(text),
      `exit ${code} without a word about the folder: ${text.slice(-800)}`,
    );
    await box.sh('umount /etc/default /etc/sysconfig');
    await installer.recover(box, [now.inside]);
    await installRunning(stage);
  },
};

/** The service's own clock stands in 1970, as on a board without a battery, and so does the package manager's. */
const clock1970: Situation = {
  name: 'clock in 1970',
  async play(stage) {
    const { box, subject } = stage;
    const library = (await box.sh('ls /usr/lib/*/faketime/libfaketimeMT.so.1')).trim();
    const fake = `[Service]\nEnvironment=LD_PRELOAD=${library} "FAKETIME=@1970-01-02 00:00:00" FAKETIME_DONT_FAKE_MONOTONIC=1\n`;
    await putFile(box, `/etc/systemd/system/${subject.unit}.d/clock.conf`, fake);
    const env = { LD_PRELOAD: library, FAKETIME: '@1970-01-02 00:00:00', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    await installRunning(stage, 'now', { env });
    await installRunning(stage, 'next');
    await box.sh(`rm -r /etc/systemd/system/${subject.unit}.d`);
  },
};

export const SURROUNDINGS: readonly Situation[] = [
  under('umask 000', { umask: '000' }),
  under('umask 077', { umask: '077' }),
  under('LANG tr_TR', { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } }),
  under('LANG C', { env: { LANG: 'C', LC_ALL: 'C' } }),
  under('TMPDIR missing', { env: { TMPDIR: '/nowhere' } }),
  under(
    'TMPDIR noexec',
    { env: { TMPDIR: '/opt/noexec' } },
    { prepare: 'mkdir "$R/opt/noexec"; mount -t tmpfs -o noexec tmpfs "$R/opt/noexec"' },
  ),
  under('TMPDIR a link', { env: { TMPDIR: '/opt/link' } }, {}, ({ box }) =>
    box.sh('mkdir /opt/real; ln -s real /opt/link'),
  ),
  under('HOME unset', { env: { HOME: '<unset>' } }),
  poisoned,
  clock1970,
  portTaken,
  nameTaken,
  under(
    'var on another mount',
    {},
    {
      prepare:
        'mkdir "$S/more/var"; mount -t tmpfs tmpfs "$S/more/var"; cp -a "$R/var/." "$S/more/var/"; mount --bind "$S/more/var" "$R/var"',
    },
  ),
  readOnlySettings,
];
