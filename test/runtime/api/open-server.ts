import { once } from 'node:events';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import type { Engine } from '../../../runtime/jobs/job.ts';
import { serverOptions } from '../../../runtime/server/options.ts';
import { startServer } from '../../../runtime/server/server.ts';
import { keepLog } from '../auth/open-auth.ts';
import { makeFolder } from '../run-program.ts';
import { type Answer, memberOf, send } from './replay.ts';

export const PASSWORD = 'seven green bottles';

/** A whole server in this process, with jobs that stand in for the engine, and somebody who has signed in. */
export async function openServer(
  t: ExecutionContext,
  engine?: Engine,
  password = PASSWORD,
  more: readonly string[] = [],
) {
  const folder = path.join(await makeFolder(t), 'data');
  const options = [
    '--webservice-port=0',
    `--server-datafolder=${folder}`,
    `--webservice-password=${password}`,
    ...more,
  ];
  const { log, lines } = keepLog();
  const given = readArguments(options, {}, serverOptions);
  const server = await startServer(given, log, () => {}, engine);
  t.teardown(() => server.stop());
  const port = Number(new URL(server.url).port);
  // Without a password, the link of the log claims the server.
  const link = /signin\.html\?token=([\w-]+)/.exec(lines.join(''))?.[1];
  const login = link
    ? { method: 'POST', path: '/api/v1/auth/claim', body: JSON.stringify({ SigninToken: link, Password: PASSWORD }) }
    : { method: 'POST', path: '/api/v1/auth/login', body: JSON.stringify({ Password: PASSWORD }) };
  const token = memberOf((await send(port, login)).body, 'AccessToken');
  const call = (method: string, target: string, body?: unknown): Promise<Answer> =>
    send(port, {
      method,
      path: `/api/${target}`,
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      headers: { Authorization: `Bearer ${token}` },
    });
  return { port, folder, lines, token, call };
}

/** A backup's form as clients send it. */
export function makeForm(name: string, more: Record<string, unknown> = {}) {
  return {
    Backup: {
      ID: null,
      Name: name,
      Description: '',
      Tags: [],
      TargetURL: 'ssh://u:canary-url@host/folder',
      DBPath: null,
      Sources: ['/home/'],
      Settings: [{ Name: 'passphrase', Value: 'canary-passphrase', Filter: null, Argument: null }],
      Filters: [{ Order: 0, Include: false, Expression: '*.tmp' }],
      Metadata: {},
      IsTemporary: false,
      ...more,
    },
    Schedule: null,
  };
}

/** A WebSocket that keeps what it hears. */
export async function openSocket(
  t: ExecutionContext,
  port: number,
  query: string,
  headers: Record<string, string> = {},
) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/notifications${query}`, { headers });
  t.teardown(() => socket.terminate());
  const heard: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  let code: number | undefined;
  const look = () => {
    for (const one of waiting) one();
  };
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)));
    look();
  });
  socket.on('close', (given) => {
    code = given;
    look();
  });
  await once(socket, 'open');
  /** The first message from now on, or from `from`, that `fits`. */
  const hears = (fits: (message: Record<string, unknown>) => boolean, from = 0) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const check = () => {
        const found = heard.slice(from).find(fits);
        if (!found && code === undefined) return;
        waiting.delete(check);
        if (found) resolve(found);
        else reject(new Error(`closed with ${code}`));
      };
      waiting.add(check);
      check();
    });
  const closes = () =>
    new Promise<number>((resolve) => {
      const check = () => {
        if (code === undefined) return;
        waiting.delete(check);
        resolve(code);
      };
      waiting.add(check);
      check();
    });
  const say = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, heard, hears, closes, say };
}
