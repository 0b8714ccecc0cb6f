import { deepEqual } from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { SETTINGS_FILE } from '../../../runtime/settings/settings.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import {
  compareSnapshots,
  FAILED,
  type Machine,
  openMachine,
  SERVER_KEY,
  SERVICES,
  takeSnapshot,
  UNINSTALL,
} from '../wine-installer.ts';

/** The MSI of the server and command line through its life: silent, into a folder of its own, with settings and a first password. */
export const WINDOWS_INSTALLER_CASES: readonly Case[] = [{ name: 'wine/x64/installer', roots: ['wine'], run }];

const FOLDER = ['Program Files', 'Sicherung für alle'] as const;
const DATA = ['ProgramData', 'Duplicati'] as const;
const SECRET = 'Canary-ü51c2';
const PORT = 18400;
const env = { FOLDER: `C:\\${FOLDER.join('\\')}`, SECRET };
/** What stays after the removal of everything: data of the service, its icon, and what Wine does not take back. */
const STAYS = [
  /^\+ ProgramData\/Duplicati(\/|$)/,
  // Wine: its folder of installed packages and icons, the folders of Windows Installer's bookkeeping, a `;` in PATH.
  /^\+ windows\/Installer(\/\{[0-9A-F-]+\})?$/,
  /^[+~] HKEY_LOCAL_MACHINE\\Software\\(Microsoft\\Windows\\CurrentVersion\\Installer|Classes\\Installer)\b/i,
  /^~ HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Control\\Session Manager\\Environment "PATH"$/,
  /^~ HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Control\\ServiceCurrent @$/,
  // Nothing is in this key of Wine's, so it goes with our source of events; on Windows it has values, and the sources of others.
  /^- HKEY_LOCAL_MACHINE\\System\\(CurrentControlSet|ControlSet001)\\Services\\Eventlog\\Application$/i,
  // Wine: the host's certificates, when a program asks for the first time.
  /^[+~] HKEY_\w+\\Software\\(Wow6432Node\\)?Microsoft\\SystemCertificates\b/,
];

