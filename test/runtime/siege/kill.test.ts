import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { openDatabase } from '../../../runtime/database/database.ts';
import { makeForm } from '../api/open-server.ts';
import { makeFolder } from '../run-program.ts';
import { type Besieged, PASSWORD, signIn, startIn } from './siege.ts';

/** `npm run siege` kills 200 times. */
const KILLS = process.argv.includes('--long') ? 200 : 8;
/** Milliseconds of changes before a kill, at most. */
const LONGEST = 250;

/** Something that is changed from one number to the next, in one call, in several places of the database. */
interface Subject {
  name: string;
  change(server: Besieged, token: string, n: number): Promise<{ status: number }>;
  /** Every number that the server has for it: they must be one and the same. */
  read(server: Besieged, token: string): Promise<number[]>;
}

const numbersIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, number]) => Number(number));

const SUBJECTS: readonly Subject[] = [
  {
    name: 'settings and options of every backup',
    change: (server, token, n) => {
      const changes = {
        'startup-delay': `${n}s`,
        'max-upload-speed': `${n}kb`,
        '--retry-delay': `${n}s`,
        '--number-of-retries': `${n}`,
      };
      return server.call('PATCH', '/api/v1/serversettings', changes, token);
    },
    read: async (server, token) => {
      const { text } = await server.call('GET', '/api/v1/serversettings', undefined, token);
      return numbersIn(text, /"(?:startup-delay|max-upload-speed|--retry-delay|--number-of-retries)":"(\d+)/g);
    },
  },
  {
    name: 'a backup with its schedule',
    change: (server, token, n) => {
      const form = makeForm(`name ${n}.`, { Description: `described ${n}.`, Tags: [`tag ${n}.`] });
      const Schedule = { Repeat: `${n}D`, Time: '2030-01-01T13:00:00Z', AllowedDays: [] };
      return server.call('PUT', '/api/v1/backup/1', { ...form, Schedule }, token);
    },
    read: async (server, token) => {
      const { text } = await server.call('GET', '/api/v1/backup/1', undefined, token);
      return numbersIn(text, /(?:name |described |tag |"Repeat":")(\d+)/g);
    },
  },
  {
    name: 'what web clients remember',
    change: (server, token, n) =>
      server.call('PATCH', '/api/v1/uisettings/siege', { first: `${n}`, second: `${n}` }, token),
    read: async (server, token) => {
      const { text } = await server.call('GET', '/api/v1/uisettings/siege', undefined, token);
      return numbersIn(text, /"(\d+)"/g);
    },
  },
];

test(`killed ${KILLS} times while settings change, the server has lost none that it confirmed, and has none by half`, async (t) => {
  t.timeout(KILLS * 20_000);
  const folder = path.join(await makeFolder(t), 'data');
  let server = await startIn(folder, [`--webservice-password=${PASSWORD}`]);
  t.teardown(() => server.child.kill('SIGKILL'));
  let { token } = await signIn(server);
  await server.call('POST', '/api/v1/backups', makeForm('name 0.'), token);
  const confirmed = new Map<string, number>();
  for (const { name, change } of SUBJECTS) {
    t.is((await change(server, token, 1)).status, 200, name);
    confirmed.set(name, 1);
  }
  let [changes, unconfirmed] = [0, 0];
  for (let kill = 0; kill < KILLS; kill++) {
    const asked = new Map(confirmed);
    const writers = SUBJECTS.map(async ({ name, change }) => {
      for (;;) {
        const n = asked.get(name)! + 1;
        asked.set(name, n);
        const answer = await change(server, token, n).catch(() => undefined);
        if (!answer) return; // killed
        t.is(answer.status, 200, name);
        confirmed.set(name, n);
        changes += 1;
      }
    });
    await wait(Math.random() * LONGEST);
    server.child.kill('SIGKILL');
    await Promise.all([...writers, server.ended]);
    t.is(await findDamage(folder, await makeFolder(t)), 'ok');
    server = await startIn(folder);
    if ((await server.call('GET', '/api/v1/serverstate', undefined, token)).status === 401)
      ({ token } = await signIn(server)); // 15 minutes
    for (const { name, read } of SUBJECTS) {
      const found = await read(server, token);
      const [number = 0] = found;
      t.true(found.length > 1 && found.every((one) => one === number), `${name}, kill ${kill}: by half, ${found}`);
      const [least, most] = [confirmed.get(name)!, asked.get(name)!];
      t.true(number >= least && number <= most, `${name}, kill ${kill}: ${number} for ${least} to ${most}`);
      if (number > least) unconfirmed += 1;
      confirmed.set(name, number);
    }
  }
  t.true(changes > KILLS, `${changes}`);
  t.log(`${KILLS} kills, ${changes} changes confirmed, ${unconfirmed} made and not confirmed any more`);
});

/** What SQLite says of a copy of the settings: the server itself shall be the first to open what was killed. */
async function findDamage(folder: string, copy: string): Promise<string> {
  for (const name of ['server-settings.sqlite', 'server-settings.sqlite-wal'])
    if (existsSync(path.join(folder, name))) copyFileSync(path.join(folder, name), path.join(copy, name));
  const database = await openDatabase(path.join(copy, 'server-settings.sqlite'));
  try {
    return database
      .prepare('PRAGMA integrity_check')
      .all()
      .map((row) => row.integrity_check)
      .join();
  } finally {
    database.close();
  }
}
