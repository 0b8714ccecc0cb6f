import { deepEqual } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Case, step } from '../case.ts';
import { dialogsPackage } from '../dialogs-package.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import { startWine } from '../wine.ts';
import { type Setup, screenSetup } from '../wine-setup.ts';

/**
 * A person at the installer's dialogs, by the keyboard alone. What Wine cannot: README of installers/msi/dialogs.
 */
export const WINE_DIALOG_CASES: readonly Case[] = [{ name: 'wine/x64/dialogs', roots: ['wine'], run: walkDialogs }];

const FOLDER = ['Program Files', 'Lantern'];
const SECRET = ['ProgramData', 'Lantern', 'first-password'];
/** What the generated password is made of. */
const GENERATED = /^[2-9A-HJ-NP-Za-km-z]{24}$/;
/** From the welcome page to the features. */
const TO_FEATURES = ['alt+n', 'alt+a', 'alt+n', 'alt+n'];

async function walkDialogs(log: Log): Promise<void> {
  await step(log, 'a typed password, after pages back and forth', async () => {
    await using setup = await openSetup(log, 'typed');
    await setup.press(...TO_FEATURES, 'alt+b', 'alt+b', 'alt+b', 'alt+n', 'alt+n', 'alt+n');
    await setup.press('alt+n');
    await setup.type('alt+p', 'Secret one');
    await setup.type('Tab Tab', 'Secret two'); // past the button
    await setup.press('alt+n', 'Return'); // they differ
    await setup.type('shift+Tab shift+Tab', 'Secret one'); // past Back
    await setup.press('alt+n', 'alt+b', 'alt+n', 'alt+i');
    await setup.end();
    deepEqual(await setup.read(SECRET), 'Secret one');
    expect(await setup.has([...FOLDER, 'bin', 'lantern-server.exe']), 'nothing was installed');
  });
  await step(log, 'a generated password, and a feature left out', async () => {
    await using setup = await openSetup(log, 'generated');
    await setup.press(...TO_FEATURES, 'Tab', 'space', 'alt+n', 'alt+g', 'alt+n', 'alt+i');
    await setup.end();
    const secret = await setup.read(SECRET);
    expect(GENERATED.test(secret), `no generated password: ${secret}`);
    const { out } = await setup.wine.run('reg query "HKLM\\Software\\Lantern Works\\lantern"');
    expect(!/\bPath\s+REG_DWORD/.test(out), `the feature that was left out is there: ${out}`);
  });
  await step(log, 'no password, then a repair', async () => {
    await using setup = await openSetup(log, 'none');
    await setup.press(...TO_FEATURES, 'alt+n', 'alt+n', 'alt+i');
    await setup.end();
    expect(!(await setup.has(SECRET)), 'there is a password');
    await setup.wine.run('del "C:\\Program Files\\Lantern\\bin\\lantern-cli.exe"');
    await setup.open();
    await setup.press('alt+c', 'alt+b', 'alt+m', 'alt+b', 'alt+r', 'alt+r');
    await setup.end();
    expect(await setup.has([...FOLDER, 'bin', 'lantern-cli.exe']), 'the file is not back');
  });
  await step(log, 'cancelled from every page, it installs nothing', async () => {
    const pages = [[], ['alt+n'], TO_FEATURES.slice(0, 3), TO_FEATURES, [...TO_FEATURES, 'alt+n']];
    await using setup = await openSetup(log, 'cancelled');
    for (const [index, keys] of pages.entries()) {
      if (index > 0) await setup.open();
      await setup.press(...keys, 'Escape', 'Return', 'Escape', 'alt+y'); // No is what Return means
      await setup.end();
      expect(!(await setup.has(FOLDER)), `page ${index} has installed it`);
    }
  });
}

async function openSetup(log: Log, name: string): Promise<Setup & AsyncDisposable> {
  const wine = await startWine(log, { screen: true });
  await writeFile(join(wine.drive, 'dialogs.msi'), await dialogsPackage());
  const setup = screenSetup(log, wine, name, '/i C:\\dialogs.msi');
  await setup.open();
  return { ...setup, [Symbol.asyncDispose]: () => wine[Symbol.asyncDispose]() };
}
