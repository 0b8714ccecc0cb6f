import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { endProcess } from './end-process.ts';
import { type End, explainEnd } from './explain-end.ts';
import type { Engine, Job, JobControl, JobResult } from './job.ts';
import { type JobDocument, makeRedactor } from './job-document.ts';
import { type Launch, scrubEnvironment } from './launch.ts';
import { makeLineCutter } from './lines.ts';
import { type JobMessage, type JobRequest, LONGEST_MESSAGE, readMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { makeLatest, makeQuota } from './rates.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How patient the server is, in milliseconds, and how much it reads. */
export const LIMITS = {
  /** From the last message to the end of the process. */
  toEnd: 5000,
  /** From the end of the process to that of its output, which a process it left behind may hold open. */
  toClose: 1000,
  /** Between two reports of progress. */
  betweenProgress: 100,
  /** Bytes read in one `breath`; a job that says more has to wait. */
  bytesABreath: 1 << 20,
  breath: 50,
  /** Log lines a second. */
  linesASecond: 50,
  /** Bytes of standard error that are kept, the last ones. */
  errorTail: 8192,
};

/** Jobs that run as processes of their own. */
export function makeChildJobs(launch: Launch, log: Log, limits = LIMITS): Engine {
  return (_, describe) => makeChildJob(launch, describe, log, limits);
}

/** A job that runs as a process of its own: what it does to its memory, or to its event loop, is not the server's. */
function makeChildJob(launch: Launch, describe: () => JobDocument, log: Log, limits: typeof LIMITS): Job {
  return {
    async run(control) {
      const document = describe();
      const redact = makeRedactor(document);
      const child = start(launch);
      let isKilled = false;
      let fault: string | undefined;
      const kill = (why?: string) => {
        fault ??= why;
        endProcess(child.pid);
      };
      control.kill.addEventListener('abort', () => {
        isKilled = true;
        kill();
      });
      const ended = watchEnd(child);
      const closed = new Promise((resolve) => child.once('close', resolve));
      const tail = keepTail(child.stderr, limits.errorTail);
      const told = readMessages(child.stdout, control, limits, { log, redact, kill });
      tell(child, control, document);
      const end = await ended;
      endProcess(child.pid); // what it left behind
      await Promise.race([closed, wait(limits.toClose, undefined, { ref: false })]);
      const said = told.finish();
      for (const stream of child.stdio) stream?.destroy();
      if (said.result && !fault && !isKilled && end.code === 0) return said.result;
      const why = isKilled ? 'it was stopped at once' : (fault ?? explainEnd(end, said.error, tail()));
      throw new Error(redact(why));
    },
  };
}

function start({ file, args }: Launch): Child {
  return spawn(file, args, {
    cwd: path.parse(file).root,
    env: scrubEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // a process group of its own: its children end with it
    windowsHide: true,
  });
}

function watchEnd(child: Child): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (thrown) => resolve({ code: null, signal: null, failure: messageOf(thrown) }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** Hands the document over, then passes on what is asked of the job. The end of standard input would be the end of the job. */
function tell(child: Child, control: JobControl, document: JobDocument): void {
  child.stdin.on('error', () => {}); // it has ended; how, its exit says
  child.stdin.write(`${JSON.stringify(document)}\n`);
  const ask = (request: JobRequest) => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify({ request })}\n`);
  };
  if (control.stop.aborted) ask('stop');
  control.stop.addEventListener('abort', () => ask('stop'));
  control.watchPause((isPaused) => ask(isPaused ? 'pause' : 'resume'));
}

function keepTail(stream: Readable, most: number): () => string {
  let kept = Buffer.alloc(0);
  stream.on('error', () => {});
  stream.on('data', (bytes: Buffer) => {
    kept = Buffer.concat([kept, bytes]).subarray(-most);
  });
  return () => kept.toString('utf8');
}

interface Listeners {
  log: Log;
  redact(text: string): string;
  kill(why: string): void;
}

/** Reads what a job says. Whatever it says, and however much, the server has little work with it. */
function readMessages(stream: Readable, control: JobControl, limits: typeof LIMITS, { log, redact, kill }: Listeners) {
  const latest = makeLatest<Progress>(limits.betweenProgress, (progress) => control.report(progress));
  const quota = makeQuota(limits.linesASecond);
  let said: { result?: JobResult; error?: string } = {};
  let late: NodeJS.Timeout | undefined;
  const end = (last: typeof said) => {
    said = last;
    late = setTimeout(() => kill(`it did not end ${limits.toEnd / 1000} s after it was done`), limits.toEnd);
  };
  const hear = (message: JobMessage) => {
    if (late) return; // it has said its last word
    if ('progress' in message) latest.offer(message.progress);
    else if ('result' in message) end({ result: message.result });
    else if ('error' in message) end({ error: message.error });
    else if ('rows' in message) control.receive?.(message.rows);
    else if ('remote' in message) control.note?.(message.remote);
    else if ('log' in message && quota.take()) write(log, message.log.level, redact(message.log.message));
  };
  const cut = makeLineCutter(LONGEST_MESSAGE, (line) => {
    const message = readMessage(line);
    if (message) hear(message);
    else kill('it said what is no message of a job');
  });
  let isDeaf = false;
  let breath = 0;
  stream.on('error', () => {});
  stream.on('data', (bytes: Buffer) => {
    if (isDeaf) return;
    try {
      cut(bytes);
    } catch (thrown) {
      isDeaf = true;
      kill(messageOf(thrown));
    }
    breath += bytes.length;
    if (breath < limits.bytesABreath) return;
    breath = 0;
    stream.pause();
    setTimeout(() => stream.resume(), limits.breath);
  });
  return {
    finish() {
      clearTimeout(late);
      latest.flush();
      isDeaf = true;
      if (quota.refused() > 0) log.warning(`task ${control.task}: ${quota.refused()} lines of its log were left out`);
      return said;
    },
  };
}

function write(log: Log, level: 'Verbose' | 'Information' | 'Warning' | 'Error', message: string): void {
  if (level === 'Error') log.error(message);
  else if (level === 'Warning') log.warning(message);
  else if (level === 'Information') log.information(message);
  else log.verbose(message);
}
