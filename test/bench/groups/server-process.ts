import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';

/** A server that was started for a measurement, and has answered once. */
export interface Started {
  port: number;
  /** Seconds from the start of the process to its first answer. */
  took: number;
  /** Resident memory now, in MiB (VmRSS, proc_pid_status(5)). */
  memory(): number;
  stop(): Promise<void>;
}

const BARE = `require('node:http').createServer((request, response) => {
  const body = Buffer.from('{"status":"healthy"}');
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}).listen(0, '127.0.0.1', function () { process.stderr.write('Listening on 127.0.0.1:' + this.address().port + '\\n'); });`;

/** What every figure is held against: Node's own server with one fixed answer. */
export const bareCommand: readonly string[] = [process.execPath, '-e', BARE];

/** Starts a server that says where it listens. @throws Error with what it said when it ends instead. */
export async function startServer([file = '', ...args]: readonly string[]): Promise<Started> {
  const before = performance.now();
  const child = spawn(file, args, { env: { PATH: process.env.PATH ?? '' }, stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await readPort(child);
  await ask(port);
  const took = (performance.now() - before) / 1000;
  return {
    port,
    took,
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function readPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the server ended: ${said}`)));
    child.stderr?.on('data', (bytes: Buffer) => {
      said += bytes;
      const port = /Listening on \S+?:(\d+)/.exec(said)?.[1];
      if (port) resolve(Number(port));
    });
  });
}

/** Milliseconds until an answer of 200 is there, over a connection of its own. */
export function ask(port: number): Promise<number> {
  const before = performance.now();
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: '/health', agent: false }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - before);
        else reject(new Error(`/health answered ${response.statusCode}`));
      });
    });
    call.once('error', reject);
    call.end();
  });
}
