import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** One recorded call, as `record-api.py` wrote it. */
export interface Recorded {
  n: number;
  call: string;
  note?: string;
  request?: unknown;
  auth?: false;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  body: unknown;
}

export function readRecording(name: string): unknown[] {
  const file = path.join(import.meta.dirname, '../../fixtures/duplicati', name);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export interface Sent {
  method: string;
  path: string;
  body?: string | undefined;
  headers?: Record<string, string>;
}

export function send(port: number, { method, path: target, body, headers = {} }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all: Record<string, string> = { Host: `127.0.0.1:${port}`, ...headers };
    if (body !== undefined) {
      all['Content-Type'] ??= 'application/json';
      all['Content-Length'] = String(Buffer.byteLength(body));
    } else if (method !== 'GET') all['Content-Length'] = '0';
    const call = request({ host: '127.0.0.1', port, method, path: target, headers: all, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parseBody(text) });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** As the recorder keeps a body: JSON where it is, else text, and long text only by its size. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A player of the recording: it signs in where the recorder did, and keeps tokens, cookies and identifiers of ours. */
export function makePlayer(port: number, password: string, scratch: string) {
  const state = { token: '', cookie: '', nonce: '', signin: '', backup: '1', task: '', time: '' };
  for (const name of ['source/names', 'source/sizes', 'scratch/restore'])
    mkdirSync(path.join(scratch, name), { recursive: true });
  writeFileSync(path.join(scratch, 'source/names/plain.txt'), 'plain');
  writeFileSync(path.join(scratch, 'source/late.txt'), 'late');
  writeFileSync(path.join(scratch, 'source/sizes/16m.bin'), randomBytes(16 << 20));
  /** Waits until no job runs, as the recorder did. */
  const untilIdle = async () => {
    for (;;) {
      const { body } = await send(port, {
        method: 'GET',
        path: '/api/v1/tasks',
        headers: { Authorization: `Bearer ${state.token}` },
      });
      if (!Array.isArray(body) || body.length === 0) return;
      await wait(100);
    }
  };
  /** Paths and passwords of the recording become ours. */
  const translate = (text: string) =>
    text
      .replaceAll('2026-11-22T15:08:51+00:00', state.time)
      .replaceAll('2026-11-22T15%3A08%3A51%2B00%3A00', encodeURIComponent(state.time))
      .replaceAll('/srv/scratch', path.join(scratch, 'scratch'))
      .replaceAll('/srv/source', path.join(scratch, 'source'))
      .replaceAll('"easy1234"', JSON.stringify(password));

  return {
    state,
    async play({ n, call, note, request: sent, auth }: Recorded): Promise<Answer> {
      const [method = '', recorded = ''] = call.split(' ');
      const headers: Record<string, string> = {};
      if (auth !== false) headers.Authorization = `Bearer ${state.token}`;
      if (note === 'bad token') headers.Authorization = 'Bearer nonsense';
      if (note === 'form body') headers['Content-Type'] = 'application/x-www-form-urlencoded';
      if (note?.startsWith('host name')) headers.Host = 'evil.example';
      if (note === 'foreign origin') headers.Origin = 'http://evil.example';
      if (note === 'cookie and nonce' || note === 'wrong nonce') headers.Cookie = state.cookie;
      if (n > 75 && state.task !== '') await untilIdle();
      // It was made a version of a second later, with a file more.
      if (n === 97) {
        await wait(1100);
        writeFileSync(path.join(scratch, 'source/later.txt'), 'later');
      }
      let target = translate(recorded)
        .replaceAll('%2Fsrv%2Fsource', encodeURIComponent(path.join(scratch, 'source')))
        .replaceAll('/backup/1', `/backup/${state.backup}`)
        .replace('/task/2', `/task/${state.task}`);
      if (target.endsWith('token=<token>')) {
        const issued = await send(port, {
          method: 'POST',
          path: '/api/v1/auth/issuetoken/export',
          headers: { Authorization: `Bearer ${state.token}` },
        });
        target = target.replace('<token>', memberOf(issued.body, 'Token'));
      }
      const isRaw = note === 'bad JSON' || note === 'form body';
      let body = sent === undefined ? undefined : isRaw ? String(sent) : translate(JSON.stringify(sent));
      if (n === 9) body = JSON.stringify({ Nonce: state.nonce });
      if (n === 13) body = JSON.stringify({ SigninToken: state.signin });
      const answer = await send(port, { method, path: target, body, headers });
      this.keep(n, answer);
      return answer;
    },
    /** What later calls need of an answer. */
    keep(n: number, { body, headers }: Answer) {
      if (n === 8 || n === 9) {
        state.token = memberOf(body, 'AccessToken');
        state.nonce = memberOf(body, 'RefreshNonce');
        state.cookie = [headers['set-cookie'] ?? []]
          .flat()
          .map((line) => line.split(';', 1)[0])
          .join('; ');
      }
      if (n === 70) state.task = memberOf(body, 'ID');
      if (n === 101 && Array.isArray(body)) state.time = memberOf(body[0], 'Time');
      if (n === 12) state.signin = memberOf(body, 'Token');
      if (n === 64) state.backup = memberOf(body, 'ID');
    },
  };
}

export function memberOf(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null || !(name in body)) return '';
  return String((body as Record<string, unknown>)[name]); // an object, as just seen
}
