import test from 'ava';
import { makeFolder, startServer } from '../run-program.ts';
import { DIFFERENCES, EMPTY, YOUNG_JOBS } from './differences.ts';
import { makePlayer, type Recorded, readRecording } from './replay.ts';
import { compareShapes } from './shape.ts';

const PASSWORD = 'seven green bottles';
/** Calls that were recorded; `record-api.py` made others in between and kept nothing of them. */
const recording = readRecording('api.jsonl') as Recorded[]; // written by the recorder

test('the recorded calls are answered with the same status, members and types, but for what is named', async (t) => {
  const folder = await makeFolder(t);
  const { port } = await startServer(t, [], { DUPLICATI__WEBSERVICE_PASSWORD: PASSWORD });
  const player = makePlayer(port, PASSWORD, folder);
  const different = new Map<number, string>();
  const empty: string[] = [];
  for (const recorded of recording) {
    const { n, call, status, body } = recorded;
    const answer = await player.play(recorded);
    t.true(answer.status < 500 || [502, 503].includes(answer.status), `${n} ${call}: ${answer.status} ${answer.text}`);
    const isFile = typeof body === 'string' && /^<\d+ bytes>$/.test(body);
    const found = answer.status === status ? [] : [`status ${answer.status} instead of ${status}`];
    if (answer.status === status && !isFile)
      found.push(
        ...compareShapes([body], answer.body, (where) => void empty.push(`${call.replace(/\?.*/, '')} ${where}`)),
      );
    if (found.length > 0) different.set(n, found.join('; '));
  }
  const named = new Map(DIFFERENCES.flatMap(({ name, calls }) => calls.map((n) => [n, name] as const)));
  for (const n of YOUNG_JOBS) named.set(n, 'the job has only begun');
  t.log(`${recording.length} calls: ${recording.length - different.size} the same, ${different.size} differ`);
  for (const { n, call } of recording) {
    if (different.has(n)) t.log(`${n} ${call}: ${different.get(n)} (${named.get(n) ?? 'NOT NAMED'})`);
  }
  t.deepEqual(
    [...different.keys()],
    [...named.keys()].sort((a, b) => a - b),
    'different',
  );
  t.deepEqual([...new Set(empty)].sort(), Object.keys(EMPTY).sort(), 'empty lists');
  t.true(DIFFERENCES.length <= 20);
});

test('every difference has a reason, and no call has two', (t) => {
  const calls = [...DIFFERENCES.flatMap((one) => one.calls), ...YOUNG_JOBS];
  t.is(new Set(calls).size, calls.length);
  for (const { name, why } of DIFFERENCES) t.true(why.length > 20, name);
});
