import { deepEqual } from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import {
  compareSnapshots,
  FAILED,
  huntText,
  type Machine,
  openMachine,
  SERVER_KEY,
  takeSnapshot,
  UNDONE,
} from '../wine-installer.ts';

/** Where the first password goes, and where it does not; installations that fail. */
export const WINDOWS_SECRET_CASES: readonly Case[] = [
  { name: 'wine/x64/secrets', roots: ['wine'], run },
  { name: 'wine/x64/failures', roots: ['wine'], run: fail },
];

const SECRET = 'Canary-ü8f03';
/** The file of a person; as it stands in the command line. */
const OWN = ['secrets', 'first password.txt'] as const;
const FILE = `PASSWORDFILE="C:\\${OWN.join('\\')}"`;
const DATA = ['ProgramData', 'Duplicati'] as const;
const WAITING = [...DATA, 'initial-password'].join('/');
const OWN_FILE = OWN.join('/');

async function run(log: Log): Promise<void> {
  await using machine = await openMachine(log);
  const { msiexec, now, waitFor, wine } = machine;
  await mkdir(machine.path(OWN[0]));
  await writeFile(machine.path(...OWN), `\ufeff${SECRET}\r\n`);
  await step(log, 'by a file: no command line ever holds it', async () => {
    const pattern = [...Buffer.from('8f03')].map((byte) => `\\x${byte.toString(16)}`).join('');
    const watch = `while [ ! -e /tmp/enough ]; do LC_ALL=C grep -laP '${pattern}' /proc/[0-9]*/cmdline; sleep 0.05; done`;
    await wine.box.sh(`(${watch}) >/tmp/seen 2>/dev/null &`);
    await msiexec(`/i ${now.cli} SERVICE=0 ${FILE}`);
    await wine.box.sh('touch /tmp/enough');
    deepEqual(await wine.box.sh('cat /tmp/seen'), '');
  });
  await step(log, 'until the service starts it is in one file, for administrators', async () => {
    await forgetProperties(machine, 1);
    deepEqual(await huntText(machine, SECRET), [WAITING, OWN_FILE]);
    const modes = await Promise.all([stat(machine.path(WAITING)), stat(machine.path(...DATA))]);
    deepEqual(
      modes.map(({ mode }) => mode & 0o007),
      [0, 0],
      'everybody may read it',
    );
  });
  await step(log, 'the service takes it in; only the file of the person is left, as it was', async () => {
    await wine.run('sc start duplicati');
    await waitFor('duplicati', 4);
    await isPassword(machine, SECRET);
    deepEqual(await huntText(machine, SECRET), [OWN_FILE]);
    deepEqual(await readFile(machine.path(...OWN), 'utf8'), `\ufeff${SECRET}\r\n`);
  });
  await step(log, 'a repair, which every user may begin, takes no password', async () => {
    await msiexec(`/i ${now.cli} REINSTALL=ALL PASSWORD=%OTHER%`, { env: { OTHER: 'Other-8f04' } });
    await wine.run('sc start duplicati'); // it was started by hand before, and does not come back by itself
    await waitFor('duplicati', 4);
    await isPassword(machine, SECRET);
    await forgetProperties(machine, 2);
    deepEqual(await huntText(machine, 'Other-8f04'), []);
  });
  await step(log, 'by a property, with everything that command lines and formatted texts twist', async () => {
    const twisted = 'a [b] {c} $d &e|f;g=h';
    await machine.stop('duplicati');
    await msiexec(`/x ${now.cli}`);
    await wine.box.sh(`rm -r ${'/root/prefix/drive_c/ProgramData/Duplicati'}`);
    await msiexec(`/i ${now.cli} PASSWORD="%SECRET%"`, { env: { SECRET: twisted } });
    await waitFor('duplicati', 4);
    await isPassword(machine, twisted);
    await forgetProperties(machine, 4);
    deepEqual(await huntText(machine, twisted), []);
  });
  await step(log, 'removed before its first start: nothing of it is left', async () => {
    await machine.stop('duplicati');
    await msiexec(`/x ${now.cli}`);
    await wine.box.sh(`rm -r ${'/root/prefix/drive_c/ProgramData/Duplicati'}`);
    await msiexec(`/i ${now.cli} SERVICE=0 ${FILE}`);
    expect(machine.has(WAITING), 'no password waits');
    await msiexec(`/x ${now.cli}`);
    await forgetProperties(machine, 6);
    await forgetProperties(machine, 7);
    deepEqual(await huntText(machine, SECRET), [OWN_FILE]);
    expect(!machine.has(...DATA), 'an empty folder is left');
  });
}

