import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Wine } from './wine.ts';

/** Setup on the screen. */
export interface Setup {
  wine: Wine;
  /** Starts it, on the package it was made with or by other words for msiexec, and waits for its first page. */
  open(words?: string): Promise<void>;
  /** Each key has to change what is on the screen. */
  press(...keys: string[]): Promise<void>;
  /** Goes to a field by keys, and writes over what is there. */
  type(keys: string, text: string): Promise<void>;
  /** Leaves the last page, when it has come, and waits for the process to end. */
  end(): Promise<void>;
  read(path: readonly string[]): Promise<string>;
  has(path: readonly string[]): Promise<boolean>;
}

/**
 * Setup on a Windows with a screen. Where the environment has `PICTURES`, a folder, each page is kept there to be looked at.
 * @param name of the pictures.
 * @param words what msiexec gets by default, such as `/i C:\\x.msi`.
 */
export function screenSetup(log: Log, wine: Wine, name: string, words: string): Setup {
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
  const open = async (other = words) => {
    const before = hash(await look());
    await wine.start(
      `explorer /desktop=setup,1000x700 msiexec ${other} /l*v C:\\log.txt\necho %ERRORLEVEL% >C:\\ended`,
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
        if (n === 60) {
          await settle('', 'the end');
          log.write((await wine.box.run(['ps', '-eo', 'args'])).trim());
          throw new Error('setup does not end');
        }
        await sleep(1000);
        await wine.box.try(['xdotool', 'key', 'alt+f'], { env });
      }
      await wine.box.run(['rm', join('/root/prefix/drive_c', 'ended')]);
    },
    read: (path) => readFile(join(wine.drive, ...path), 'utf8'),
    has: (path) => exists(join(wine.drive, ...path)),
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
