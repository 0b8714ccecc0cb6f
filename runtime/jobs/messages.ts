import {
  array,
  boolean,
  exactOptional,
  finite,
  type InferOutput,
  maxLength,
  minValue,
  nullable,
  number,
  object,
  picklist,
  pipe,
  record,
  safeParse,
  string,
  union,
  unknown,
} from 'valibot';

/** Longest message of a job, in bytes. */
export const LONGEST_MESSAGE = 1 << 20;

const text = pipe(string(), maxLength(8192));
const amount = pipe(number(), finite(), minValue(0));

const ProgressForm = object({
  phase: pipe(string(), maxLength(100)),
  overall: amount,
  files: object({ done: amount, doneSize: amount, all: amount, allSize: amount, isCounting: boolean() }),
  file: exactOptional(object({ name: text, size: amount, offset: amount, isComplete: boolean() })),
  transfer: exactOptional(
    object({ action: text, path: text, size: amount, progress: amount, speed: number(), isBlocking: boolean() }),
  ),
  left: exactOptional(amount),
});

const ResultForm = object({
  level: picklist(['Success', 'Warning', 'Error']),
  facts: record(text, nullable(union([text, number(), boolean()]))),
  metadata: record(text, text),
  lines: pipe(array(text), maxLength(1000)),
  warnings: exactOptional(pipe(array(text), maxLength(1000))),
  errors: exactOptional(pipe(array(text), maxLength(1000))),
  backend: exactOptional(record(text, nullable(union([text, number(), boolean()])))),
});

/** What a job says, a line each on its standard output. */
const MessageForm = union([
  object({ progress: ProgressForm }),
  object({ log: object({ level: picklist(['Verbose', 'Information', 'Warning', 'Error']), message: text }) }),
  object({ rows: array(unknown()) }),
  object({
    remote: object({ operation: picklist(['list', 'get', 'put', 'delete', 'createfolder']), path: text, data: text }),
  }),
  object({ result: ResultForm }),
  object({ error: text }),
]);
export type JobMessage = InferOutput<typeof MessageForm>;

/** What a job is told, a line each on its standard input after its document. */
export type JobRequest = 'stop' | 'pause' | 'resume';

/** Reads a line of a job; undefined for what is no message. */
export function readMessage(line: string): JobMessage | undefined {
  try {
    const judged = safeParse(MessageForm, JSON.parse(line));
    return judged.success ? judged.output : undefined;
  } catch {
    return undefined;
  }
}