async function run(log: Log): Promise<void> {
  await using machine = await openMachine(log);
  const { msiexec, now, next, waitFor, isServing } = machine;
  const before = await takeSnapshot(machine);
  await step(log, 'install with settings, a folder, a password and without PATH', async () => {
    const words = `SERVICE=1 ADDTOPATH=0 PORT=${PORT} LOGLEVEL=Verbose INSTALLFOLDER="%FOLDER%" PASSWORD=%SECRET%`;
    const text = await msiexec(`/i ${now.cli} ${words}`, { env });
    await waitFor('duplicati', 4);
    await isServing(PORT);
    await isSignedInWith(machine, SECRET);
    // Wine prints properties that MsiHiddenProperties names; the tables' flags are held by a unit test.
    deepEqual(
      text.split('\n').filter((line) => line.includes('51c2') && !/^Property\(/.test(line)),
      [],
    );
  });
  await step(log, 'what the system knows of it', () => expectRegistered(machine));
  await step(log, 'a feature is added and left out again', async () => {
    await msiexec(`/i ${now.cli} ADDLOCAL=Path`);
    // Its own letters come in another code page than ours.
    expect(/Sicherung f.r alle\\bin/.test(await machine.readPath()), await machine.readPath());
    await msiexec(`/i ${now.cli} REMOVE=Path`);
    expect(!(await machine.readPath()).includes('Sicherung'), await machine.readPath());
    const service = await machine.query(`${SERVICES}\\duplicati`);
    expect(/Start\s+REG_DWORD\s+0x2/.test(service), `it starts by itself no longer: ${service}`);
    await isServing(PORT);
  });
  await step(log, 'a repair brings back what is gone or damaged', () => repair(machine));
  await step(log, 'update: folder, settings, features, password and data stay', async () => {
    await writeFile(machine.path(...DATA, 'kept.txt'), 'kept');
    await msiexec(`/i ${next.cli}`);
    await waitFor('duplicati', 4);
    await isServing(PORT);
    await isSignedInWith(machine, SECRET);
    expect(machine.has(...DATA, 'kept.txt'), 'data is gone');
    const settings = await machine.query(SERVER_KEY);
    for (const text of [/LOG_LEVEL\s+REG_SZ\s+Verbose/, /Service\s+REG_DWORD/]) expect(text.test(settings), settings);
    expect(!/\bPath\s+REG_DWORD/.test(settings), `the feature that was left out is there: ${settings}`);
    expect(!(await machine.readPath()).includes('Sicherung'), await machine.readPath());
    await isListedOnce(machine);
    const listed = await machine.query(UNINSTALL);
    expect(/DisplayVersion\s+REG_SZ\s+0\.1\.1/.test(listed), listed);
  });
  await step(log, 'the same version again changes nothing', async () => {
    const settings = await machine.query(SERVER_KEY);
    await msiexec(`/i ${next.cli}`);
    await waitFor('duplicati', 4);
    await isServing(PORT);
    deepEqual(await machine.query(SERVER_KEY), settings);
    await isListedOnce(machine);
  });
  await step(log, 'downgrade is refused and changes nothing', async () => {
    const text = await msiexec(`/i ${now.cli}`, { exit: FAILED });
    // Wine says the reason to a person alone: the case of the dialogs looks at it.
    expect(/LaunchConditions\. Return value 0/.test(text) && /NEWERFOUND = \{/.test(text), text);
    await waitFor('duplicati', 4);
    await isServing(PORT);
    await isListedOnce(machine);
  });
  await step(log, 'the service is killed: a failure', async () => {
    await machine.wine.run('taskkill /f /im runtime.exe');
    const killed = await waitFor('duplicati', 1);
    expect(/WIN32_EXIT_CODE\s+: 1067 /.test(killed), killed);
  });
  await step(log, 'remove a running service: nothing is left but data', async () => {
    await machine.wine.run('sc start duplicati');
    await waitFor('duplicati', 4);
    // Windows Installer waits for the service to end; Wine does not.
    await machine.stop('duplicati');
    await msiexec(`/x ${next.cli}`);
    const changes = compareSnapshots(before, await takeSnapshot(machine));
    deepEqual(
      changes.filter((change) => !STAYS.some((rule) => rule.test(change))),
      [],
    );
    expect(machine.has(...DATA, SETTINGS_FILE) && machine.has(...DATA, 'kept.txt'), 'data is gone');
  });
}

async function isSignedInWith(machine: Machine, secret: string): Promise<void> {
  await machine.takesPassword(PORT, secret);
  expect(!machine.has(...DATA, 'initial-password'), 'the initial password is still there');
}

async function isListedOnce(machine: Machine): Promise<void> {
  const found = await machine.query(UNINSTALL);
  deepEqual(found.match(/DisplayName\s+REG_SZ\s+Duplicati server/g)?.length, 1, found);
}

async function expectRegistered(machine: Machine): Promise<void> {
  const settings = await machine.query(SERVER_KEY);
  for (const text of [`PORT    REG_SZ    ${PORT}`, 'LOG_LEVEL    REG_SZ    Verbose', 'DUPLICATI_HOME']) {
    expect(settings.includes(text), `${text}: ${settings}`);
  }
  const service = await machine.query(`${SERVICES}\\duplicati`);
  // Wine has no place for recovery actions; the action that sets them is seen in its package of its own.
  const facts = [/Start\s+REG_DWORD\s+0x2/, /DelayedAutoStart\s+REG_DWORD\s+0x1/, /ObjectName\s+REG_SZ\s+LocalSystem/];
  for (const fact of facts) expect(fact.test(service), `${fact}: ${service}`);
  const events = await machine.query(`${SERVICES}\\EventLog\\Application\\duplicati`);
  expect(/EventMessageFile\s+REG_EXPAND_SZ\s+%SystemRoot%\\System32\\EventCreate\.exe/.test(events), events);
  expect(/ImagePath\s+REG_SZ\s+"C:\\[^"]*\\bin\\runtime\.exe" duplicati-server --service/.test(service), service);
  const listed = await machine.query(UNINSTALL);
  const words = ['DisplayVersion    REG_SZ    0.1.0', 'Publisher    REG_SZ    Packwright', 'URLInfoAbout', 'Comments'];
  for (const word of words) expect(listed.includes(word), `${word}: ${listed}`);
  expect(/InstallLocation\s+REG_SZ\s+C:\\[^\r\n]*Sicherung/.test(listed), listed);
  expect(!(await machine.readPath()).includes('Sicherung'), await machine.readPath());
}

async function repair(machine: Machine): Promise<void> {
  const app = await readdir(machine.path(...FOLDER, 'app'));
  await rm(machine.path(...FOLDER, 'bin', 'duplicati-cli.exe'));
  await writeFile(machine.path(...FOLDER, 'app', 'duplicati-cli.mjs'), 'damaged');
  await machine.wine.run(
    [`reg delete "${SERVER_KEY}\\Settings" /v DUPLICATI_HOME /f`, `reg delete "${SERVER_KEY}" /v Service /f`].join(
      '\n',
    ),
  );
  const code = /\{[0-9A-F-]{36}\}/.exec(await machine.query(UNINSTALL))?.[0];
  // What `msiexec /f` stands for, which Wine does not take with /qn. Every user may do it: the settings given are not taken.
  await machine.msiexec(
    `/i ${code} REINSTALL=ALL REINSTALLMODE=omus PORT=19999 DAEMON_OPTS=--webservice-interface=any`,
  );
  const { code: exit, out } = await machine.wine.run('"%FOLDER%\\bin\\duplicati-cli.exe" --version', { env });
  deepEqual([exit, /0\.1\.0/.test(out)], [0, true], out);
  deepEqual(await readdir(machine.path(...FOLDER, 'app')), app);
  const settings = await machine.query(SERVER_KEY);
  for (const text of ['DUPLICATI_HOME', 'InstallFolder', 'Service    REG_DWORD    0x1', `REG_SZ    ${PORT}`]) {
    expect(settings.includes(text), `${text}: ${settings}`);
  }
  expect(!/19999|interface=any/.test(settings), `a repair took a setting: ${settings}`);
  await machine.waitFor('duplicati', 4);
  await machine.isServing(PORT);
  await machine.msiexec(`/i ${code} REMOVE=Service`);
  await machine.waitFor('duplicati', 1);
  await machine.msiexec(`/i ${code} ADDLOCAL=Service`);
  await machine.waitFor('duplicati', 4);
}
