import { ask, waitUntil } from '../ask.ts';
import { auditPermissions } from '../audit.ts';
import { type Box, startBox } from '../box.ts';
import { type Case, step } from '../case.ts';
import { INSTALLERS, type Installer } from '../installer.ts';
import type { Log } from '../log.ts';
import { findPackage, type PackageFile, showPackages } from '../packages.ts';
import type { RootName } from '../roots.ts';
import { expectServing, expectStopped, isActive, killService, readEnabled, readUnit } from '../service.ts';
import { claimByLink, expectPassword, type ServerUnderTest } from '../sign-in.ts';
import { findRemains, takeSnapshot } from '../snapshot.ts';
import { EDITIONS, expect, expectSame, PORT, SUBJECTS, type Subject } from '../subject.ts';
import { isPurgeLeftover, MARK } from './states.ts';

/** The whole life of each edition on each booted root, one stage after another in one box. */
export const LIFE_CASES: readonly Case[] = (['bookworm', 'trixie', 'bullseye', 'rpm'] as const).flatMap((root) =>
  EDITIONS.map((edition) => ({
    name: `${root === 'rpm' ? 'rpm' : 'deb'}/${root}/${edition}/life`,
    roots: [root],
    run: (log: Log) => runLife(root, SUBJECTS[edition], log),
  })),
);

async function runLife(root: RootName, subject: Subject, log: Log): Promise<string> {
  const installer = INSTALLERS[root === 'rpm' ? 'rpm' : 'deb'];
  const now = await findPackage(installer.format, subject.edition, 'now');
  const next = await findPackage(installer.format, subject.edition, 'next');
  await using box = await startBox(root, log, { binds: showPackages });
  const before = await takeSnapshot(box);

  const start = performance.now();
  await step(log, 'fresh installation', () => install(box, installer, now));
  const seconds = (performance.now() - start) / 1000;
  await step(log, 'service as promised', () => checkFresh(box, subject, log));
  await step(log, 'programs', () => checkPrograms(box, subject));
  await step(log, 'SQLite driver', () => checkDrivers(box, subject, root));
  await step(log, 'permissions', () => audit(box, installer, subject, log));
  await step(log, 'unit', () => checkUnit(box, subject));
  if (subject.edition === 'gui')
    await step(log, 'asked to start', () => box.run(['systemctl', 'enable', '--now', subject.unit]));
  await step(log, 'serving', () => expectServing(box, subject, log));
  await step(log, 'kill -9', async () => {
    await killService(box, subject);
    await expectServing(box, subject, log);
  });
  if (subject.edition !== 'agent')
    await step(log, 'claimed by the link of the journal', () => claim(box, subject, log));
  if (subject.edition !== 'agent')
    await step(log, 'root needs no password, others do', () => checkServerUtil(box, subject));
  if (subject.edition !== 'agent') await step(log, 'a backup runs and is restored', () => backUp(box));
  await step(log, 'permissions after first run', () => audit(box, installer, subject, log));
  await step(log, 'stop within its time', () => checkStop(box, subject));
  const version = await installer.installedVersion(box, subject.package);

  await step(log, 'same version again', async () => {
    await install(box, installer, now);
    await expectServing(box, subject, log);
  });
  await step(log, 'upgrade with a changed setting', async () => {
    await box.sh(`echo '${MARK}' >>${installer.config(subject)}; umask 077; echo data >${subject.state}/kept`);
    const old = await readUnit(box, subject.unit, 'MainPID');
    await install(box, installer, next);
    expect((await installer.installedVersion(box, subject.package)) !== version, 'the version did not change');
    expect((await readUnit(box, subject.unit, 'MainPID')) !== old, 'the old program still runs');
    await expectServing(box, subject, log);
    await box.run(['grep', '-qxF', MARK, installer.config(subject)]);
    if (subject.edition !== 'agent') await expectPassword(serverIn(box, log), PASSWORD);
    await audit(box, installer, subject, log);
  });
  await step(log, 'downgrade', async () => {
    await install(box, installer, now);
    expectSame(await installer.installedVersion(box, subject.package), version, 'version');
    await expectServing(box, subject, log);
    await box.run(['grep', '-qxF', MARK, installer.config(subject)]);
  });
  await step(log, 'remove', async () => {
    const result = await installer.remove(box, [subject.package]);
    expect(result.code === 0, result.text.slice(-800));
    await expectStopped(box, subject);
    await box.run(['test', '-f', `${subject.state}/kept`]);
    const config = installer.config(subject);
    await box.run(['grep', '-qxF', MARK, installer.format === 'rpm' ? `${config}.rpmsave` : config]);
    expect((await box.try(['test', '-e', subject.home])).code !== 0, `${subject.home} is still there`);
    expectSame(await box.sh('systemctl --failed --no-legend'), '', 'failed units');
  });
  await step(log, 'install again finds the data', async () => {
    await install(box, installer, now);
    if (subject.edition === 'gui') await box.run(['systemctl', 'enable', '--now', subject.unit]);
    await expectServing(box, subject, log);
    await box.run(['test', '-f', `${subject.state}/kept`]);
  });
  await step(log, 'purge leaves the machine as it was', async () => {
    const result = await (installer.purge ?? installer.remove)(box, [subject.package]);
    expect(result.code === 0, result.text.slice(-800));
    await expectStopped(box, subject);
    const remains = findRemains(before, await takeSnapshot(box), isPurgeLeftover(installer, subject));
    expect(remains.length === 0, `left behind:\n${remains.slice(0, 20).join('\n')}`);
  });
  return `installed in ${seconds.toFixed(1)} s`;
}

