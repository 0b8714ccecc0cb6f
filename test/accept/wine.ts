import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Box, type BoxOptions, startBox } from './box.ts';
import type { Log } from './log.ts';
import { WINE_ENV } from './roots.ts';

/** A fresh Windows, as far as Wine is one: its own `C:` and registry, loopback alone for a network, no other programs. */
export interface Wine extends AsyncDisposable {
  box: Box;
  /** The folder of `C:` as the host sees it. */
  drive: string;
  /**
   * Runs lines of a batch file, in ASCII; anything else comes through `env` (`%NAME%`). Quotes reach programs as they stand. Output goes to
   * files: Node under Wine cannot write to a pipe of Linux. @throws Error when there is no end within `timeout` seconds (default 60).
   */
  run(lines: string, options?: WineCommand): Promise<WineResult>;
  /** Starts the lines of a batch file and does not wait for them. */
  start(lines: string, env?: WineCommand['env']): Promise<void>;
  /** Starts a program and leaves it running, for services, which Wine ends with the last other program. */
  keepAlive(): Promise<void>;
}
export interface WineCommand {
  timeout?: number;
  env?: Readonly<Record<string, string>>;
}
export interface WineResult {
  /** The lowest eight bits of the exit code, which is all that Wine hands to Linux: 1603 becomes 67. */
  code: number;
  out: string;
  err: string;
}
export interface WineOptions extends BoxOptions {
  /** True: with a screen of 1280 by 900, at `DISPLAY=:9`, for dialogs and trays. */
  screen?: boolean;
}

/** Starts a box over the root `wine`. */
export async function startWine(log: Log, options: WineOptions = {}): Promise<Wine> {
  const { screen, ...boxOptions } = options;
  const box = await startBox('wine', log, { boot: false, ...boxOptions });
  const display: Record<string, string> = screen ? { DISPLAY: ':9' } : {};
  const drive = join(box.root, WINE_ENV.WINEPREFIX, 'drive_c');
  try {
    if (screen) {
      await box.sh('Xvfb :9 -screen 0 1280x900x24 -nolisten tcp >/tmp/xvfb.log 2>&1 & echo $! >/tmp/xvfb.pid');
      for (let n = 0; (await box.try(['test', '-S', '/tmp/.X11-unix/X9'])).code !== 0; n++) {
        if (n === 100) throw new Error('the screen did not come up within 10 s');
        await sleep(100);
      }
    }
  } catch (error) {
    await box[Symbol.asyncDispose]();
    throw error;
  }
  const environment = (env: WineCommand['env']) => ({ ...WINE_ENV, ...display, ...env });
  /** @returns the batch file's name without its end. */
  const writeBatch = async (lines: string) => {
    const name = `run-${randomBytes(4).toString('hex')}`;
    log.write(lines.trim());
    await writeFile(join(drive, `${name}.bat`), ['@echo off', ...lines.trim().split('\n'), ''].join('\r\n'));
    return name;
  };
  const command = (name: string) => `wine cmd /c 'C:\\${name}.bat' </dev/null >/tmp/${name}.out 2>/tmp/${name}.err`;
  const start = async (lines: string, env?: WineCommand['env']) => {
    await box.sh(`nohup ${command(await writeBatch(lines))} &`, { env: environment(env) });
  };
  return {
    box,
    drive,
    async run(lines, { timeout = 60, env } = {}) {
      const name = await writeBatch(lines);
      const limit = `timeout --kill-after=5 ${timeout} ${command(name)}`;
      const { code } = await box.try(['sh', '-c', limit], { env: environment(env), timeout: timeout + 20 });
      const read = async (kind: string) =>
        (await readFile(join(box.root, 'tmp', `${name}.${kind}`), 'utf8')).replaceAll('\r\n', '\n');
      const result = { code, out: await read('out'), err: await read('err') };
      log.write(`= exit ${code}\n${result.out}${result.err}`);
      if (code === 124 || code === 137) throw new Error(`no end after ${timeout} s:\n${lines}\n${log.tail(20)}`);
      return result;
    },
    start,
    keepAlive: () => start('ping -n 3600 127.0.0.1 >NUL'),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}
