import { deepEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Case, step } from '../case.ts';
import { dialogsPackage } from '../dialogs-package.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/**
 * A person at the installer's dialogs, by the keyboard alone. Where the environment has `PICTURES`, a folder, each page is kept there to be
 * looked at. What Wine cannot: README of installers/msi/dialogs.
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
    expect(!/\bPath\b/.test(out), `the feature that was left out is there: ${out}`);
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

/** Setup on the screen. */
interface Setup extends AsyncDisposable {
  wine: Wine;
  /** Starts it once more, after its end. */
  open(): Promise<void>;
  /** Each key has to change what is on the screen. */
  press(...keys: string[]): Promise<void>;
  /** Goes to a field by keys, and writes over what is there. */
  type(keys: string, text: string): Promise<void>;
  /** Leaves the last page, when it has come, and waits for the process to end. */
  end(): Promise<void>;
  read(path: readonly string[]): Promise<string>;
  has(path: readonly string[]): Promise<boolean>;
}

async function openSetup(log: Log, name: string): Promise<Setup> {
  const wine = await startWine(log, { screen: true });
  await writeFile(join(wine.drive, 'dialogs.msi'), await dialogsPackage());
  const env = { DISPLAY: ':9' };
  let count = 0;
  const look = async () => {
    await wine.box.run(['import', '-window', 'root', '/tmp/screen.png'], { env });
    return readFile(join(wine.box.root, 'tmp', 'screen.png'));
  };
  const hash = (picture: Uint8Array) => createHash('sha256').update(picture).digest('hex');
  /** Waits until the screen is another than `before`, and a little longer. */
  const settle = async (before: string, what: string) => {
    for (let n = 0; hash(await look()) === before; n++) {
      if (n === 40) throw new Error(`${what} changes nothing on the screen`);
      await sleep(250);
    }
    await sleep(500);
    const folder = process.env.PICTURES;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${name}-${String(++count).padStart(2, '0')}.png`), await look());
  };
  const open = async () => {
    const before = hash(await look());
    await wine.start(
      'explorer /desktop=setup,1000x700 msiexec /i C:\\dialogs.msi /l*v C:\\log.txt\necho %ERRORLEVEL% >C:\\ended',
    );
    await settle(before, 'setup');
    await sleep(3000); // the page that looks at the computer comes and goes
  };
  const send = async (...words: string[]) => {
    log.write(words.join(' '));
    await wine.box.run(['xdotool', ...words], { env });
  };
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      const before = hash(await look());
      await send('key', '--delay', '60', key);
      await settle(before, key);
    }
  };
  await open();
  return {
    wine,
    open,
    press,
    async type(keys, text) {
      await send('key', '--delay', '60', ...keys.split(' '));
      await send('type', '--delay', '40', text);
    },
    async end() {
      for (let n = 0; !(await exists(join(wine.drive, 'ended'))); n++) {
        if (n === 60) throw new Error('setup does not end');
        await sleep(1000);
        await wine.box.try(['xdotool', 'key', 'alt+f'], { env });
      }
      await wine.box.run(['rm', join('/root/prefix/drive_c', 'ended')]);
    },
    read: (path) => readFile(join(wine.drive, ...path), 'utf8'),
    has: (path) => exists(join(wine.drive, ...path)),
    [Symbol.asyncDispose]: () => wine[Symbol.asyncDispose](),
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
