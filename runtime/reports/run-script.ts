import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isSecretOption, maskAddress, stripAddress } from '../backups/secrets.ts';
import { messageOf } from '../errors.ts';
import { endProcess } from '../jobs/end-process.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import { scrubEnvironment } from '../jobs/launch.ts';

export interface ScriptRun {
  /** The value of the option: an absolute path, behind it arguments where `hasArguments`. */
  command: string;
  hasArguments: boolean;
  event: 'BEFORE' | 'AFTER';
  document: JobDocument;
  /** Milliseconds; 0 for none. */
  limit: number;
  level?: string;
  /** A file with the result. */
  resultFile?: string;
  kill: AbortSignal;
  /** What it has of the environment; next to nothing unless another is given. */
  environment?: NodeJS.ProcessEnv;
}

export interface ScriptEnd {
  /** Undefined: it did not end by itself; `problem` says why. */
  code: number | undefined;
  problem?: string;
  stdout: string;
  stderr: string;
}

/** Milliseconds from its end to that of its output. */
const TO_CLOSE = 1000;
/** Most bytes of its output that are kept. */
const KEPT = 65_536;

/** Runs a program of the administrator's, without a shell. It is killed with its children when its time is over. */
export function runScript(run: ScriptRun): Promise<ScriptEnd> {
  const [file = '', ...args] = run.hasArguments ? splitCommand(run.command) : [run.command];
  const output = { stdout: '', stderr: '' };
  if (!path.isAbsolute(file)) return Promise.resolve({ code: undefined, problem: 'it is no absolute path', ...output });
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: path.parse(file).root,
      env: makeEnvironment(run),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    let problem: string | undefined;
    const stop = (why: string) => {
      problem ??= why;
      endProcess(child.pid);
    };
    const late =
      run.limit > 0 ? setTimeout(() => stop(`it took longer than ${run.limit / 1000} s`), run.limit) : undefined;
    const onKill = () => stop('the job was stopped');
    run.kill.addEventListener('abort', onKill);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < KEPT) output[name] += text.slice(0, KEPT);
      });
    const end = (code: number | null, why?: string) => {
      clearTimeout(late);
      run.kill.removeEventListener('abort', onKill);
      const said = problem ?? why;
      resolve({
        code: said === undefined && code !== null ? code : undefined,
        ...(said ? { problem: said } : {}),
        ...output,
      });
    };
    child.once('error', (thrown) => end(null, messageOf(thrown)));
    // What it wrote is read to its end, but not for long: something that it left running may hold its output open.
    const closed = new Promise((done) => child.once('close', done));
    child.once('exit', async (code, signal) => {
      await Promise.race([closed, wait(TO_CLOSE)]);
      for (const name of ['stdout', 'stderr'] as const) child[name].destroy();
      end(code, signal === null ? undefined : `it was ended by ${signal}`);
    });
  });
}

/** What a script is told, in Duplicati's names; without secrets. */
function makeEnvironment({ document, event, level, resultFile, environment }: ScriptRun): NodeJS.ProcessEnv {
  const told: Record<string, string> = {};
  for (const { name, value } of document.options)
    if (/^[a-z0-9_-]+$/i.test(name) && !isSecretOption(name))
      told[`DUPLICATI__${name.replaceAll('-', '_')}`] = maskAddress(value).replaceAll('\0', '');
  return {
    ...(environment ?? scrubEnvironment(process.env)),
    ...told,
    DUPLICATI__backup_name: document.name,
    DUPLICATI__EVENTNAME: event,
    DUPLICATI__OPERATIONNAME: document.operation,
    DUPLICATI__REMOTEURL: stripAddress(document.targetUrl),
    DUPLICATI__LOCALPATH: document.sources.map(stripAddress).join(path.delimiter),
    ...(level === undefined ? {} : { DUPLICATI__PARSED_RESULT: level }),
    ...(resultFile === undefined ? {} : { DUPLICATI__RESULTFILE: resultFile }),
  };
}

/** Words of a command line; quotes hold them together. */
export function splitCommand(command: string): string[] {
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}

/** Options that a script set: lines `--name=value` of its output. */
export function readChanges(stdout: string): { name: string; value: string }[] {
  const fixed = new Set(['eventname', 'operationname', 'main-action']);
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ''] = /^--([a-z0-9][a-z0-9_-]{0,99})(?:\s*=\s*(.*))?$/i.exec(line.trim()) ?? [];
    if (name === undefined || fixed.has(name.toLowerCase())) return [];
    return [{ name: name.toLowerCase(), value: value.replace(/^"(.*)"$/, '$1') }];
  });
}

const LEVELS = { INFO: 'information', WARN: 'warning', ERR: 'error' } as const;

/** What a script says to the log: lines `LOG:WARN text` of its output. */
export function readMessages(stdout: string): { level: (typeof LEVELS)[keyof typeof LEVELS]; text: string }[] {
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [, word = '', text = ''] = /^LOG:(INFO|WARN|ERR)(?:OR|ING)?[ :]\s*(.*\S)/.exec(line) ?? [];
    return text === '' ? [] : [{ level: LEVELS[word as keyof typeof LEVELS], text: text.slice(0, 2000) }]; // one of the pattern's words
  });
}
