import { waitUntil } from '../ask.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import { type Machine, openMachine, SERVER_KEY } from '../wine-installer.ts';
import { screenSetup } from '../wine-setup.ts';

/** A person who installs the product with its dialogs, by the keyboard alone: from the first page to the password that the server knows. */
export const WINDOWS_DIALOG_CASES: readonly Case[] = [{ name: 'wine/x64/setup', roots: ['wine'], run }];

const SECRET = 'Typed-9c41 {x}';

async function run(log: Log): Promise<void> {
  await using machine = await openMachine(log, { screen: true });
  const setup = screenSetup(log, machine.wine, 'setup', `/i ${machine.now.gui}`);
  await step(log, 'the desktop with its service, and a typed password', async () => {
    await setup.open();
    // Licence, folder, features with the service, password, ready.
    await setup.press('alt+n', 'alt+a', 'alt+n', 'alt+n', 'space', 'alt+n');
    await setup.type('alt+p', SECRET);
    await setup.type('Tab Tab', SECRET); // past the button
    await setup.press('alt+n', 'alt+i');
    await finishAndStart(machine);
    await setup.end();
    await machine.waitFor('duplicati', 4);
    await machine.isServing(8200);
    await machine.takesPassword(8200, SECRET);
    expect(/Service\s+REG_DWORD/.test(await machine.query(SERVER_KEY)), 'the service was not chosen');
  });
  await step(log, 'change, which is thought better of', async () => {
    await setup.open();
    await setup.press('alt+c');
    await setup.press('Escape', 'alt+y');
    await setup.end();
  });
  await step(log, 'an older one says why it does not go on', async () => {
    await machine.msiexec(`/i ${machine.next.gui}`);
    await setup.open();
    await setup.press('Return');
    await setup.end();
  });
}

/** The last page starts the desktop's program, which is ended here, so that the screen is free again. */
async function finishAndStart({ wine }: Machine): Promise<void> {
  const isRunning = async () => (await wine.box.run(['ps', '-eo', 'args'])).includes('bin\\duplicati.exe');
  await waitUntil(
    "the desktop's program runs",
    async () => {
      await wine.box.try(['xdotool', 'key', 'alt+f'], { env: { DISPLAY: ':9' } });
      return isRunning();
    },
    90,
  );
  // A key pressed once more than needed may start it again.
  await waitUntil("the desktop's program is gone", async () => {
    await wine.run('taskkill /f /t /im duplicati.exe');
    return !(await isRunning());
  });
}
