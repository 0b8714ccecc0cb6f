import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { makeForm } from '../api/open-server.ts';
import { makeFolder } from '../run-program.ts';
import { PASSWORD, signIn, startIn } from './siege.ts';

/** The account "nobody", which every Linux has. */
const NOBODY = 65_534;

/** Becomes another user of the machine, then tries to read, write or connect to each path; prints what came of it. */
const INTRUDER = `
process.setgroups([]); process.setgid(${NOBODY}); process.setuid(${NOBODY});
const { connect } = require('node:net');
const { openSync, readFileSync, readdirSync } = require('node:fs');
const tried = (work) => { try { work(); return 'done'; } catch ({ code }) { return code; } };
const knock = (file) => new Promise((resolve) => connect(file, () => resolve('done')).on('error', ({ code }) => resolve(code)));
(async () => {
  const found = {};
  for (const file of process.argv.slice(1)) {
    found[file] = [tried(() => readFileSync(file)), tried(() => openSync(file, 'r+'))];
    if (file.endsWith('.sock')) found[file] = [await knock(file)];
    if (file.endsWith('/data')) found[file] = [tried(() => readdirSync(file)), tried(() => openSync(file + '/new', 'w'))];
  }
  process.stdout.write(JSON.stringify(found));
  process.exit();
})();`;

async function intrude(files: readonly string[]): Promise<Record<string, string[]>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', INTRUDER, ...files]);
  return JSON.parse(stdout) as Record<string, string[]>; // what the intruder prints
}

test('a second user of the machine reads, changes and opens nothing of the server’s', async (t) => {
  if (process.getuid?.() !== 0) return t.fail('this test becomes another user: run it as root');
  const parent = await makeFolder(t);
  chmodSync(parent, 0o755); // what keeps them out must be the data folder's own doing
  const control = path.join(parent, 'control');
  writeFileSync(control, 'x', { mode: 0o644 });
  const folder = path.join(parent, 'data');
  const server = await startIn(folder, [
    `--webservice-password=${PASSWORD}`,
    `--log-file=${path.join(folder, 'server.log')}`,
  ]);
  t.teardown(() => server.child.kill('SIGKILL'));
  const { token } = await signIn(server);
  await server.call('POST', '/api/v1/backups', makeForm('one'), token);
  writeFileSync(path.join(folder, 'initial-password'), 'for the next start', { mode: 0o600 });

  const files = readdirSync(folder).map((name) => path.join(folder, name));
  const names = files.map((file) => path.basename(file));
  for (const name of [
    'server-settings.sqlite',
    'server-settings.sqlite-wal',
    'settings.key',
    'initial-password',
    'server.sock',
    'endpoint.json',
    'server.log',
  ])
    t.true(names.includes(name), `${name}: ${names}`);
  const refused = (found: Record<string, string[]>) => {
    for (const [file, results] of Object.entries(found))
      if (file !== control) t.deepEqual([...new Set(results)], ['EACCES'], file);
    t.deepEqual(found[control], ['done', 'EACCES'], 'the control: what they may read, they read');
  };
  refused(await intrude([control, folder, ...files]));
  chmodSync(folder, 0o711); // somebody has opened the folder: each file keeps them out by itself
  refused(await intrude([control, folder, ...files]));
});