/** Wine prints properties that MsiHiddenProperties names into the log; nothing else of the log may hold the secret. */
async function forgetProperties(machine: Machine, log: number): Promise<void> {
  const file = machine.path(`install-${log}.log`);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^Property\(.\): (PASSWORD|PASSWORD_REPEAT|\w*WriteSecret_PASSWORD) = .*$/gm, ''));
}

async function isPassword(machine: Machine, secret: string, port = 8200): Promise<void> {
  await machine.isServing(port);
  await machine.takesPassword(port, secret);
  expect(!machine.has(WAITING), 'the initial password is still there');
}

async function fail(log: Log): Promise<void> {
  await using machine = await openMachine(log);
  const { msiexec, now, next, waitFor, wine } = machine;
  const before = await takeSnapshot(machine);
  const isUntouched = async (since: typeof before, allowed: readonly RegExp[] = []) => {
    const changes = compareSnapshots(since, await takeSnapshot(machine));
    deepEqual(
      changes.filter((one) => ![...WINE, ...allowed].some((rule) => rule.test(one))),
      [],
    );
  };
  await step(log, 'a service that cannot start: everything is undone, the password too', async () => {
    await msiexec(`/i ${now.cli} PORT=none PASSWORD=%SECRET%`, { exit: UNDONE, env: { SECRET } });
    await isUntouched(before, LOG_OF_SERVICE);
    await forgetProperties(machine, 1);
    deepEqual(await huntText(machine, SECRET), []);
  });
  await step(log, 'a password file that is not there: nothing is begun', async () => {
    const text = await msiexec(`/i ${now.cli} PASSWORDFILE=C:\\no\\such.txt`, { exit: FAILED });
    expect(/PASSWORDFILE names "C:\\no\\such\.txt", which cannot be read/.test(text), text);
    await isUntouched(before, LOG_OF_SERVICE);
  });
  await step(log, 'a data folder that is a file', async () => {
    await wine.box.sh("rm -rf '/root/prefix/drive_c/ProgramData/Duplicati'");
    await writeFile(machine.path(...DATA), '');
    const text = await msiexec(`/i ${now.cli}`, { exit: FAILED });
    expect(/The folder "C:\\ProgramData\\Duplicati\\" cannot be made or written to/.test(text), text);
    await isUntouched(before, [/^\+ ProgramData\/Duplicati$/]);
    await wine.box.sh("rm '/root/prefix/drive_c/ProgramData/Duplicati'");
  });
  await step(log, 'an update that fails leaves data and password; the next one goes on with them', async () => {
    await msiexec(`/i ${now.cli} PORT=18400 PASSWORD=%SECRET%`, { env: { SECRET } });
    await waitFor('duplicati', 4);
    await writeFile(machine.path(...DATA, 'kept.txt'), 'kept');
    // Windows Installer brings the version before back; Wine does not undo a removal inside of an update.
    await msiexec(`/i ${next.cli} PORT=none`, { exit: UNDONE });
    expect(machine.has(...DATA, 'kept.txt'), 'data is gone');
    await msiexec(`/i ${next.cli} PORT=18400`);
    await waitFor('duplicati', 4);
    await isPassword(machine, SECRET, 18400);
  });
  await step(log, 'a disk that is full: everything is undone', () => fillDisk(log));
}

/** Room for the package, and not for what is in it. */
async function fillDisk(log: Log): Promise<void> {
  await using machine = await openMachine(log, { disk: '110m' });
  await machine.msiexec(`/i ${machine.now.cli} PASSWORD=%SECRET%`, { exit: UNDONE, env: { SECRET } });
  expect(!machine.has('Program Files', 'Duplicati') && !machine.has(...DATA), 'files are left');
  expect(!(await machine.isThere('duplicati')), 'the service is left');
  deepEqual(await machine.query(SERVER_KEY), '');
}

/** What Wine does by itself, and does not take back: its list of components, a number of its own, a `;` in PATH. */
const WINE = [
  /^\+ windows\/Installer$/,
  /^\+ HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\b/i,
  /^[+~] HKEY_\w+\\Software\\(Wow6432Node\\)?Microsoft\\SystemCertificates\b/i,
  // A key of Windows that in Wine holds nothing but ours.
  /^- HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Services\\Eventlog\\Application$/i,
  /^~ HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Control\\ServiceCurrent @$/i,
  /^~ HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Control\\Session Manager\\Environment "PATH"$/i,
];
/** A service that started, if only to fail, has written why. */
const LOG_OF_SERVICE = [/^\+ ProgramData\/Duplicati(\/(log(\/duplicati\.log)?|lock))?$/];
