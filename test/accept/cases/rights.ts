import { waitUntil } from '../ask.ts';
import { type Box, putFile } from '../box.ts';
import { step } from '../case.ts';
import { runCommand } from '../command.ts';
import { expectServing, isActive, readUnit } from '../service.ts';
import { expectHealthy, installRunning, type Stage } from '../stage.ts';
import { expect, expectSame } from '../subject.ts';
import type { Situation } from './situation.ts';

/** Places a sandbox likes to hide or empty, each with a file only root may read. */
const PLANTED = ['/tmp', '/var/tmp', '/home/somebody', '/root', '/usr/lib/modules', '/srv', '/etc', '/boot', '/opt'];

/**
 * Runs a command as the service would: in its namespaces, with exactly its capabilities, account and no way to get more. There is no
 * backup engine yet whose eyes could be used, so a borrowed `cat` looks through them.
 */
export async function runAsService(box: Box, unit: string, line: string, { log }: Stage): Promise<string> {
  const pid = await readUnit(box, unit, 'MainPID');
  const status = await box.sh(`cat /proc/${pid}/status`);
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)![1]!.split('\t');
  const capabilities = namesOf(BigInt(`0x${field('CapBnd')[0]}`));
  const ambient = namesOf(BigInt(`0x${field('CapAmb')[0]}`));
  const set = (names: readonly string[]) => ['-all', ...names.map((name) => `+${name}`)].join(',');
  const uid = field('Uid')[1]!;
  const inner = ['setpriv', `--reuid=${uid}`, `--regid=${field('Gid')[1]}`, '--clear-groups', '--no-new-privs'];
  inner.push(`--inh-caps=${set(ambient)}`, `--ambient-caps=${set(ambient)}`, `--bounding-set=${set(capabilities)}`);
  log.write(
    `as ${unit}: uid ${uid}, capabilities ${capabilities.join(' ') || 'none'}, ambient ${ambient.join(' ') || 'none'}`,
  );
  return await box.run(['nsenter', '-t', pid, '-m', '--', ...inner, 'sh', '-euc', line]);
}

/** capabilities(7), in the order of their numbers, as setpriv says them. */
const CAPABILITIES = [
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setuid',
  'setpcap',
]
  .concat([
    'linux_immutable',
    'net_bind_service',
    'net_broadcast',
    'net_admin',
    'net_raw',
    'ipc_lock',
    'ipc_owner',
    'sys_module',
  ])
  .concat([
    'sys_rawio',
    'sys_chroot',
    'sys_ptrace',
    'sys_pacct',
    'sys_admin',
    'sys_boot',
    'sys_nice',
    'sys_resource',
    'sys_time',
  ])
  .concat([
    'sys_tty_config',
    'mknod',
    'lease',
    'audit_write',
    'audit_control',
    'setfcap',
    'mac_override',
    'mac_admin',
    'syslog',
  ])
  .concat(['wake_alarm', 'block_suspend', 'audit_read', 'perfmon', 'bpf', 'checkpoint_restore']);
function namesOf(bits: bigint): string[] {
  return CAPABILITIES.filter((_, n) => ((bits >> BigInt(n)) & 1n) === 1n);
}

async function plantFiles(box: Box): Promise<void> {
  await box.sh(
    `for d in ${PLANTED.join(' ')}; do mkdir -p "$d"; printf 'planted in %s\\n' "$d" >"$d/planted"; chmod 600 "$d/planted"; chown 4711:4711 "$d/planted"; done; chmod 700 /home/somebody; chown 4711:4711 /home/somebody`,
  );
}

/** Root that backs up everything must see everything, and a restore must reach the folder that a person looks into. */
const wholeMachine: Situation = {
  name: 'root service sees the whole machine',
  async play(stage) {
    const { box, subject, log } = stage;
    await installRunning(stage);
    await plantFiles(box);
    for (const folder of PLANTED) {
      await step(log, `reads ${folder}`, async () =>
        expectSame(
          await runAsService(box, subject.unit, `cat ${folder}/planted`, stage),
          `planted in ${folder}`,
          folder,
        ),
      );
    }
    for (const folder of ['/tmp', '/var/tmp', '/home/somebody', '/root', '/srv', '/opt']) {
      await step(log, `writes into ${folder}`, async () => {
        const write = `cd ${folder}; echo restored >restored; chown 4711:4711 restored; chmod 4755 restored; touch -d @1000000000 restored; mkfifo pipe; mkdir inner; ln -s restored link`;
        await runAsService(box, subject.unit, write, stage);
        // Seen from outside: by another process, in the machine's own mount namespace.
        expectSame(
          await box.sh(`cat ${folder}/restored; stat -c '%u %a %Y' ${folder}/restored`),
          'restored\n4711 4755 1000000000',
          folder,
        );
        await box.sh(`cd ${folder}; rm -r restored pipe inner link`);
      });
    }
    await box.sh(
      `for d in ${PLANTED.join(' ')}; do rm "$d/planted"; done; rm -r /home/somebody; rmdir /usr/lib/modules /boot /srv /opt 2>/dev/null || true`,
    );
  },
  allow: [/^\/(boot|srv|opt|home|usr\/lib\/modules)$/],
};