async function install(box: Box, installer: Installer, file: PackageFile): Promise<void> {
  const result = await installer.install(box, [file.inside]);
  expect(result.code === 0, `exit ${result.code}: ${result.text.slice(-1200)}`);
}

const PASSWORD = 'seven green bottles';

function serverIn({ leader }: Box, log: Log): ServerUnderTest {
  return { log, pid: leader, port: PORT };
}

async function claim(box: Box, subject: Subject, log: Log): Promise<void> {
  const journal = await box.run(['journalctl', '--unit', subject.unit, '--output=cat', '--no-pager']);
  await claimByLink(serverIn(box, log), journal, PASSWORD);
  const readers = await box.try(['setpriv', '--reuid=nobody', '--clear-groups', 'journalctl', '--unit', subject.unit]);
  expect(!readers.text.includes('token='), 'every user can read the link in the journal');
}

/** ServerUtil as root, who comes in by the socket, and as another account, which cannot open it. */
async function checkServerUtil(box: Box, { state }: Subject): Promise<void> {
  const status = await box.run(['duplicati-server-util', 'status']);
  expect(status.includes(`${state}/server.sock`) && status.includes('Server state: Running'), `status: ${status}`);
  const list = await box.run(['duplicati-server-util', 'list-backups', '--json']);
  expectSame(String(JSON.parse(list).Messages.at(-1)), 'No backups found', 'list-backups');
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  for (const where of [[], [`--server-datafolder=${state}`], [`--hosturl=http://127.0.0.1:${PORT}`]]) {
    const refused = await box.try([...nobody, 'duplicati-server-util', 'list-backups', ...where]);
    expect(refused.code === 2 && refused.text.includes('Not logged in'), `without a password: ${refused.text}`);
  }
  for (const file of ['server.sock', 'endpoint.json', 'server-settings.sqlite', 'settings.key']) {
    await box.run(['test', '-e', `${state}/${file}`]);
    expect((await box.try([...nobody, 'test', '-e', `${state}/${file}`])).code !== 0, `others see ${file}`);
  }
  // The service is root's, so others tell it their password; one that is wrong is refused.
  const login = (password: string) =>
    box.try([...nobody, 'duplicati-server-util', 'status'], { env: { DUPLICATI__PASSWORD: password } });
  expectSame(String((await login(PASSWORD)).code), '0', 'exit code with the password');
  expectSame(String((await login('wrong')).code), '2', 'exit code with a wrong password');
}

