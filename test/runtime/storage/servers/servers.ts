/** Real servers on loopback, for one test each: started, waited for, ended by their own process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createPrivateKey, randomInt, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { makeAuthority, makeServerCertificate } from '../../../../runtime/tls/certificate.ts';

/** Tests that need programs are skipped where one is missing, and say so; where CI is set they run, and fail. */
export function testWith(...programs: string[]): TestFn {
  const missing = programs.filter((one) => spawnSync('sh', ['-c', `command -v ${one}`], { env: PATHS }).status !== 0);
  if (missing.length === 0 || process.env.CI) return anyTest;
  console.warn(`not run: ${missing.join(', ')} is not installed`);
  return anyTest.skip as TestFn; // the same function, with its name alone
}

/** Servers are where an ordinary account does not look. */
export const PATHS = { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C.UTF-8', TZ: 'UTC' };

export function makeScratch(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'server-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Ports one behind the other that are free at all of these addresses. */
export async function freePorts(count: number, hosts: readonly string[]): Promise<number[]> {
  for (let tries = 0; tries < 100; tries++) {
    const first = randomInt(20_000, 32_000 - count);
    const ports = Array.from({ length: count }, (_, n) => first + n);
    const taken = await Promise.all(hosts.flatMap((host) => ports.map((port) => isTaken(port, host))));
    if (!taken.includes(true)) return ports;
  }
  throw new Error(`no ${count} ports one behind the other are free`);
}

function isTaken(port: number, host: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}

export interface RunningServer {
  process: ChildProcess;
  said(): string;
  stop(): Promise<void>;
}

/** Starts a program in the foreground and waits until its port answers. It ends with the test. */
export async function startServer(
  t: ExecutionContext,
  command: readonly [string, ...string[]],
  { port, host = '127.0.0.1', cwd = '/' }: { port: number; host?: string; cwd?: string },
): Promise<RunningServer> {
  const [program, ...args] = command;
  let said = '';
  // A run that is ended takes its servers with it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: PATHS,
    cwd,
    detached: true,
  });
  child.on('error', (thrown) => {
    said += thrown.message;
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000);
    });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    // With its children: a connection may have a process of its own.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
    await ended;
    for (const stream of [child.stdout, child.stderr]) stream.destroy(); // a connection may have a process that holds them
  };
  t.teardown(stop);
  for (let tries = 0; !(await answers(port, host)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error(`${program} did not start: ${said}`);
    await wait(50);
  }
  return { process: child, said: () => said, stop };
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const authority = makeAuthority('storage tests', { hosts: ['localhost'], addresses: ['127.0.0.1'] }, Date.now());

/** A certificate that no system trusts, its key, and its SHA-1 as Duplicati names it. */
export function makeIdentity(): {
  certificate: string;
  key: string;
  hash: string;
  authority: string;
  authorityHash: string;
} {
  const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
  const { certificate, key } = makeServerCertificate(authority, createPrivateKey(authority.key), names, Date.now());
  const hash = (text: string) => new X509Certificate(text).fingerprint.replaceAll(':', '');
  return {
    certificate: certificate + authority.certificate,
    key,
    hash: hash(certificate),
    authority: authority.certificate,
    authorityHash: hash(authority.certificate),
  };
}
