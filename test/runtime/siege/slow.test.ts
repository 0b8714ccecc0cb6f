import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { openConnection, request, sendRaw, statusOf, untilClosed } from '../http/raw-request.ts';
import { besiege } from './siege.ts';

/** Bytes that a slow client has sent: nothing, a part of a head, a head without its end, a body that does not come. */
const SLOW = [
  '',
  'GET /health HT',
  'GET /health HTTP/1.1\r\nHost: localhost\r\n',
  'POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{',
];

function memoryOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

test('while 5,000 slow connections come, a good client is answered, and memory comes back to its level', async (t) => {
  const server = await besiege(t);
  const ask = async () => {
    const before = performance.now();
    const answer = await sendRaw(server.port, request('GET /health HTTP/1.1', 'Host: localhost'));
    return { status: statusOf(answer), took: performance.now() - before };
  };
  for (let i = 0; i < 300; i++) await ask();
  const before = memoryOf(server.child.pid);
  const slow: Socket[] = [];
  t.teardown(() => {
    for (const socket of slow) socket.destroy();
  });
  const times: number[] = [];
  for (let wave = 0; wave < 50; wave++) {
    const opened = await Promise.allSettled(
      Array.from({ length: 100 }, (_, at) => openConnection(server.port, SLOW[at % SLOW.length]!)),
    );
    for (const one of opened) if (one.status === 'fulfilled') slow.push(one.value.on('error', () => {}));
    const { status, took } = await ask();
    t.is(status, 200);
    times.push(took);
  }
  t.true(slow.length > 4900, `${slow.length}`);
  await wait(1000);
  t.true(slow.filter((socket) => !socket.destroyed).length <= 1100, 'the oldest ones have gone');
  times.sort((a, b) => a - b);
  t.log(`a good client: median ${times[25]!.toFixed(1)} ms, slowest ${times[49]!.toFixed()} ms`);
  for (const socket of slow) socket.destroy();
  await Promise.all(slow.map(untilClosed));
  for (let i = 0; i < 300; i++) await ask();
  const after = memoryOf(server.child.pid);
  t.log(`memory ${before.toFixed()} MiB before, ${after.toFixed()} MiB after`);
  t.true(after < before + 64, `${before} MiB before, ${after} MiB after`);
});

test('a head and a body that do not come to an end in their time are cut off', async (t) => {
  const server = await besiege(t);
  const drip = async (head: string) => {
    const socket = await openConnection(server.port, head);
    socket.on('error', () => {});
    const began = performance.now();
    const timer = setInterval(() => socket.writable && socket.write('a'), 500);
    await untilClosed(socket);
    clearInterval(timer);
    return performance.now() - began;
  };
  const took = await drip(`GET /health HTTP/1.1\r\nHost: localhost\r\nX: `);
  t.true(took > 8000, `${took}`); // how late it may be is the machine's
});
