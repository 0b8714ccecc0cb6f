import { deepEqual } from 'node:assert/strict';
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { writePayload } from '../payload.ts';
import { WINE_ENV } from '../roots.ts';
import { expect } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** The loaders and launchers of a product for Windows, as they lie in its folder, without any installer. */
export const WINE_LOADER_CASES: readonly Case[] = [{ name: 'wine/x64/loader', roots: ['wine'], run: runLoader }];

/** Tells what it was given, and ends with the code that its first argument names. */
const PROBE = String.raw`import { appendFileSync } from 'node:fs';
const [first, ...rest] = process.argv.slice(2);
const text = JSON.stringify({ first, rest, options: process.execArgv }) + '\n';
if (first === '--version') console.log('probe 1.0.0');
else if (first === 'sleep') setInterval(() => {}, 1000);
else if (first === 'interrupt') {
  process.on('SIGINT', () => setTimeout(() => process.exit(33), 200));
  setInterval(() => {}, 1000);
  appendFileSync(rest[0], 'ready');
} else if (first === 'read') process.stdin.on('data', (data) => console.log('read ' + String(data).trim()));
else if (first === 'file') appendFileSync(rest[0], text);
else console.log(text.trim());
if (/^\d+$/.test(first)) process.exitCode = Number(first);
`;

const MANIFEST = {
  name: 'probe',
  version: '1.0.0',
  title: 'Probe',
  summary: 'tells what it was given',
  maintainer: { name: 'Ada Example', email: 'ada@example.com' },
  licence: 'MIT',
  programs: [
    { name: 'probe', entry: 'probe.mjs', summary: 'tells' },
    { name: 'probe-desk', entry: 'probe.mjs', summary: 'tells without a console', windowless: true },
  ],
};
const HOME = 'C:\\Program Files\\Probe';

