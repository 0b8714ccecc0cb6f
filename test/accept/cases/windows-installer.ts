import { deepEqual } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyPassword } from '../../../runtime/server/password-hash.ts';
import { type Case, step } from '../case.ts';
import { runCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { DIST } from '../packages.ts';
import { CACHE } from '../roots.ts';
import { expect } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** The MSI of the server and command line, through its life: silent, with settings and a first password. */
export const WINDOWS_INSTALLER_CASES: readonly Case[] = [{ name: 'wine/x64/installer', roots: ['wine'], run }];

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const LATER = join(CACHE, 'next-windows');
const PROGRAMS = 'C:\\Program Files\\Duplicati';
const KEY = 'HKLM\\SOFTWARE\\Packwright\\duplicati';
const CANARY = 'canary-51c2';
const TARGET = 'windows-x64-cli.msi';

async function run(log: Log): Promise<void> {
  const now = await findMsi(DIST);
  await step(log, 'build the next version', () => buildNext(log));
  const next = await findMsi(LATER);
  await using wine = await startWine(log, { binds: { '/packages/now': DIST, '/packages/next': LATER } });
  const data = join(wine.drive, 'ProgramData', 'Duplicati');
  const programs = join(wine.drive, 'Program Files', 'Duplicati');
  await wine.keepAlive();
  await step(log, 'install with settings and a password', async () => {
    await msiexec(wine, `/i Z:\\packages\\now\\${now} SERVICE=1 PORT=18400 PASSWORD=${CANARY}`, 0);
    await waitFor(wine, 4);
    await isHealthy(wine, 18400);
    const { hash } = JSON.parse(await readFile(join(data, 'password.json'), 'utf8')) as { hash: string }; // as the server writes it
    expect(await verifyPassword(CANARY, hash), 'the password is another one');
    expect(!existsSync(join(data, 'initial-password')), 'the initial password is still there');
  });
  await step(log, 'what the system knows of it', () => expectRegistered(wine));
  await step(log, 'the log of the installation has no secret but in the list of properties that Wine prints', () =>
    readLog(wine),
  );
  await step(log, 'upgrade: settings, password and feature stay', async () => {
    await msiexec(wine, `/i Z:\\packages\\next\\${next}`, 0);
    await waitFor(wine, 4);
    await isHealthy(wine, 18400);
    expect((await readdir(data)).includes('password.json'), 'the password is gone');
    const found = (await wine.run(`reg query ${UNINSTALL} /s`)).out;
    deepEqual(found.match(/DisplayName\s+REG_SZ\s+Duplicati server/g)?.length, 1, found);
  });
  await step(log, 'downgrade is refused and changes nothing', async () => {
    await msiexec(wine, `/i Z:\\packages\\now\\${now}`, FAILED);
    await waitFor(wine, 4);
    await isHealthy(wine, 18400);
  });
  await step(log, 'the service is killed: a failure', async () => {
    await wine.run('taskkill /f /im runtime.exe');
    const killed = await waitFor(wine, 1);
    expect(/WIN32_EXIT_CODE\s+: 1067 /.test(killed), killed);
  });
  await step(log, 'remove: nothing is left but data', async () => {
    await sleep(4_000); // Wine lets go of a stopped service's file only after a while
    await msiexec(wine, `/x Z:\\packages\\next\\${next}`, 0);
    const left = existsSync(programs) ? await readdir(programs, { recursive: true }) : [];
    deepEqual(left, []);
    expect((await wine.run('sc query duplicati')).code !== 0, 'the service is still there');
    expect((await wine.run(`reg query ${KEY}`)).code !== 0, 'the settings are still there');
    expect((await readdir(data)).includes('password.json'), 'data is gone');
  });
}

const UNINSTALL = '"HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall"';
/** ERROR_INSTALL_FAILURE, 1603, in eight bits. */
const FAILED = 67;

async function msiexec(wine: Wine, words: string, exit: number): Promise<void> {
  const { code, err } = await wine.run(`msiexec ${words} /qn /l*v C:\\installation.log`, { timeout: 180 });
  deepEqual(code, exit, `msiexec ${words}: ${code} ${err}`);
}

async function waitFor(wine: Wine, state: number): Promise<string> {
  for (let n = 0; ; n++) {
    const { out } = await wine.run('sc query duplicati');
    if (new RegExp(`STATE\\s+: ${state} `).test(out)) return out;
    if (n === 80) throw new Error(`the service is not in state ${state}: ${out}`);
    await sleep(250);
  }
}

async function isHealthy(wine: Wine, port: number): Promise<void> {
  for (let n = 0; ; n++) {
    const words = `health --hosturl=http://127.0.0.1:${port}`;
    const { code, out } = await wine.run(`"${PROGRAMS}\\bin\\duplicati-server-util.exe" ${words}`, { timeout: 90 });
    if (code === 0) return;
    if (n === 20) throw new Error(`port ${port}: ${out}`);
    await sleep(500);
  }
}

async function expectRegistered(wine: Wine): Promise<void> {
  const settings = (await wine.run(`reg query ${KEY} /s`)).out;
  for (const text of ['InstallFolder', 'DUPLICATI__WEBSERVICE_PORT    REG_SZ    18400', 'DUPLICATI_HOME'])
    expect(settings.includes(text), `${text}: ${settings}`);
  expect(!settings.includes(CANARY), 'the password is in the registry');
  const service = (await wine.run('reg query HKLM\\System\\CurrentControlSet\\Services\\duplicati /s')).out;
  expect(/ImagePath.*runtime\.exe"? duplicati-server --service/.test(service), service);
  expect(/Start\s+REG_DWORD\s+0x2/.test(service), service);
  const environment = 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\Environment';
  const path = (await wine.run(`reg query "${environment}" /v PATH`)).out;
  expect(path.includes(`${PROGRAMS}\\bin`), path);
}

/** Wine prints properties that MsiHiddenProperties names; the tables' flags are held by a unit test. */
async function readLog(wine: Wine): Promise<void> {
  const text = await readFile(join(wine.drive, 'installation.log'), 'utf8');
  const lines = text.split('\n').filter((line) => line.includes(CANARY) && !/^Property\(/.test(line));
  deepEqual(lines, []);
}

async function buildNext(log: Log): Promise<void> {
  await mkdir(LATER, { recursive: true });
  const argv = ['build/cli.ts', '--manifest', 'test/accept/next.ts', 'build', TARGET, '--out', LATER];
  await runCommand(log, [process.execPath, ...argv], { cwd: REPOSITORY, timeout: 300 });
}

/** The newest of the CLI edition, for x64. */
async function findMsi(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^duplicati-cli-.*-x64\.msi$/.test(name)).sort();
  const name = names.at(-1);
  if (name === undefined) throw new Error(`${folder} has no MSI: run "npm run package -- '${TARGET}'"`);
  return name;
}
