import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { openSessions } from '../../../runtime/auth/sessions.ts';
import { openSettings } from '../../../runtime/settings/settings.ts';
import { bundleFromSource } from '../../../runtime/web/from-source.ts';
import { median } from '../contest.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';
import { measureAmongSlow, measureReads, openSockets } from './server-load.ts';
import { bareCommand, type Started, startServer } from './server-process.ts';

export const SERVER_HEAD = ['', 'what', 'ours', 'bare node:http', 'figure', 'min–max', 'target', ''];

const PASSWORD = 'seven green bottles';
const SESSIONS = 1000;
const READS = ['serverstate', 'tasks', 'backups', 'systeminfo'];
/** Seconds until a server that was started has nothing left to do. */
const SETTLE = 2;

/**
 * The packaged server of the CLI edition against a server of nothing but Node, in turn.
 * @returns rows for a table with `SERVER_HEAD`.
 */
export async function benchServer(space: Workspace, payloads: Payloads, rounds: number, say: (line: string) => void) {
  const tree = await payloads.deb('x64');
  const program = path.join(tree, 'usr/lib/duplicati/bin/duplicati-server');
  const folder = path.join(await space.fresh('server'), 'data');
  const ours = [program, '--webservice-port=0', `--server-datafolder=${folder}`];
  const rows: string[][] = [];
  const judge = (
    what: string,
    figure: number,
    most: boolean,
    target: number,
    digits: number,
    more: Partial<Record<'ours' | 'bare' | 'range', string>> = {},
  ) => {
    const isMet = most ? figure <= target : figure >= target;
    const sign = most ? '<=' : '>=';
    const row = [
      'server',
      what,
      more.ours ?? '',
      more.bare ?? '',
      figure.toFixed(digits),
      more.range ?? '',
      `${sign} ${target}`,
      isMet ? 'met' : 'NOT MET',
    ];
    rows.push(row);
    say(row.filter((cell) => cell !== '').join('  '));
  };

  const pairs: Record<'start' | 'memory', { ours: number[]; bare: number[] }> = {
    start: { ours: [], bare: [] },
    memory: { ours: [], bare: [] },
  };
  await visit([...ours, `--webservice-password=${PASSWORD}`], async () => {}); // the first start of all makes the database
  for (let round = 0; round < rounds; round++) {
    for (const [side, command] of [
      ['bare', bareCommand],
      ['ours', ours],
    ] as const) {
      await visit(command, async (server) => {
        await wait(SETTLE * 1000);
        pairs.start[side].push(server.took);
        pairs.memory[side].push(server.memory());
      });
    }
  }
  for (const [what, { ours, bare }, target, digits] of [
    ['start to first answer, ratio (seconds)', pairs.start, 2, 2],
    ['idle memory, ratio (MiB)', pairs.memory, 1.3, 0],
  ] as const) {
    const ratios = ours.map((one, round) => one / bare[round]!);
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    judge(what, median(ratios), true, target, 2, {
      ours: median(ours).toFixed(digits),
      bare: median(bare).toFixed(digits),
      range,
    });
  }

  await visit(ours, async (server) => {
    const token = await signIn(server);
    for (const name of READS) {
      const target = `/api/v1/${name}`;
      await measureReads(server.port, target, token, 2); // compiled by now
      const runs = [];
      for (let round = 0; round < rounds; round++) runs.push(await measureReads(server.port, target, token, 3));
      const rates = runs.map(({ perSecond }) => perSecond);
      judge(`authenticated reads a second, 50 connections: ${name}`, median(rates), false, 1500, 0, {
        range: `${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)}`,
      });
      judge(`their p99 in ms: ${name}`, median(runs.map(({ p99 }) => p99)), true, 50, 1);
    }
  });
  await visit(ours, async (server) =>
    judge('slowest good client in ms while 5,000 slow ones come', await measureAmongSlow(server.port), true, 1000, 0),
  );
  await addSessions(folder);
  await visit(ours, async (server) => {
    const token = await signIn(server);
    const close = await openSockets(server.port, token);
    await wait(SETTLE * 1000);
    judge(`MiB with ${SESSIONS} sessions and 200 WebSockets`, server.memory(), true, 300, 0);
    close();
  });
  judge('kB of the web interface, gzip', await sizeOfInterface(), true, 150, 0);
  return rows;
}

async function visit(command: readonly string[], work: (server: Started) => unknown): Promise<void> {
  const server = await startServer(command);
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

async function signIn({ port }: Started): Promise<string> {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ Password: PASSWORD });
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, { method: 'POST', headers, body });
  const { AccessToken } = (await answer.json()) as { AccessToken: string }; // what the API documents
  return AccessToken;
}

/** Sessions as signing in makes them, without the key derivation that each sign-in costs. */
async function addSessions(folder: string): Promise<void> {
  const log = { verbose() {}, information() {}, notice() {}, warning() {}, error() {} };
  const settings = await openSettings(folder, { isRequired: false, isDisabled: false }, log);
  const sessions = openSessions(settings, settings.ownKey('refresh-key'), () => Date.now() / 1000);
  for (let n = sessions.list().length; n < SESSIONS; n++) sessions.start(`session ${n}`, 86_400);
  settings.close();
}

async function sizeOfInterface(): Promise<number> {
  const { names, read } = await bundleFromSource();
  let size = 0;
  for (const name of names) size += gzipSync(await read(name), { level: 9 }).length;
  return size / 1000;
}
