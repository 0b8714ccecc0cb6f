import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Answer, memberOf, type Sent, send } from '../api/replay.ts';
import { makeFolder, type Started, startProgram } from '../run-program.ts';

export const PASSWORD = 'seven green bottles';

export interface Callable {
  port: number;
  /** Calls the API; with a token where one is given. */
  call(
    method: string,
    target: string,
    body?: unknown,
    token?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** A server process of its own, started from source, and a way to ask it. */
export interface Besieged extends Started, Callable {
  folder: string;
  log(): string;
}

export function callServer(port: number): Callable {
  return {
    port,
    call(method, target, body, token, headers = {}) {
      const sent: Sent = { method, path: target, headers: { ...headers } };
      if (body !== undefined) sent.body = typeof body === 'string' ? body : JSON.stringify(body);
      if (token !== undefined) sent.headers!.Authorization = `Bearer ${token}`;
      return send(port, sent);
    },
  };
}

/** Starts the server in a data folder, which another one may have left. */
export async function startIn(folder: string, args: readonly string[] = []): Promise<Besieged> {
  const server = startProgram('duplicati-server', ['--webservice-port=0', `--server-datafolder=${folder}`, ...args]);
  let said = '';
  server.child.stderr?.on('data', (text: string) => {
    said += text;
  });
  const [, found] = await server.says(/Listening on \S+?:(\d+)/);
  const port = Number(found);
  return { ...server, ...callServer(port), folder, log: () => said };
}

/** A server with a data folder of the test's own, stopped when the test ends. */
export async function besiege(t: ExecutionContext, args: readonly string[] = [`--webservice-password=${PASSWORD}`]) {
  const server = await startIn(path.join(await makeFolder(t), 'data'), args);
  t.teardown(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  return server;
}

/** Signs in with the password. */
export async function signIn({ call }: Callable, password = PASSWORD): Promise<{ token: string; cookies: string }> {
  const { status, body, headers } = await call('POST', '/api/v1/auth/login', { Password: password });
  if (status !== 200) throw new Error(`not signed in: ${status}`);
  const cookies = [headers['set-cookie'] ?? []].flat().map((one) => one.split(';', 1)[0]);
  return { token: memberOf(body, 'AccessToken'), cookies: cookies.join('; ') };
}
