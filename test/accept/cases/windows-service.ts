import { deepEqual } from 'node:assert/strict';
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LINK_FILE } from '../../../runtime/server/claim-link.ts';
import { SETTINGS_FILE } from '../../../runtime/settings/settings.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { writePayload } from '../payload.ts';
import { claimByLink, expectPassword } from '../sign-in.ts';
import { expect } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** Our programs as services of Windows, put there without an installer, as from the zip. */
export const WINDOWS_SERVICE_CASES: readonly Case[] = [
  { name: 'wine/x64/server-service', roots: ['wine'], run: runServer },
  { name: 'wine/x64/agent-service', roots: ['wine'], run: runAgent },
];

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const HOME = 'C:\\Program Files\\Duplicati';
const SETTINGS = 'HKLM\\SOFTWARE\\Packwright\\duplicati\\Settings';
const CLAIMED = 'seven green bottles';
const CANARY = 'canary-7d1f';
const CYCLES = 20;

async function runServer(log: Log): Promise<void> {
  await using wine = await startWine(log);
  const data = join(wine.drive, 'ProgramData', 'Duplicati');
  await step(log, 'put the files there', () => putFiles(wine, 'cli'));
  await wine.keepAlive();
  await step(log, '--service in a console says what it is for', () => startInConsole(wine));
  await step(log, 'install-service', () => install(wine, data));
  await step(log, 'install-service once more', () => installAgain(wine));
  await step(log, 'claimed by the link in a file for administrators', () => claim(log, wine, data));
  await step(log, `${CYCLES} times started and stopped`, () => repeat(wine));
  await step(log, 'settings of the registry and the first password', () => useSettings(log, wine, data));
  await step(log, 'a process that is killed is a failure', () => killService(wine));
  await step(log, 'a wrong setting is a failure with its code', () => breakSetting(wine));
  await step(log, 'a folder that others can read is refused', () => openFolder(wine, data));
  await step(log, 'no secret is left', () => huntSecrets(wine, data));
  await step(log, 'uninstall-service', () => uninstall(wine, data));
}

async function runAgent(log: Log): Promise<void> {
  await using wine = await startWine(log);
  const data = join(wine.drive, 'ProgramData', 'Duplicati Agent');
  await step(log, 'put the files there', () => putFiles(wine, 'agent'));
  await wine.keepAlive();
  await step(log, 'install-service with an account of its own', async () => {
    await succeed(wine, 'duplicati-agent install-service --account=virtual --log-level=Verbose');
    await waitFor(wine, 'duplicati-agent', 4);
    const row = await queryKey(wine, 'HKLM\\System\\CurrentControlSet\\Services\\duplicati-agent');
    expect(/ObjectName\s+REG_SZ\s+NT SERVICE\\duplicati-agent/.test(row), row);
    expect(row.includes(`"${HOME}\\bin\\runtime.exe" duplicati-agent run --service --log-level=Verbose`), row);
    await expectPrivate(data);
    expect(
      (await readFile(join(data, 'log', 'duplicati-agent.log'), 'utf8')).includes('waiting for registration'),
      'log',
    );
  });
  await step(log, 'stop and uninstall', async () => {
    await wine.run('sc stop duplicati-agent');
    await waitFor(wine, 'duplicati-agent', 1);
    await succeed(wine, 'duplicati-agent uninstall-service');
  });
}

const putFiles = (wine: Wine, edition: string) =>
  writePayload(REPOSITORY, (name) => (name === edition ? join(wine.drive, 'Program Files', 'Duplicati') : undefined));

/** Runs a program by its launcher. */
function call(wine: Wine, words: string) {
  const [program = '', ...rest] = words.split(' ');
  return wine.run(`"${HOME}\\bin\\${program}.exe" ${rest.join(' ')}`, { timeout: 90 });
}

async function succeed(wine: Wine, words: string): Promise<string> {
  const { code, out, err } = await call(wine, words);
  deepEqual(code, 0, `${words}: ${out}${err}`);
  return out;
}

async function fail(wine: Wine, words: string, exit: number, reason: RegExp): Promise<void> {
  const { code, err } = await call(wine, words);
  deepEqual(code, exit, `${words}: ${err}`);
  expect(reason.test(err), `${words} did not say ${reason}: ${err}`);
}

const query = async (wine: Wine, name: string) => (await wine.run(`sc query ${name}`)).out;

/** Waits for a state of the service manager: 1 stopped, 4 running. Nothing in Wine waits by itself. */
async function waitFor(wine: Wine, name: string, state: number): Promise<string> {
  for (let n = 0; n < 60; n++) {
    const found = await query(wine, name);
    if (new RegExp(`STATE\\s+: ${state} `).test(found)) return found;
    await sleep(250);
  }
  throw new Error(`service ${name} is not in state ${state}: ${await query(wine, name)}`);
}

const queryKey = async (wine: Wine, key: string) => (await wine.run(`reg query "${key}" /s`)).out;

async function isHealthy(wine: Wine, port = 8200): Promise<void> {
  for (let n = 1; ; n++) {
    const { code, out } = await call(wine, `duplicati-server-util health --hosturl=http://127.0.0.1:${port}`);
    if (code === 0) return;
    if (n === 20) throw new Error(`port ${port}: ${out}`);
    await sleep(500);
  }
}

/** What Wine makes of an access control list is the mode of the folder on Linux. */
async function expectPrivate(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  expect((mode & 0o007) === 0, `others can use ${folder}: ${(mode & 0o777).toString(8)}`);
}

const startInConsole = (wine: Wine) =>
  fail(wine, 'duplicati-server --service', 100, /did not start this process.*install-service/);

