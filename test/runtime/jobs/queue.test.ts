import { setTimeout as wait } from 'node:timers/promises';
import test from 'ava';
import { MOST_WAITING, openQueue, type QueueEvent } from '../../../runtime/jobs/queue.ts';
import { makeCountingJob } from './counting-job.ts';

const ORDER = { operation: 'Backup', backup: '1' } as const;

function makeQueue() {
  const events: QueueEvent[] = [];
  const clock = { at: 1_800_000_000_000 };
  const queue = openQueue(
    (event) => void events.push(event),
    () => clock.at,
  );
  return { events, queue, clock, kinds: () => events.map(({ what }) => what) };
}

test('one job runs at a time, in order; the one that is next goes before those that wait', async (t) => {
  const { queue } = makeQueue();
  const jobs = [makeCountingJob(), makeCountingJob(), makeCountingJob()] as const;
  const first = queue.add(ORDER, jobs[0]);
  await jobs[0].begun;
  const [second, third] = [queue.add(ORDER, jobs[1]), queue.add(ORDER, jobs[2], true)];
  t.deepEqual(
    queue.list().map(({ id }) => id),
    [first.id, third.id, second.id],
  );
  t.deepEqual(
    queue.list().map(({ status }) => status),
    ['Running', 'Waiting', 'Waiting'],
  );
  jobs[0].finish();
  await jobs[2].begun;
  t.is(queue.find(first.id)?.status, 'Completed');
  t.is(queue.running()?.id, third.id);
  jobs[2].fail('the disk is full');
  await jobs[1].begun;
  t.like(queue.find(third.id), { status: 'Failed', error: 'the disk is full' });
  jobs[1].finish();
});

test('progress is that of the running job, and of the last one afterwards', async (t) => {
  const { queue, kinds } = makeQueue();
  t.is(queue.progress(), undefined);
  const job = makeCountingJob();
  const { id } = queue.add(ORDER, job);
  await job.begun;
  job.step();
  await wait(0);
  t.like(queue.progress(), { task: { id }, progress: { overall: 0.1 } });
  job.finish();
  await wait(0);
  t.like(queue.progress(), { task: { id, status: 'Completed' } });
  t.deepEqual(kinds(), ['queue', 'queue', 'progress', 'ended', 'queue']);
});

test('a job is asked to stop, then killed; the queue goes on even when it takes no notice', async (t) => {
  const { queue } = makeQueue();
  const [deaf, after] = [makeCountingJob(true), makeCountingJob()];
  const { id } = queue.add(ORDER, deaf);
  const { signal } = { signal: (await deaf.begun).stop };
  queue.add(ORDER, after);
  t.true(queue.stop(id));
  t.true(signal.aborted);
  await wait(0);
  t.is(queue.find(id)?.status, 'Running');
  t.true(queue.stop(id));
  await after.begun;
  t.like(queue.find(id), { status: 'Failed', error: 'it was stopped at once' });
  t.false(queue.stop(id), 'it has ended');
  after.finish();
});

test('a job that waits is taken out', (t) => {
  const { queue } = makeQueue();
  queue.pause();
  const { id } = queue.add(ORDER, makeCountingJob());
  t.true(queue.kill(id));
  t.deepEqual(queue.list(), []);
  t.is(queue.find(id)?.status, 'Failed');
  t.false(queue.kill(id));
});

test('while the queue is paused no job begins, and the one that runs is told', async (t) => {
  const { queue } = makeQueue();
  const [one, two] = [makeCountingJob(), makeCountingJob()];
  queue.add(ORDER, one);
  await one.begun;
  queue.add(ORDER, two);
  queue.pause();
  t.deepEqual(queue.paused(), {});
  one.finish();
  await wait(0);
  t.is(queue.running(), undefined);
  queue.resume();
  await two.begun;
  t.deepEqual([one.pauses, two.pauses], [[true], []]);
  queue.pause(1_800_000_600_000);
  t.deepEqual(queue.paused(), { until: 1_800_000_600_000 });
  two.finish();
});

test('a pause with an end ends by itself', async (t) => {
  const queue = openQueue();
  const job = makeCountingJob();
  queue.pause(Date.now() + 5);
  queue.add(ORDER, job);
  t.truthy(queue.paused());
  const alive = setInterval(() => {}, 1000); // the queue's timer keeps nothing alive
  await job.begun;
  clearInterval(alive);
  t.is(queue.paused(), undefined);
  job.finish();
});

test('closing drops what waits and kills what does not stop', async (t) => {
  const { queue } = makeQueue();
  const deaf = makeCountingJob(true);
  const { id } = queue.add(ORDER, deaf);
  await deaf.begun;
  queue.add(ORDER, makeCountingJob());
  const alive = setInterval(() => {}, 1000);
  await queue.close(1);
  clearInterval(alive);
  t.is(queue.find(id)?.status, 'Failed');
  t.deepEqual(queue.list(), []);
  t.throws(() => queue.add(ORDER, makeCountingJob()));
});

test('neither waiting nor ended tasks fill the memory', (t) => {
  const { queue } = makeQueue();
  queue.pause();
  const ids = Array.from({ length: MOST_WAITING }, () => queue.add(ORDER, makeCountingJob()).id);
  t.throws(() => queue.add(ORDER, makeCountingJob()), { message: /too many/ });
  for (const id of ids) queue.kill(id);
  t.is(queue.find(ids[0]!), undefined);
  t.is(queue.find(ids.at(-1)!)?.status, 'Failed');
});
