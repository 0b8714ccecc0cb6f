import { deepEqual } from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Case, step } from '../case.ts';
import { runCommand } from '../command.ts';
import type { Log } from '../log.ts';
import { DIST } from '../packages.ts';
import { expect, SUBJECTS } from '../subject.ts';
import { startWine, type Wine } from '../wine.ts';

/** The zip of the server and command line, for those who want no installer: unpacked, run, and made a service as its page says. */
export const WINE_ZIP_CASES: readonly Case[] = [{ name: 'wine/x64/zip', roots: ['wine'], run: runZip }];

async function runZip(log: Log): Promise<void> {
  const name = await findZip();
  await using wine = await startWine(log);
  const folder = SUBJECTS.cli.package;
  const bin = `C:\\Program Files\\${folder}\\bin`;
  await step(log, 'unzip', async () => {
    await runCommand(log, ['unzip', '-q', join(DIST, name), '-d', join(wine.drive, 'Program Files')]);
    const readme = await readFile(join(wine.drive, 'Program Files', folder, 'README.txt'), 'utf8');
    for (const word of ['install', 'uninstall'])
      expect(readme.includes(`\r\n    bin\\duplicati-server.exe ${word}-service\r\n`), readme);
  });
  await step(log, 'versions', async () => {
    for (const program of SUBJECTS.cli.programs) {
      const { code, out, err } = await wine.run(`"${bin}\\${program}.exe" --version`);
      deepEqual([code, err], [0, ''], program);
      expect(/\d+\.\d+\.\d+/.test(out), `${program}: ${out}`);
    }
  });
  await wine.keepAlive();
  await step(log, 'install-service starts it', async () => {
    deepEqual((await wine.run(`"${bin}\\duplicati-server.exe" install-service`, { timeout: 90 })).code, 0);
    expect(/STATE\s+: 4 /.test((await wine.run('sc query duplicati')).out), 'it does not run');
    await isHealthy(wine, `"${bin}\\duplicati-server-util.exe" health --hosturl=http://127.0.0.1:8200`);
  });
  await step(log, 'uninstall-service removes it', async () => {
    deepEqual((await wine.run(`"${bin}\\duplicati-server.exe" uninstall-service`, { timeout: 90 })).code, 0);
    expect((await wine.run('sc query duplicati')).code !== 0, 'the service is still there');
  });
}

async function isHealthy(wine: Wine, command: string): Promise<void> {
  for (let n = 1; ; n++) {
    const { code, out } = await wine.run(command, { timeout: 90 });
    if (code === 0) return;
    if (n === 20) throw new Error(out);
    await sleep(500);
  }
}

async function findZip(): Promise<string> {
  const names = (await readdir(DIST)).filter((name) => /^duplicati-cli-.*-windows-x64\.zip$/.test(name)).sort();
  const name = names.at(-1);
  if (name === undefined) throw new Error(`${DIST} has no zip: run "npm run package -- 'windows-x64-cli.zip'"`);
  return name;
}