async function install(wine: Wine, data: string): Promise<void> {
  const said = await succeed(wine, 'duplicati-server install-service');
  expect(said.includes('service "duplicati" is running'), said);
  await isHealthy(wine);
  const row = await queryKey(wine, 'HKLM\\System\\CurrentControlSet\\Services\\duplicati');
  expect(row.includes(`"${HOME}\\bin\\runtime.exe" duplicati-server --service`), row);
  expect(/DelayedAutoStart\s+REG_DWORD\s+0x1/.test(row) && /Start\s+REG_DWORD\s+0x2/.test(row), row);
  const source = await queryKey(wine, 'HKLM\\System\\CurrentControlSet\\Services\\EventLog\\Application\\duplicati');
  expect(/EventMessageFile\s+REG_EXPAND_SZ\s+%SystemRoot%\\System32\\EventCreate\.exe/.test(source), source);
  await expectPrivate(data);
}

const installAgain = (wine: Wine) => fail(wine, 'duplicati-server install-service', 100, /is there already/);

async function repeat(wine: Wine): Promise<void> {
  for (let n = 1; n <= CYCLES; n++) {
    await wine.run('sc stop duplicati');
    const stopped = await waitFor(wine, 'duplicati', 1);
    expect(/WIN32_EXIT_CODE\s+: 0 /.test(stopped), `stop ${n}: ${stopped}`);
    await wine.run('sc start duplicati');
    await waitFor(wine, 'duplicati', 4);
  }
  await isHealthy(wine);
}

/** Every user can read the Event Log, so that must not have the link; the file has the rights of its folder. */
async function claim(log: Log, wine: Wine, data: string): Promise<void> {
  const file = join(data, LINK_FILE);
  await claimByLink({ log, pid: wine.box.leader, port: 8200 }, await readFile(file, 'utf8'), CLAIMED);
  await expectPrivate(data); // Wine does not hand rights of folders down to files
  expect(!(await readFile(join(data, 'log', 'duplicati.log'), 'utf8')).includes('token='), 'the link is in the log');
  await restart(wine);
  await waitFor(wine, 'duplicati', 4);
  await isHealthy(wine);
  expect(!(await readdir(data)).includes(LINK_FILE), 'the link is left');
  await expectPassword({ log, pid: wine.box.leader, port: 8200 }, CLAIMED);
}

async function restart(wine: Wine): Promise<void> {
  await wine.run('sc stop duplicati');
  await waitFor(wine, 'duplicati', 1);
  await wine.run('sc start duplicati');
}

async function useSettings(log: Log, wine: Wine, data: string): Promise<void> {
  const password = join(data, 'initial-password');
  await writeFile(password, `${CANARY}\r\n`);
  await chmod(password, 0o600);
  await wine.run(
    [
      `reg add "${SETTINGS}" /v DUPLICATI__WEBSERVICE_PORT /d 8400 /f`,
      `reg add "${SETTINGS}" /v DAEMON_OPTS /d "--log-level=Verbose --webservice-allowed-hostnames=a" /f`,
    ].join('\n'),
  );
  await restart(wine);
  await waitFor(wine, 'duplicati', 4);
  await isHealthy(wine, 8400);
  expect(!(await readdir(data)).includes('initial-password'), 'the initial password is still there');
  await expectPassword({ log, pid: wine.box.leader, port: 8400 }, CANARY);
}

async function killService(wine: Wine): Promise<void> {
  await wine.run('taskkill /f /im runtime.exe');
  const killed = await waitFor(wine, 'duplicati', 1);
  expect(/WIN32_EXIT_CODE\s+: 1067 /.test(killed), killed);
}

async function breakSetting(wine: Wine): Promise<void> {
  await wine.run(`reg add "${SETTINGS}" /v DUPLICATI__WEBSERVICE_PORT /d none /f`);
  await wine.run('sc start duplicati');
  await sleep(3_000);
  const failed = await waitFor(wine, 'duplicati', 1);
  expect(/WIN32_EXIT_CODE\s+: 1066 /.test(failed) && /SERVICE_EXIT_CODE\s+: 2 /.test(failed), failed);
  await wine.run(`reg delete "${SETTINGS}" /f`);
}

async function openFolder(wine: Wine, data: string): Promise<void> {
  await chmod(data, 0o755);
  await wine.run('sc start duplicati');
  await sleep(3_000);
  const failed = await waitFor(wine, 'duplicati', 1);
  expect(/WIN32_EXIT_CODE\s+: 1066 /.test(failed) && /SERVICE_EXIT_CODE\s+: 100 /.test(failed), failed);
  const byHand = 'duplicati-server --webservice-port=8500 --server-datafolder=C:\\ProgramData\\Duplicati';
  await fail(wine, byHand, 100, /Everyone \(S-1-1-0\) can read it; .*--allow-insecure-datafolder/);
  await chmod(data, 0o700);
}

async function huntSecrets(wine: Wine, data: string): Promise<void> {
  const { text } = await wine.box.try([
    'grep',
    '-rl',
    CANARY,
    '/root/prefix/drive_c/ProgramData',
    '/root/prefix/system.reg',
  ]);
  deepEqual(text.trim(), '', 'the password is still somewhere');
  expect((await readFile(join(data, 'log', 'duplicati.log'), 'utf8')).includes('Listening on 127.0.0.1:8400'), 'log');
}

async function uninstall(wine: Wine, data: string): Promise<void> {
  await wine.run('sc start duplicati');
  await waitFor(wine, 'duplicati', 4);
  await succeed(wine, 'duplicati-server uninstall-service');
  expect((await wine.run('sc query duplicati')).code !== 0, 'it is still there');
  expect(
    (await succeed(wine, 'duplicati-server uninstall-service')).includes('there is no service'),
    'the second time',
  );
  expect((await readdir(data)).includes(SETTINGS_FILE), 'data is gone');
  await rm(data, { recursive: true });
}
