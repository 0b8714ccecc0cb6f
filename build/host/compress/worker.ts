import { parentPort } from 'node:worker_threads';
import { PackwrightError } from '../../model/errors.ts';
import { digestSources } from './digest.ts';
import { encodeUnit } from './encode.ts';
import type { Answer, Job, Reply } from './jobs.ts';
import { areSameBytes } from './same-bytes.ts';

/** The thread's entry: one job at a time, one reply for each. */
async function runJob(job: Job): Promise<Answer> {
  if (job.kind === 'digest') return { kind: 'digest', digests: digestSources(job.sources, job.algorithms) };
  if (job.kind === 'compare') return { kind: 'compare', same: areSameBytes(job.one, job.other) };
  return { kind: 'encode', ...(await encodeUnit(job.source, job.encoding)) };
}

function describeFailure(cause: unknown): Reply {
  if (cause instanceof PackwrightError) {
    const { where, hint, message } = cause;
    const what = message.slice(where.length + 2, hint ? -(hint.length + 2) : undefined);
    return { ok: false, where, what, hint };
  }
  return {
    ok: false,
    where: '',
    what: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    hint: '',
  };
}

parentPort?.on('message', async (job: Job) => {
  let reply: Reply;
  try {
    reply = { ok: true, answer: await runJob(job) };
  } catch (cause) {
    reply = describeFailure(cause);
  }
  const bytes = reply.ok && reply.answer.kind === 'encode' ? reply.answer.bytes.buffer : undefined;
  parentPort?.postMessage(reply, bytes ? [bytes] : []);
});
