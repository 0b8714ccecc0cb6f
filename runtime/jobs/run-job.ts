import { constants } from 'node:os';
import { messageOf, UserError } from '../errors.ts';
import { tryEndWithParent } from '../posix/end-with-parent.ts';
import { setOwnPriority } from '../posix/priority.ts';
import type { JobResult, Operation, RemoteCall } from './job.ts';
import type { JobDocument } from './job-document.ts';
import { makeLineCutter } from './lines.ts';
import type { JobMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { makeLatest } from './rates.ts';

/** What the work of a job is handed, in the process of the job. */
export interface WorkControl {
  report(progress: Progress): void;
  log(level: 'Verbose' | 'Information' | 'Warning' | 'Error', message: string): void;
  /** Aborted when it shall end what it has begun, then stop. */
  readonly stop: AbortSignal;
  watchPause(listener: (isPaused: boolean) => void): void;
  /** Rows of an answer, in order; each call's are less than a message. */
  send(rows: readonly unknown[]): void;
  /** Says what was done at the destination. */
  note(call: RemoteCall): void;
}

export type Work = (document: JobDocument, control: WorkControl) => Promise<JobResult>;

/** Largest document, in bytes. */
const LARGEST_DOCUMENT = 64 << 20;
/** Milliseconds within which the document has to be there. */
const DOCUMENT_WITHIN = 30_000;
const BETWEEN_PROGRESS = 200;
/** A shorter text than a message's limit, for those that escaping makes longer. */
const LONGEST_TEXT = 8000;

/**
 * The program of a job: reads its document from standard input, works, and says how it goes on standard output. It ends when standard
 * input does. @param works what it can do; `Operation` by `Operation`. @throws UserError (2) when a person started it.
 */
export async function runJob(works: Readonly<Partial<Record<Operation, Work>>>): Promise<void> {
  if (process.stdin.isTTY) throw new UserError('the server starts this itself; it is not for people', 2);
  tryEndWithParent();
  lowerPriority();
  for (const name of ['log', 'info', 'debug'] as const) console[name] = console.error; // standard output is for messages
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  const { document, watchPause } = listen(stop);
  const latest = makeLatest<Progress>(BETWEEN_PROGRESS, (progress) => say({ progress }));
  try {
    const given = await document;
    const work = works[given.operation];
    if (!work) throw new Error(`${given.operation} is not done here`);
    const result = await work(given, {
      report: latest.offer,
      log: (level, message) => say({ log: { level, message: message.slice(0, LONGEST_TEXT) } }),
      stop: stop.signal,
      watchPause,
      send: (rows) => say({ rows: [...rows] }),
      note: (remote) =>
        say({ remote: { ...remote, path: remote.path.slice(0, 1000), data: remote.data.slice(0, LONGEST_TEXT) } }),
    });
    latest.flush();
    const { lines, warnings = [], errors = [] } = result;
    say({ result: { ...result, lines: [...lines], warnings: [...warnings], errors: [...errors] } });
  } catch (thrown) {
    latest.flush();
    say({ error: messageOf(thrown).slice(0, LONGEST_TEXT) });
  }
  process.stdin.destroy();
}

/** In the way of nobody: the lowest priority. Linux derives that of input and output from it (ioprio_set(2)). */
function lowerPriority(): void {
  try {
    setOwnPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // works at the priority it has
  }
}

function say(message: JobMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Reads standard input: the document, then what is asked. At its end the server is gone, and so is the job. */
function listen(stop: AbortController) {
  const first = Promise.withResolvers<JobDocument>();
  const listeners: ((isPaused: boolean) => void)[] = [];
  let isPaused = false;
  let hasDocument = false;
  const setPaused = (value: boolean) => {
    isPaused = value;
    for (const listener of listeners) listener(value);
  };
  const late = setTimeout(() => process.exit(1), DOCUMENT_WITHIN);
  const cut = makeLineCutter(LARGEST_DOCUMENT, (line) => {
    const value: unknown = JSON.parse(line);
    if (!hasDocument) {
      hasDocument = true;
      clearTimeout(late);
      first.resolve(value as JobDocument); // written by the server that started this process
      return;
    }
    const request = typeof value === 'object' && value !== null && 'request' in value ? value.request : undefined;
    if (request === 'stop') stop.abort();
    else setPaused(request === 'pause');
  });
  process.stdin.on('data', cut);
  process.stdin.on('end', () => process.exit(1));
  process.stdin.on('error', () => process.exit(1));
  process.stdout.on('error', () => process.exit(1));
  return {
    document: first.promise,
    watchPause(listener: (isPaused: boolean) => void) {
      listeners.push(listener);
      if (isPaused) listener(true);
    },
  };
}
