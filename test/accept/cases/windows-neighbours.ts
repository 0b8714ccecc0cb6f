import { deepEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import { AGENT_KEY, type Machine, openMachine, SERVER_KEY, SERVICES, UNINSTALL } from '../wine-installer.ts';

/** Editions on one Windows: the agent lives beside the others; desktop and server take each other's place. */
export const WINDOWS_NEIGHBOUR_CASES: readonly Case[] = [{ name: 'wine/x64/neighbours', roots: ['wine'], run }];

const SERVER = ['Program Files', 'Duplicati'] as const;
const AGENT = ['Program Files', 'Duplicati agent'] as const;
const PORT = 8200;
/** Where Wine puts shortcuts of all users. */
const MENU = ['users', 'root', 'AppData', 'Roaming', 'Microsoft', 'Windows', 'Start Menu', 'Programs'] as const;

async function run(log: Log): Promise<void> {
  await using machine = await openMachine(log);
  const { msiexec, now, next, waitFor, isServing, has } = machine;
  await step(log, 'the desktop by itself: shortcuts and PATH, a service that waits', async () => {
    await msiexec(`/i ${now.gui}`);
    await waitFor('duplicati', 1);
    expect(/Start\s+REG_DWORD\s+0x3/.test(await machine.query(`${SERVICES}\\duplicati`)), 'it starts by itself');
    expect(has(...MENU, 'Duplicati.lnk') && has(...MENU, 'StartUp', 'Duplicati.lnk'), 'shortcuts');
    expect(!has('users', 'root', 'Desktop', 'Duplicati.lnk'), 'a shortcut nobody asked for');
    await hasPaths(machine, ['Duplicati']);
    await writeFile(machine.path('ProgramData', 'Duplicati', 'kept.txt'), 'kept');
  });
  await step(log, 'the agent beside it', async () => {
    await msiexec(`/i ${now.agent}`);
    await waitFor('duplicati-agent', 4);
    await hasPaths(machine, ['Duplicati', 'Duplicati agent']);
    expect((await machine.query(AGENT_KEY)).includes('C:\\ProgramData\\Duplicati agent\\'), 'its data folder');
  });
  await step(log, 'the server takes the place of the desktop; the agent does not notice', async () => {
    await msiexec(`/i ${now.cli} LOGLEVEL=Verbose`);
    await waitFor('duplicati', 4);
    await isServing(PORT);
    expect(!has(...SERVER, 'bin', 'duplicati.exe') && !has(...MENU, 'Duplicati.lnk'), 'the desktop is still there');
    expect(has('ProgramData', 'Duplicati', 'kept.txt'), 'data is gone');
    await lists(machine, ['Duplicati agent', 'Duplicati server and command line']);
    await waitFor('duplicati-agent', 4);
  });
  await step(log, 'the next desktop takes its place, with its settings and its service', async () => {
    await msiexec(`/i ${next.gui}`);
    await waitFor('duplicati', 4);
    await isServing(PORT);
    expect(has(...SERVER, 'bin', 'duplicati.exe') && has(...MENU, 'Duplicati.lnk'), 'the desktop is not there');
    expect(/LOG_LEVEL\s+REG_SZ\s+Verbose/.test(await machine.query(SERVER_KEY)), 'settings');
    await lists(machine, ['Duplicati agent', 'Duplicati for the desktop']);
  });
  await step(log, 'an update that leaves a feature out that was there, and adds one', async () => {
    await msiexec(`/i ${next.gui} REMOVE=LoginShortcut`);
    await msiexec(`/i ${next.agent} SERVICE=0`);
    await waitFor('duplicati-agent', 1);
    expect(!has(...MENU, 'StartUp', 'Duplicati.lnk') && has(...MENU, 'Duplicati.lnk'), 'shortcuts');
    await msiexec(`/i ${next.agent} ADDLOCAL=Service`);
    await waitFor('duplicati-agent', 4);
  });
  await step(log, 'the desktop goes; the agent is whole', async () => {
    await machine.stop('duplicati');
    await msiexec(`/x ${next.gui}`);
    expect(!has(...SERVER) && !(await machine.isThere('duplicati')), 'the desktop is still there');
    deepEqual(await machine.query(SERVER_KEY), '');
    await waitFor('duplicati-agent', 4);
    await hasPaths(machine, ['Duplicati agent']);
    const { code } = await machine.wine.run(`"C:\\${AGENT.join('\\')}\\bin\\duplicati-cli.exe" --version`);
    deepEqual(code, 0);
  });
  await step(log, 'the server comes back; the agent goes', async () => {
    await msiexec(`/i ${now.cli}`);
    await waitFor('duplicati', 4);
    await machine.stop('duplicati-agent');
    await msiexec(`/x ${next.agent}`);
    expect(!has(...AGENT) && !(await machine.isThere('duplicati-agent')), 'the agent is still there');
    deepEqual(await machine.query(AGENT_KEY), '');
    await hasPaths(machine, ['Duplicati']);
    await isServing(PORT);
    await lists(machine, ['Duplicati server and command line']);
  });
}

/** What the list of installed programs has. */
async function lists(machine: Machine, wanted: readonly string[]): Promise<void> {
  const found = (await machine.query(UNINSTALL)).matchAll(/DisplayName\s+REG_SZ\s+(.*)/g);
  deepEqual([...found].map(([, name]) => name?.trim()).sort(), wanted);
}

async function hasPaths(machine: Machine, folders: readonly string[]): Promise<void> {
  const found = (await machine.readPath()).matchAll(/C:\\Program Files\\(Duplicati[^\\;]*)\\bin/g);
  deepEqual([...found].map(([, name]) => name).sort(), folders);
}
