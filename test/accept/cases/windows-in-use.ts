import { deepEqual, notDeepEqual } from 'node:assert/strict';
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { ask, waitUntil } from '../ask.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { type Machine, openMachine } from '../wine-installer.ts';

/** Setup while programs are open: the one of the desktop, which no window can close, is ended, and nothing else. */
export const WINDOWS_IN_USE_CASES: readonly Case[] = [{ name: 'wine/x64/in-use', roots: ['wine'], run }];

const FOLDER = ['Program Files', 'Duplicati'] as const;
/** Ports that tell the programs apart: of the desktop's server, and of one that was started in a console. */
const [DESKTOP, CONSOLE] = ['--webservice-port=8311', '--webservice-port=8312'] as const;
/** Other programs of the same name: elsewhere, in a folder whose name begins alike, and in the very folder under a longer name. */
const OTHERS = [
  ['Elsewhere', 'bin', 'runtimew.exe'],
  ['Program Files', 'Duplicati 2', 'bin', 'runtimew.exe'],
  [...FOLDER, 'bin', 'runtimew.exe.exe'],
] as const;
/** How long they run, in seconds, which tells them in a list of processes. */
const OTHER = '36001';

async function run(log: Log): Promise<void> {
  await using machine = await openMachine(log);
  const { msiexec, now, next, path, has } = machine;
  const replacedAt = () => stat(path(...FOLDER, 'bin', 'runtimew.exe')).then(({ ctimeMs }) => ctimeMs);
  await step(log, 'the desktop program runs, and others of its name', async () => {
    await msiexec(`/i ${now.gui}`);
    await startOthers(machine);
    await startServer(machine, log, 'duplicati', DESKTOP);
  });
  await step(log, 'an upgrade ends it, replaces its files, and lets the others live', async () => {
    const before = await replacedAt();
    const text = await msiexec(`/i ${next.gui}`);
    await onlyOthersRun(machine, text);
    notDeepEqual(await replacedAt(), before);
  });
  await step(log, 'it starts again on its data; a change ends it, and no server of a console', async () => {
    await startServer(machine, log, 'duplicati', DESKTOP);
    await startServer(machine, log, 'duplicati-server', CONSOLE);
    const text = await msiexec(`/i ${next.gui} ADDLOCAL=DesktopShortcut`);
    await onlyOthersRun(machine, text);
    deepEqual((await processes(machine, CONSOLE)).length, 2);
    await machine.wine.box.sh(`kill -9 ${(await processes(machine, CONSOLE)).join(' ')}`);
  });
  await step(log, 'a removal ends it', async () => {
    await startServer(machine, log, 'duplicati', DESKTOP);
    await onlyOthersRun(machine, await msiexec(`/x ${next.gui}`));
    deepEqual([has(...FOLDER, 'app'), has(...FOLDER, 'bin', 'runtimew.exe')], [false, false]);
  });
  await step(
    log,
    'an upgrade into another folder ends it in the one before, not only when that is removed',
    async () => {
      await msiexec(`/i ${now.gui}`);
      await startServer(machine, log, 'duplicati', DESKTOP);
      const text = await msiexec(`/i ${next.gui} INSTALLFOLDER=C:\\Moved`);
      await onlyOthersRun(machine, text);
      const places = [text.indexOf(' is open and is ended'), text.indexOf('InstallValidate')];
      deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
      deepEqual([has(...FOLDER, 'app'), has('Moved', 'app')], [false, true]);
    },
  );
}

/** Wine's ping under their names, counting for hours. */
async function startOthers(machine: Machine): Promise<void> {
  for (const names of OTHERS) {
    await mkdir(machine.path(...names.slice(0, -1)), { recursive: true });
    await copyFile(machine.path('windows', 'system32', 'ping.exe'), machine.path(...names));
    await machine.wine.start(`"C:\\${names.join('\\')}" -n ${OTHER} 127.0.0.1 >NUL`);
  }
  await waitUntil('the others run', async () => (await processes(machine, OTHER)).length === OTHERS.length);
}

async function startServer(machine: Machine, log: Log, program: string, port: string): Promise<void> {
  const file = `C:\\${[...FOLDER, 'bin', program].join('\\')}.exe`;
  await machine.wine.start(`"${file}" --server-datafolder=C:\\data-${program} ${port}`);
  const question = { port: Number(port.split('=')[1]), path: '/health' };
  const { leader } = machine.wine.box;
  await waitUntil(`${program} answers`, async () => (await ask(log, leader, question)).status === 200);
  // The launcher and what it has started.
  deepEqual((await processes(machine, port)).length, 2);
}

/** The numbers of processes with this word among their arguments. */
async function processes(machine: Machine, word: string): Promise<string[]> {
  const search = `grep -lza '^${word.replace(/^-/, '[-]')}$' /proc/[0-9]*/cmdline 2>/dev/null || true`;
  return (await machine.wine.box.sh(search)).split('\n').flatMap((line) => /^\/proc\/(\d+)\//.exec(line)?.[1] ?? []);
}

/** The log says that it was the installer's action. */
async function onlyOthersRun(machine: Machine, text: string): Promise<void> {
  deepEqual(await processes(machine, DESKTOP), []);
  deepEqual((await processes(machine, OTHER)).length, OTHERS.length);
  const ended = [...text.matchAll(/The program "C:\\([^"]*)" is open and is ended\./g)].map(([, name]) => name);
  deepEqual(
    ended.sort(),
    ['duplicati.exe', 'runtimew.exe'].map((name) => [...FOLDER, 'bin', name].join('\\')),
  );
}
