import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { ask } from './server-process.ts';

export interface Reads {
  perSecond: number;
  /** Milliseconds that 99 of 100 answers took at most. */
  p99: number;
}

/** Reads one address over and over on so many connections. @throws Error for an answer that is no 200. */
export async function measureReads(
  port: number,
  target: string,
  token: string,
  seconds: number,
  connections = 50,
): Promise<Reads> {
  const call = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const begin = performance.now();
  await Promise.all(Array.from({ length: connections }, () => readUntil(port, call, end, times)));
  const took = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  return { perSecond: times.length / took, p99: times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY };
}

/** One connection that asks again as soon as it is answered. Light, since it shares the processors with what it measures. */
function readUntil(port: number, call: string, end: number, times: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = '';
    let left = -1; // bytes of the body; -1: the head is not whole
    let asked = 0;
    const socket = connect(port, '127.0.0.1').setNoDelay();
    const next = () => {
      if (asked > 0) times.push(performance.now() - asked);
      if (performance.now() >= end) return void socket.destroy();
      [head, left, asked] = ['', -1, performance.now()];
      socket.write(call);
    };
    socket.once('connect', next);
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.on('data', (bytes) => {
      if (left >= 0) left -= bytes.length;
      else {
        head += bytes.toString('latin1');
        const at = head.indexOf('\r\n\r\n');
        if (at < 0) return;
        if (!head.startsWith('HTTP/1.1 200')) return void socket.destroy(new Error(head.slice(0, at)));
        left = Number(/^content-length: (\d+)/im.exec(head)?.[1]) - (head.length - at - 4);
      }
      if (left === 0) next();
    });
  });
}

/** What clients have sent that never go on: nothing, a part of a head, a head without its end, a body that does not come. */
const SLOW = [
  '',
  'GET /health HT',
  'GET /health HTTP/1.1\r\nHost: localhost\r\n',
  'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{',
];

/** Milliseconds that the slowest of the good clients waited which came while so many half-open and slow connections did. */
export async function measureAmongSlow(port: number, count = 5000): Promise<number> {
  const sockets: Socket[] = [];
  let slowest = 0;
  while (sockets.length < count) {
    for (let n = 0; n < 100; n++) {
      const socket = connect(port, '127.0.0.1')
        .on('error', () => {})
        .resume();
      socket.write(SLOW[n % SLOW.length] ?? '');
      sockets.push(socket);
    }
    slowest = Math.max(slowest, await ask(port));
    await wait(5);
  }
  for (let n = 0; n < 10; n++) slowest = Math.max(slowest, await ask(port));
  for (const socket of sockets) socket.destroy();
  return slowest;
}

/** So many WebSockets that have said who they are. @returns what closes them. */
export async function openSockets(port: number, token: string, count = 200): Promise<() => void> {
  const sockets: WebSocket[] = [];
  for (let n = 0; n < count; n++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/notifications?token=${token}`);
    await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject).once('close', reject));
    sockets.push(socket);
  }
  return () => {
    for (const socket of sockets) socket.terminate();
  };
}