/** The service makes a backup; what it made is restored by the service's API and by duplicati-cli. */
async function backUp(box: Box): Promise<void> {
  const place = '/srv/accept';
  const configuration = {
    Backup: {
      Name: 'Letters',
      TargetURL: `file://${place}/destination`,
      Sources: [`${place}/source/`],
      Settings: [{ Name: 'passphrase', Value: 'for the letters' }],
      Filters: [],
    },
    Schedule: null,
  };
  await box.sh(`umask 077; mkdir -p ${place}/source/folder; echo one >${place}/source/folder/one.txt`);
  await box.sh(`head -c 3000000 /dev/urandom >${place}/source/two.bin; chmod 751 ${place}/source/folder`);
  await box.sh(`cat >${place}/letters.json <<'END'\n${JSON.stringify(configuration)}\nEND`);
  await box.run(['duplicati-server-util', 'import', `${place}/letters.json`]);
  const ran = await box.run(['duplicati-server-util', 'run', 'Letters', '--wait', '--poll-interval=1']);
  expect(ran.includes('Success'), `run: ${ran}`);
  const env = { PASSPHRASE: 'for the letters' };
  const restore = ['duplicati-cli', 'restore', `file://${place}/destination`, `--restore-path=${place}/restored`];
  const restored = await box.try([...restore, '--restore-permissions'], { env });
  expect(restored.code === 0, `restore: ${restored.text}`);
  await box.run(['diff', '-r', `${place}/source`, `${place}/restored`]);
  expectSame((await box.run(['stat', '-c', '%a', `${place}/restored/folder`])).trim(), '751', 'mode of a folder');
  await box.run(['duplicati-server-util', 'delete', 'Letters', '--delete-remote-files']);
  await waitUntil('the destination is empty', async () => (await box.sh(`ls ${place}/destination`)) === '');
  await box.run(['rm', '-r', place, '/root/.config/Duplicati']).catch(() => box.run(['rm', '-rf', place]));
}

async function audit(box: Box, installer: Installer, subject: Subject, log: Log): Promise<void> {
  const wrong = await auditPermissions(box, installer, subject, log);
  expect(wrong.length === 0, wrong.join('\n'));
}

async function checkFresh(box: Box, subject: Subject, log: Log): Promise<void> {
  const boot = subject.starts === 'boot';
  expectSame(await readEnabled(box, subject), boot ? 'enabled' : 'disabled', 'is-enabled');
  if (boot) {
    await expectServing(box, subject, log);
    return;
  }
  expectSame(String(await isActive(box, subject)), 'false', 'active without having been asked');
  const { status } = await ask(log, box.leader, { port: PORT, path: '/health' });
  expectSame(String(status), '0', '/health without having been asked');
}

async function checkPrograms(box: Box, subject: Subject): Promise<void> {
  for (const program of subject.programs) {
    const version = await box.run([program, '--version']);
    expect(/\d+\.\d+/.test(version), `${program} --version says: ${version}`);
    expect(/usage|options/i.test(await box.run([program, '--help'])), `${program} --help says nothing of use`);
    const poisoned = {
      NODE_OPTIONS: '--inspect=127.0.0.1:9229 --require=/nowhere',
      OPENSSL_CONF: '/nowhere',
      NODE_PATH: '/tmp',
    };
    expectSame(
      await box.run([program, '--version'], { env: poisoned }),
      version.trim(),
      `${program} under hostile variables`,
    );
  }
}

/** better-sqlite3 as shipped; node:sqlite, the one that is always there, once the native file is gone or where it does not load. */
async function checkDrivers(box: Box, subject: Subject, root: RootName): Promise<void> {
  const shipped = await box.run(['duplicati-cli', 'system-info']);
  // The prebuilt file of better-sqlite3 needs glibc 2.34; Debian 11 has 2.31.
  const driver = root === 'bullseye' ? 'node:sqlite' : 'better-sqlite3';
  expect(shipped.includes(driver), `system-info does not name ${driver}: ${shipped}`);
  const native = (await box.sh(`find ${subject.home} -name 'better_sqlite3*.node'`)).trim();
  expect(native !== '', `no better_sqlite3.node below ${subject.home}`);
  await box.sh(`mv ${native} /root/native`);
  const without = await box.run(['duplicati-cli', 'system-info']);
  await box.sh(`mv /root/native ${native}`);
  expect(/node:sqlite/.test(without), `system-info does not name node:sqlite: ${without}`);
}

async function checkUnit(box: Box, subject: Subject): Promise<void> {
  const { text } = await box.try(['systemd-analyze', 'verify', '--man=no', subject.unit]);
  // A directive that an older systemd does not know is ignored by it, with these words.
  const ours = text.split('\n').filter((line) => line.includes(subject.unit) && !/Unknown key name/.test(line));
  expectSame(ours.join('\n'), '', 'systemd-analyze verify');
}

async function checkStop(box: Box, subject: Subject): Promise<void> {
  const start = performance.now();
  await box.run(['systemctl', 'stop', subject.unit]);
  const seconds = (performance.now() - start) / 1000;
  expect(seconds < 5, `stopping took ${seconds.toFixed(1)} s`);
  expectSame(await readUnit(box, subject.unit, 'Result'), 'success', 'result of the stop');
  await expectStopped(box, subject);
  await box.run(['systemctl', 'start', subject.unit]);
  await waitUntil('it runs again', () => isActive(box, subject));
}
