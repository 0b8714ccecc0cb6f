import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ALLOWED_FILE, type AllowedPrograms, findPrograms, type Naming } from '../backups/programs.ts';
import { messageOf } from '../errors.ts';
import type { Engine, JobControl, JobResult } from '../jobs/job.ts';
import { type JobDocument, makeRedactor, optionNamed } from '../jobs/job-document.ts';
import type { Log } from '../log/log.ts';
import { isOn, type Level, type Report, spanOf, writeJson, writeResult } from './report.ts';
import { readChanges, readMessages, runScript, type ScriptEnd } from './run-script.ts';
import { sendHttp } from './send-http.ts';
import { sendMail } from './send-mail.ts';
import { LAST_SUCCESS } from './watch-success.ts';

export interface ReportNeeds {
  log: Log;
  allowed: AllowedPrograms;
  /** Is told what is remembered of a backup: its metadata. */
  remember(backup: string, metadata: Readonly<Record<string, string>>): void;
  /** Sends a report; in the background unless another is given. */
  send?(report: Report): Promise<void>;
  /** What goes with a report by one of its ways. */
  linesOf?: Report['linesOf'];
  /** What scripts have of the environment; next to nothing unless another is given. */
  environment?: NodeJS.ProcessEnv;
}

/** Jobs with their scripts before and after, and with reports of how they went; these go out while the next job runs. */
export function reportJobs(engine: Engine, needs: ReportNeeds): Engine {
  return (order, describe) => ({
    async run(control) {
      const begun = describe();
      let document = begun;
      const levels: Level[] = [];
      let result: JobResult | undefined;
      let error: string | undefined;
      let isDone = false;
      try {
        refusePrograms(begun, needs.allowed);
        const before = await runBefore(begun, control, needs);
        document = before.document;
        levels.push(...before.levels);
        if (before.goesOn) {
          result = await engine(order, () => document).run(control);
          isDone = order.operation === 'Backup' && result?.level !== 'Error' && !control.stop.aborted;
        }
      } catch (thrown) {
        error = messageOf(thrown);
      }
      const level = error === undefined ? worstOf([result?.level ?? 'Success', ...levels]) : 'Fatal';
      const report: Report = { document, level, result, error, linesOf: needs.linesOf };
      const success = isDone ? { [LAST_SUCCESS]: new Date().toISOString() } : {};
      const failure =
        error !== undefined && order.operation === 'Backup' && !control.stop.aborted
          ? { LastErrorDate: stampOf(new Date()), LastErrorMessage: makeRedactor(document)(error).slice(0, 2000) }
          : undefined;
      if (result || isDone || failure) needs.remember(order.backup, { ...result?.metadata, ...success, ...failure });
      await runAfter(report, control, needs);
      if (needs.send) await needs.send(report);
      else void sendReport(report, needs.log);
      if (error !== undefined) throw new Error(error);
      return result && { ...result, level: level === 'Fatal' ? 'Error' : level };
    },
  });
}

/** What was stored before, or came from elsewhere, may name programs too. Scripts are judged when they are to be run. */
function refusePrograms(document: JobDocument, allowed: AllowedPrograms): void {
  const refused = findPrograms(document).filter(
    (naming) => !naming.name.startsWith('run-script-') && !allowed.isAllowed(naming),
  );
  if (refused.length === 0) return;
  const names = [...new Set(refused.map(({ name }) => name))].join(', ');
  throw new Error(
    `it names a program to run (${names}), and no administrator of this machine has allowed that in ${ALLOWED_FILE}`,
  );
}

/** Sends a report by the ways that its options name; what fails is logged. */
export async function sendReport(report: Report, log: Log): Promise<void> {
  const redact = makeRedactor(report.document);
  const ways = [
    ['mail', sendMail(report)],
    ['HTTP', sendHttp(report)],
  ] as const;
  await Promise.all(
    ways.map(([way, sending]) =>
      sending.catch((thrown) => log.warning(`the report by ${way} was not sent: ${redact(messageOf(thrown))}`)),
    ),
  );
}

