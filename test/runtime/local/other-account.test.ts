import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import anyTest from 'ava';
import { doorPath } from '../../../runtime/local/local-door.ts';
import { SETTINGS_FILE } from '../../../runtime/settings/settings.ts';
import { openServer } from '../api/open-server.ts';

/** To become another account one has to be root; CI is. */
const test = process.getuid?.() === 0 || process.env.CI ? anyTest : anyTest.skip;

/** What account 65534 is told when it opens a socket, then files. */
async function tryAsNobody(socket: string, files: readonly string[]): Promise<string[]> {
  const script = `
    process.setgroups([]); process.setgid(65534); process.setuid(65534);
    const say = (text) => console.log(text);
    require('node:net').connect(${JSON.stringify(socket)})
      .on('connect', function () { say('open'); this.destroy(); }).on('error', ({ code }) => say(code))
      .on('close', () => {
        for (const file of ${JSON.stringify(files)})
          try { require('node:fs').readFileSync(file); say('open'); } catch ({ code }) { say(code); }
      });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  return stdout.trim().split('\n');
}

test('another account of the machine can open neither the socket nor a file of the data folder', async (t) => {
  const { folder } = await openServer(t);
  const files = ['endpoint.json', SETTINGS_FILE, 'settings.key'].map((name) => path.join(folder, name));
  await chmod(path.dirname(folder), 0o755); // so that it is the data folder itself that keeps others out
  t.deepEqual(await tryAsNobody(doorPath(folder), files), ['EACCES', 'EACCES', 'EACCES', 'EACCES']);
});

test('even in a folder that somebody has opened by mistake, socket and endpoint file are closed to others', async (t) => {
  const { folder } = await openServer(t);
  await chmod(path.dirname(folder), 0o755);
  await chmod(folder, 0o755);
  const found = await tryAsNobody(doorPath(folder), [
    path.join(folder, 'endpoint.json'),
    path.join(folder, 'settings.key'),
  ]);
  t.deepEqual(found, ['EACCES', 'EACCES', 'EACCES']);
});