/** systemd's own figure for what a service could do to the machine: 10 is everything. */
async function readExposure(box: Box, unit: string): Promise<number> {
  const text = await box.run(['systemd-analyze', 'security', '--no-pager', unit]);
  const figure = /Overall exposure level for \S+: ([\d.]+)/.exec(text);
  expect(figure !== null, `systemd-analyze says: ${text.slice(-300)}`);
  return Number(figure[1]);
}

const exposure: Situation = {
  name: 'exposure and the dedicated account',
  async play(stage) {
    const { box, subject, log } = stage;
    await installRunning(stage);
    await plantFiles(box);
    const full = await readExposure(box, subject.unit);
    expect(full <= 4.5, `exposure ${full} as shipped, at most 4.5`);
    const profile = (
      await box.sh(`ls ${subject.home.replace('/lib/', '/share/')}/systemd/${subject.unit}.d/*.conf`)
    ).trim();
    await box.sh(
      `mkdir -p /etc/systemd/system/${subject.unit}.d; cp ${profile} /etc/systemd/system/${subject.unit}.d/; systemctl daemon-reload; systemctl restart ${subject.unit}`,
    );
    await waitUntil('the service runs under its own account', () => isActive(box, subject));
    const confined = await readExposure(box, subject.unit);
    expect(confined <= 2, `exposure ${confined} with the profile, at most 2.0`);
    await step(log, 'under the profile', async () => {
      await expectServing(box, subject, log);
      const pid = await readUnit(box, subject.unit, 'MainPID');
      expect((await box.sh(`stat -c %u /proc/${pid}`)).trim() !== '0', 'it still runs as root');
      for (const folder of PLANTED) {
        expectSame(
          await runAsService(box, subject.unit, `cat ${folder}/planted`, stage),
          `planted in ${folder}`,
          folder,
        );
      }
      const code = `for d in /usr /etc ${subject.home}; do if touch "$d/x" 2>/dev/null; then echo "wrote into $d"; fi; done`;
      expectSame(await runAsService(box, subject.unit, code, stage), '', 'what the account can write');
      await runAsService(box, subject.unit, 'echo x >/tmp/seen', stage);
      await box.sh('test -f /tmp/seen; rm /tmp/seen');
    });
    await box.sh(
      `rm -r /etc/systemd/system/${subject.unit}.d; systemctl daemon-reload; systemctl restart ${subject.unit}`,
    );
    await box.sh(`for d in ${PLANTED.join(' ')}; do rm "$d/planted"; done; rm -r /home/somebody`);
    await step(log, 'back to root', () => expectHealthy(stage));
    return `${full} as shipped, ${confined} with the profile`;
  },
  allow: [/^\/(boot|srv|opt|home|usr\/lib\/modules)$/],
};

/** What another account of the machine can learn or spoil. */
const strangers: Situation = {
  name: 'another account learns nothing',
  async play(stage) {
    const { box, subject, log } = stage;
    const canary = 'c4n4ry-0a1b2c3d4e5f60718293a4b5';
    await installRunning(stage);
    const secrets = `${stage.installer.config(subject)}.secrets`;
    if (subject.sockets.length > 0) {
      await putFile(box, secrets, `DUPLICATI__WEBSERVICE_PASSWORD=${canary}\n`, 0o600);
      await box.run(['systemctl', 'restart', subject.unit]);
      await expectServing(box, subject, log);
    }
    const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
    const pid = await readUnit(box, subject.unit, 'MainPID');
    const seen = await box.sh(
      `${nobody} cat /proc/${pid}/cmdline /proc/${pid}/environ 2>/dev/null || true; ${nobody} systemctl show ${subject.unit}; ${nobody} find / -xdev -readable -type f -newer /proc/1/cmdline -exec grep -l '${canary}' {} + 2>/dev/null || true`,
      { keep: false, timeout: 200 },
    );
    expect(!seen.includes(canary), 'the password is to be seen by others');
    const journal = await box.sh(`journalctl --no-pager -o cat`, { keep: false });
    expect(!journal.includes(canary), 'the password is in the journal');
    const grep = await runCommand(
      log,
      ['sh', '-c', `grep -rlsF '${canary}' ${box.root}/var ${box.root}/etc ${box.root}/run ${box.root}/tmp || true`],
      { keep: false },
    );
    const places = grep
      .trim()
      .split('\n')
      .filter((path) => !path.endsWith(secrets));
    expectSame(places.join('\n'), '', 'files with the password');
    for (const path of [subject.state, secrets]) {
      expect((await box.try(['sh', '-c', `${nobody} cat ${path}/* ${path}`])).code !== 0, `nobody reads ${path}`);
    }
  },
  async clear(stage) {
    const { box, installer, subject } = stage;
    await (installer.purge ?? installer.remove)(box, [subject.package]);
    await box.sh(`rm -f ${installer.config(subject)}.secrets`);
  },
};

export const RIGHTS: readonly Situation[] = [wholeMachine, exposure, strangers];
