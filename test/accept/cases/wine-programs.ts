import { deepEqual } from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, waitUntil } from '../ask.ts';
import { auditSockets } from '../audit.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { writePayload } from '../payload.ts';
import { expectAnswers } from '../service.ts';
import { expect, PORT, SUBJECTS } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** The product's programs on Windows, as they lie in its folder, without any installer. */
export const WINE_PROGRAM_CASES: readonly Case[] = [{ name: 'wine/x64/programs', roots: ['wine'], run: runPrograms }];

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const EDITIONS = ['gui', 'agent'] as const;
const homeOf = (edition: (typeof EDITIONS)[number]) => `C:\\Program Files\\${SUBJECTS[edition].package}`;

async function runPrograms(log: Log): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'accept-programs-'));
  try {
    await step(log, 'make the files', () =>
      writePayload(REPOSITORY, (edition) => {
        const name = EDITIONS.find((one) => one === edition);
        return name && join(folder, SUBJECTS[name].package);
      }),
    );
    await using wine = await startWine(log);
    await cp(folder, join(wine.drive, 'Program Files'), { recursive: true });
    for (const edition of EDITIONS) await step(log, `versions of ${edition}`, () => askVersions(wine, edition));
    await step(log, 'system-info', () => readSystemInfo(wine));
    await step(log, 'a backup comes back', () => backUp(wine));
    await step(log, 'a server on loopback', () => serve(wine, log));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askVersions(wine: Wine, edition: (typeof EDITIONS)[number]): Promise<void> {
  const { programs } = SUBJECTS[edition];
  const { code, out, err } = await wine.run(
    [
      `set PATH=${homeOf(edition)}\\bin;%PATH%`,
      ...programs.flatMap((name) => [`${name} --version || exit 1`, `${name} --help >NUL || exit 2`]),
    ].join('\n'),
  );
  deepEqual([code, err], [0, '']);
  expect(out.trim().split('\n').length === programs.length, `not a version for each of ${programs.join(', ')}: ${out}`);
}

async function readSystemInfo(wine: Wine): Promise<void> {
  const { code, out } = await wine.run(`"${homeOf('gui')}\\bin\\duplicati-cli.exe" system-info`);
  deepEqual(code, 0);
  for (const fact of [/^SQLite: .*better-sqlite3/m, /^FFI: koffi/m, /^Platform: win32-x64/m]) {
    expect(fact.test(out), `system-info does not say ${fact}: ${out}`);
  }
}

/** A folder to another one and back, by the command line. */
async function backUp(wine: Wine): Promise<void> {
  const cli = `"${homeOf('gui')}\\bin\\duplicati-cli.exe"`;
  const { code, out, err } = await wine.run(
    `mkdir C:\\source\\folder
echo one>C:\\source\\folder\\one.txt
copy /b C:\\windows\\system32\\kernel32.dll C:\\source\\two.bin >NUL
${cli} backup C:\\destination C:\\source --passphrase=pw
if errorlevel 3 exit 3
${cli} list C:\\destination * --passphrase=pw || exit 4
${cli} restore C:\\destination --restore-path=C:\\restored --passphrase=pw || exit 5`,
    { timeout: 180 },
  );
  deepEqual([code, /C:\\source\\folder\\one\.txt/.test(out)], [0, true], `${out}\n${err}`);
  for (const name of ['two.bin', 'folder/one.txt']) {
    const [sent, back] = await Promise.all(['source', 'restored'].map((at) => readFile(join(wine.drive, at, name))));
    expect(sent!.equals(back!), `${name} came back as something else`);
  }
}

async function serve(wine: Wine, log: Log): Promise<void> {
  await wine.start(`"${homeOf('gui')}\\bin\\duplicati-server.exe"`);
  const health = { port: PORT, path: '/health' };
  await waitUntil('/health', async () => (await ask(log, wine.box.leader, health)).status === 200);
  await expectAnswers(wine.box, log);
  const wrong = await auditSockets(wine.box, SUBJECTS.gui.sockets);
  expect(wrong.length === 0, wrong.join('; '));
}