/** A time as metadata has it, `20261122T150840Z`. */
function stampOf(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

const ORDER: readonly Level[] = ['Success', 'Warning', 'Error', 'Fatal'];

function worstOf(levels: readonly Level[]): Level {
  return levels.reduce((worst, one) => (ORDER.indexOf(one) > ORDER.indexOf(worst) ? one : worst), 'Success');
}

/** What the exit codes of a required script mean; any other is that of 5. Duplicati's run-script-example.sh. */
const CODES: readonly { goesOn: boolean; level: Level }[] = [
  { goesOn: true, level: 'Success' },
  { goesOn: false, level: 'Success' },
  { goesOn: true, level: 'Warning' },
  { goesOn: false, level: 'Warning' },
  { goesOn: true, level: 'Error' },
  { goesOn: false, level: 'Error' },
];

/** @throws Error when a required script could not run, or says that it is an error to go on. */
async function runBefore(begun: JobDocument, control: JobControl, needs: ReportNeeds) {
  let document = begun;
  let goesOn = true;
  const levels: Level[] = [];
  for (const option of ['run-script-before-required', 'run-script-before'] as const) {
    if (!goesOn) break;
    const end = await runOption(option, { level: undefined, document }, control, needs);
    if (!end) continue;
    document = applyChanges(document, end.stdout);
    if (option === 'run-script-before') {
      if (end.code !== 0) levels.push('Warning');
      continue;
    }
    const meaning = CODES[end.code ?? 5] ?? CODES[5]!;
    if (!meaning.goesOn && meaning.level === 'Error')
      throw new Error(`${option} does not let it run: ${end.problem ?? `exit code ${end.code}`}`);
    goesOn = meaning.goesOn;
    levels.push(meaning.level);
  }
  return { document, goesOn, levels };
}

async function runAfter(report: Report, control: JobControl, needs: ReportNeeds): Promise<void> {
  if (!optionNamed(report.document.options, 'run-script-after')) return;
  const isJson = /^json$/i.test(optionNamed(report.document.options, 'run-script-result-output-format') ?? '');
  let folder: string | undefined;
  try {
    folder = mkdtempSync(path.join(tmpdir(), 'duplicati-result-')); // readable by this account alone
    const resultFile = path.join(folder, 'result');
    writeFileSync(resultFile, isJson ? writeJson(report, 'run-script') : writeResult(report, 'run-script'), {
      mode: 0o600,
    });
    await runOption('run-script-after', { ...report, resultFile }, control, needs);
  } catch (thrown) {
    needs.log.warning(`run-script-after: ${messageOf(thrown)}`);
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the script that an option names, where there is one. What an administrator does not allow is not run. */
async function runOption(
  option: 'run-script-before' | 'run-script-before-required' | 'run-script-after',
  about: { document: JobDocument; level: string | undefined; resultFile?: string },
  control: JobControl,
  { log, allowed, environment }: ReportNeeds,
): Promise<ScriptEnd | undefined> {
  const { document, level, resultFile } = about;
  const command = optionNamed(document.options, option)?.trim() ?? '';
  if (command === '') return undefined;
  const hasArguments = isOn(document.options, 'run-script-with-arguments');
  const names: Naming[] = [{ name: option, value: command }];
  if (hasArguments)
    names.push({
      name: 'run-script-with-arguments',
      value: optionNamed(document.options, 'run-script-with-arguments') ?? '',
    });
  const isAllowed = names.every((naming) => allowed.isAllowed(naming));
  const end: ScriptEnd = isAllowed
    ? await runScript({
        command,
        hasArguments,
        event: option === 'run-script-after' ? 'AFTER' : 'BEFORE',
        document,
        limit: spanOf(document.options, 'run-script-timeout', 60_000),
        kill: control.kill,
        ...(environment === undefined ? {} : { environment }),
        ...(level === undefined ? {} : { level }),
        ...(resultFile === undefined ? {} : { resultFile }),
      })
    : { code: undefined, problem: 'the administrator of this machine does not allow it', stdout: '', stderr: '' };
  const redact = makeRedactor(document);
  if (end.problem !== undefined) log.warning(`${option}: ${redact(end.problem)}`);
  else if (option === 'run-script-before-required' && end.code === 1) log.information(`${option} does not let it run`);
  else if (end.code !== 0) log.warning(`${option}: it ended with exit code ${end.code}`);
  for (const { level: of, text } of readMessages(end.stdout)) log[of](`${option}: ${redact(text)}`);
  if (end.stderr.trim() !== '') log.warning(`${option} said: ${redact(end.stderr.trim().slice(0, 2000))}`);
  return end;
}

function applyChanges(document: JobDocument, stdout: string): JobDocument {
  let changed = document;
  for (const { name, value } of readChanges(stdout)) {
    if (name === 'remoteurl') changed = { ...changed, targetUrl: value };
    else if (name === 'localpath') changed = { ...changed, sources: value.split(path.delimiter) };
    else if (name.startsWith('run-script-'))
      continue; // what runs is the administrator's to say
    else
      changed = {
        ...changed,
        options: [...changed.options.filter((one) => one.name !== name), { name, value, filter: '' }],
      };
  }
  return changed;
}
