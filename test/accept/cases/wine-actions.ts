import { deepEqual } from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { actionsPackage } from '../actions-package.ts';
import { type Case, step } from '../case.ts';
import type { Log } from '../log.ts';
import { expect } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** The installer's actions in C, by a small package that has nothing else. */
export const WINE_ACTION_CASES: readonly Case[] = [{ name: 'wine/x64/actions', roots: ['wine'], run: runActions }];

const SECRET = 'pä|ss [PASSWORD] "wörd" ';
const SECRET_FILE = ['ProgramData', 'Actions', 'deep', 'first-password'];
/** One of a service. */
const ACCOUNT = 'S-1-5-80-1184457765-4068085190-3456807688-2200952327-3769537534';
/** The part of it that a log has in any code page. */
const PLAIN = 'ss [PASSWORD]';
/** 1603, of which Wine hands on eight bits. */
const FAILED = 1603 & 255;

async function runActions(log: Log): Promise<void> {
  await using wine = await startWine(log);
  const put = (name: string, bytes: string | Uint8Array) => writeFile(join(wine.drive, name), bytes);
  await writeFile(join(wine.drive, 'actions.msi'), await actionsPackage());
  await put('secret.txt', `\ufeff${SECRET}\r\n`);
  await put('utf16.txt', Buffer.from('\ufeffsecret', 'utf16le'));
  await put('long.txt', 'a'.repeat(1025));
  await put('lines.txt', 'one\ntwo\n');
  await put('empty.txt', '\r\n');

  await step(log, 'a secret from a file, another generated', () => installAndRemove(wine));
  await step(log, 'a service is configured', () => configureService(wine));
  await step(log, 'what is wrong with a file is said', async () => {
    await refuse(wine, 'PASSWORDFILE=C:\\none.txt', /cannot be read \(Windows error 2\)/);
    await refuse(wine, 'PASSWORDFILE=C:\\utf16.txt', /is not UTF-8 text/);
    await refuse(wine, 'PASSWORDFILE=C:\\long.txt', /is longer than 1024 bytes/);
    await refuse(wine, 'PASSWORDFILE=C:\\lines.txt', /holds more than one line/);
    await refuse(wine, 'PASSWORDFILE=C:\\empty.txt', /is empty/);
    await refuse(wine, 'PASSWORDFILE=secret.txt', /is not a full path/);
    await refuse(wine, 'PASSWORDFILE=C:\\secret.txt PASSWORD=other', /are set, and they differ/);
  });
  await step(log, 'a secret for services with accounts of their own', async () => {
    // Wine keeps no list of accounts with a file: that the descriptor is one that Windows takes is all that is seen here.
    const sids = [ACCOUNT, ACCOUNT.replace('80-1', '80-2')].join(',');
    deepEqual((await wine.run(`msiexec /qn /i C:\\actions.msi PASSWORD=abc SIDS=${sids}`)).code, 0);
    deepEqual(await readSecret(wine), 'abc');
    deepEqual((await wine.run('msiexec /qn /x C:\\actions.msi')).code, 0);
    for (const no of ['S-1-5-32-545', 'S-1-5-80-', `${ACCOUNT})(A;;FA;;;WD`, `${ACCOUNT},WD`]) {
      await refuse(wine, `PASSWORD=abc SIDS="${no}"`, /The data of WriteSecret is not/);
    }
  });
  await step(log, 'a failed installation leaves no secret', async () => {
    await refuse(wine, 'PASSWORD=abc FAIL=1', /The data of ConfigureService is not/);
  });
}

const readSecret = (wine: Wine) => readFile(join(wine.drive, ...SECRET_FILE), 'utf8').catch(() => undefined);

async function installAndRemove(wine: Wine): Promise<void> {
  const lines = 'msiexec /qn /l*v C:\\log.txt /i C:\\actions.msi PASSWORDFILE=C:\\secret.txt GENERATE=1';
  deepEqual((await wine.run(lines)).code, 0);
  deepEqual(await readSecret(wine), SECRET);
  const { mode } = await stat(join(wine.drive, ...SECRET_FILE));
  deepEqual(mode & 0o007, 0, 'everybody may read it');
  const { out } = await wine.run('reg query HKLM\\Software\\Actions /v token');
  expect(/REG_SZ\s+[2-9A-HJ-NP-Za-km-z]{24}\s/.test(out), `no generated password: ${out}`);
  const log = await readFile(join(wine.drive, 'log.txt'), 'utf8');
  // Wine prints properties that are to be hidden; Windows does not.
  expect(log.includes(PLAIN), 'Wine prints it no longer: look for it in another way');
  const said = log.split('\n').filter((line) => line.includes(PLAIN) && !line.startsWith('Property('));
  deepEqual(said, [], 'the log tells the secret');
  deepEqual((await wine.run('msiexec /qn /x C:\\actions.msi')).code, 0);
  deepEqual(await readSecret(wine), undefined);
}

async function configureService(wine: Wine): Promise<void> {
  const create = 'sc create Probe binPath= C:\\none.exe start= auto >NUL';
  const { code } = await wine.run(`${create}\nmsiexec /qn /i C:\\actions.msi SERVICE=Probe`);
  deepEqual(code, 0);
  const { out } = await wine.run('reg query HKLM\\System\\CurrentControlSet\\Services\\Probe');
  for (const fact of [/Description\s+REG_SZ\s+Keeps \| "things"\./, /DelayedAutoStart\s+\S+\s+0x1/, /0xea60/]) {
    expect(fact.test(out), `not ${fact}: ${out}`);
  }
  deepEqual((await wine.run('msiexec /qn /x C:\\actions.msi')).code, 0);
  await refuse(wine, 'SERVICE=Other', /The service "Other" cannot be configured \(Windows error 1060\)/);
}

/** The installation fails, says why, and leaves no secret. */
async function refuse(wine: Wine, properties: string, why: RegExp): Promise<void> {
  const { code } = await wine.run(`msiexec /qn /l*v C:\\log.txt /i C:\\actions.msi ${properties}`);
  deepEqual(code, FAILED, properties);
  const log = await readFile(join(wine.drive, 'log.txt'), 'utf8');
  expect(why.test(log), `the log does not say ${why}: ${log.slice(-2000)}`);
  deepEqual(await readSecret(wine), undefined, properties);
}