async function runLoader(log: Log): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-loader-'));
  try {
    await step(log, 'make the files', () => makeProduct(folder));
    await using wine = await startWine(log);
    await cp(join(folder, 'out'), join(wine.drive, 'Program Files', 'Probe'), { recursive: true });
    await step(log, 'arguments and exit codes', () => passArguments(wine));
    await step(log, 'from a folder with blanks and letters of the world', () => callElsewhere(wine, log));
    await step(log, 'the loader called by its own name', () => callLoader(wine));
    await step(log, 'pipes', () => usePipes(wine));
    await step(log, 'what runs without a console', () => runWindowless(wine));
    await step(log, "Node's own options are closed", () => closeOptions(wine));
    await step(log, 'Ctrl-C is for the program, which says how it ends', () => interrupt(wine));
    await step(log, 'a launcher that is killed takes its program along', () => killLauncher(wine));
    await step(log, 'a launcher without its loader says so', () => missLoader(wine));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeProduct(folder: string): Promise<void> {
  await writeFile(join(folder, 'probe.mjs'), PROBE);
  await writeFile(join(folder, 'packwright.json'), JSON.stringify(MANIFEST));
  await writePayload(folder, () => join(folder, 'out'));
}

const told = (out: string): { first: string; rest: string[]; options: string[] } => JSON.parse(out);

async function passArguments(wine: Wine): Promise<void> {
  const words = '"a b" "say ""hi""" tail\\ "tail\\\\" "" * %WORD% --help';
  const { code, out, err } = await wine.run(`"${HOME}\\bin\\probe.exe" 42 ${words}`, { env: { WORD: 'Grüße' } });
  deepEqual(code, 42, err);
  deepEqual(told(out).rest, ['a b', 'say "hi"', 'tail\\', 'tail\\', '', '*', 'Grüße', '--help'], out);
  const version = await wine.run(`set PATH=${HOME}\\bin;%PATH%\nprobe --version`);
  deepEqual(version, { code: 0, out: 'probe 1.0.0\n', err: '' });
}

/** A folder that a person may choose; its path is near the 260 characters that old programs take. */
const ELSEWHERE = `Größe & (x86) 日本 😀, ${'lang '.repeat(42)}Ende`;

async function callElsewhere(wine: Wine, log: Log): Promise<void> {
  await rename(join(wine.drive, 'Program Files', 'Probe'), join(wine.drive, ELSEWHERE));
  const env = { PLACE: `C:\\${ELSEWHERE}`, WORD: '日本 😀 %PATH% ^ & | < > !', LAST: 'C:\\a b\\' };
  log.write(`${env.PLACE.length} characters`);
  const { code, out, err } = await wine.run('"%PLACE%\\bin\\probe.exe" 3 "%WORD%" "%LAST%\\"', { env });
  deepEqual([code, told(out).rest], [3, [env.WORD, env.LAST]], err);
  await rename(join(wine.drive, ELSEWHERE), join(wine.drive, 'Program Files', 'Probe'));
}

async function callLoader(wine: Wine): Promise<void> {
  const { code, out } = await wine.run(`"${HOME}\\bin\\runtime.exe" probe 7 --service`);
  deepEqual(code, 7, out);
  deepEqual(told(out).rest, ['--service'], out);
  const wrong = await wine.run(`"${HOME}\\bin\\runtime.exe" other`);
  deepEqual(wrong.code, 1, wrong.out);
  expect(/^other: there is no program .*: probe, probe-desk$/m.test(wrong.err), wrong.err);
}

async function usePipes(wine: Wine): Promise<void> {
  const { out } = await wine.run(`echo word| "${HOME}\\bin\\probe.exe" read | findstr read`);
  deepEqual(out.trim(), 'read word');
}

async function runWindowless(wine: Wine): Promise<void> {
  const { code } = await wine.run(`"${HOME}\\bin\\probe-desk.exe" file C:\\told.txt "a b"`);
  deepEqual(code, 0);
  const { out } = await wine.run('type C:\\told.txt');
  deepEqual(told(out).rest, ['C:\\told.txt', 'a b'], out);
  const ended = await wine.run(`start /wait "" "${HOME}\\bin\\probe-desk.exe" 9`);
  deepEqual(ended.code, 9, ended.err);
}

async function closeOptions(wine: Wine): Promise<void> {
  const env = { NODE_OPTIONS: '--no-such-option', OPENSSL_CONF: 'C:\\no\\such.cnf', NODE_PATH: 'C:\\' };
  const { code, out, err } = await wine.run(`"${HOME}\\bin\\probe.exe" 0 --node-options=--no-such-option`, { env });
  deepEqual(code, 0, err);
  expect(told(out).options.join(' ').includes('--openssl-config=NUL --disable-sigusr1'), out);
}

/** Ctrl-C on a terminal reaches everything in the console: launcher and program. */
async function interrupt(wine: Wine): Promise<void> {
  const program = `exec wine "${HOME}\\bin\\probe.exe" interrupt "C:\\ready.txt"`;
  const ready = `${WINE_ENV.WINEPREFIX}/drive_c/ready.txt`;
  const keys = `until [ -s ${ready} ]; do sleep 0.1; done; printf '\\003'; sleep 3`;
  const line = `(${keys}) | timeout 40 script -qec '${program}' /dev/null`;
  const { code, text } = await wine.box.try(['sh', '-c', line], { env: WINE_ENV });
  deepEqual(code, 33, text);
}

async function killLauncher(wine: Wine): Promise<void> {
  const alive = 'tasklist | findstr /i "probe.exe runtime.exe"';
  const start = `start "" "${HOME}\\bin\\probe.exe" sleep`;
  const wait = 'ping -n 4 127.0.0.1 >NUL';
  const { out } = await wine.run(
    [start, wait, alive, 'echo --', 'taskkill /f /im probe.exe >NUL', wait, alive].join('\n'),
  );
  const [before = '', after = ''] = out.split('--');
  expect(/probe\.exe/i.test(before) && /runtime\.exe/i.test(before), `not both were running: ${out}`);
  expect(!/\.exe/i.test(after), `something is still running: ${out}`);
}

async function missLoader(wine: Wine): Promise<void> {
  const { code, err } = await wine.run(
    `mkdir C:\\alone\ncopy "${HOME}\\bin\\probe.exe" C:\\alone >NUL\nC:\\alone\\probe.exe x`,
  );
  deepEqual(code, 127, err);
  expect(/^C:\\alone\\probe\.exe: runtime\.exe beside it cannot be started \(Windows error 2\); .*\n$/.test(err), err);
}
