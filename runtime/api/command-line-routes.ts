import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { array, maxLength, pipe, string } from 'valibot';
import type { Backups } from '../backups/backups.ts';
import { type AllowedPrograms, findPrograms } from '../backups/programs.ts';
import { judgePaths, type Machine } from '../backups/protected-paths.ts';
import { MASK, unmaskAddress } from '../backups/secrets.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import type { Job, Order } from '../jobs/job.ts';
import type { JobDocument } from '../jobs/job-document.ts';
import { MOST_WAITING, type Queue, type Task } from '../jobs/queue.ts';
import { refuseProtected, refuseUnusable, requireAllowed } from './backup-routes.ts';

/** Commands that a web page may run: those that work with backups. What writes other files of this machine is for a terminal. */
const COMMANDS = new Set([
  'backup',
  'restore',
  'list',
  'list-filesets',
  'list-folder-contents',
  'list-file-versions',
  'find',
  'search-files',
  'compare',
  'affected',
  'test',
  'verify',
  'list-broken-files',
  'purge',
  'purge-broken-files',
  'delete',
  'compact',
  'repair',
  'vacuum',
  'help',
]);

/** How many runs are remembered, and of each how many lines. */
const [RUNS, LINES] = [10, 10_000];

interface Run {
  task: Task;
  lines: string[];
}

export interface CommandLineNeeds {
  backups: Backups;
  queue: Queue;
  allowed: AllowedPrograms;
  machine: Machine;
  /** Makes the job of a document that no stored backup has. */
  makeFreeJob(order: Order, document: JobDocument): Job;
}

/** Command lines of duplicati-cli that are run for a web page. */
export function commandLineRoutes(needs: CommandLineNeeds): Route[] {
  const { queue } = needs;
  const runs = new Map<string, Run>();
  const find = (id: string | undefined): Run => {
    const run = runs.get(id ?? '');
    if (!run) throw new Refusal(404, 'Command not found');
    return run;
  };
  return [
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v1/commandline',
      body: pipe(array(pipe(string(), maxLength(32_768))), maxLength(1000)),
      answer({ body }) {
        const line = readLine(body, needs);
        if (queue.list().length >= MOST_WAITING) throw new Refusal(503, 'Too many jobs wait already.');
        const order: Order = {
          operation: 'CommandLine',
          backup: '',
          input: { arguments: line.words, dataFolder: needs.machine.folder },
        };
        const job = needs.makeFreeJob(order, { ...order, ...line.document, name: 'command line', database: '' });
        const lines: string[] = [];
        const task = queue.add(
          { operation: 'CommandLine' },
          {
            run: (control) =>
              job.run({
                ...control,
                receive: (rows) => void lines.push(...rows.slice(0, LINES - lines.length).map(String)),
              }),
          },
        );
        const id = randomUUID();
        runs.set(id, { task, lines });
        const [oldest] = runs.keys();
        if (runs.size > RUNS && oldest !== undefined) runs.delete(oldest);
        return { json: { Status: 'OK', ID: id } };
      },
    }),
    {
      method: 'GET',
      access: 'session',
      path: '/api/v1/commandline/{run}',
      answer({ parameters, query }) {
        const { task, lines } = find(parameters.run);
        const size = Math.min(Math.max(readNumber(query.get('pagesize'), 100), 10), 500);
        const offset = Math.min(readNumber(query.get('offset'), 0), lines.length);
        const isOver = task.status === 'Completed' || task.status === 'Failed';
        const all = isOver && task.error ? [...lines, task.error] : lines;
        return {
          json: {
            Pagesize: size,
            Offset: offset,
            Count: all.length,
            Items: all.slice(offset, offset + size),
            Finished: isOver,
            Started: task.status !== 'Waiting',
          },
        };
      },
    },
    {
      method: 'POST',
      access: 'session',
      path: '/api/v1/commandline/{run}/abort',
      answer({ parameters }) {
        queue.stop(find(parameters.run).task.id);
        return {};
      },
    },
  ];
}

interface Line {
  words: string[];
  document: Pick<JobDocument, 'targetUrl' | 'sources' | 'options' | 'filters'>;
}

/** Puts stored secrets back where a mask stands for them, and judges what would run and be written. @throws Refusal 400 or 403 */
function readLine(sent: readonly string[], { backups, allowed, machine }: CommandLineNeeds): Line {
  const [command = ''] = sent;
  if (command === '') throw new Refusal(400, 'No arguments provided');
  if (!COMMANDS.has(command.toLowerCase())) throw new Refusal(400, 'Command not supported');
  const none = { targetUrl: '', sources: [], options: [], filters: [] };
  if (command.toLowerCase() === 'help') return { words: [...sent], document: none };
  const words: string[] = [];
  const options: { name: string; value: string; filter: string }[] = [];
  let isOpen = false;
  for (const argument of sent) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    const open = options.at(-1);
    if (name !== undefined) {
      options.push({ name: name.toLowerCase(), value: (value ?? '').replace(/^"(.*)"$/s, '$1'), filter: '' });
      isOpen = value === undefined;
    } else if (isOpen && open && words.length > 0) {
      open.value = argument; // `--name value`
      isOpen = false;
    } else words.push(argument);
  }
  const backup = backups.find(options.find(({ name }) => name === 'backup-id')?.value.replace(/^DB-/i, '') ?? '');
  const known = options.filter(({ name }) => name !== 'backup-id');
  if (backup) {
    words[1] = unmaskAddress(words[1] ?? '', backup.targetUrl) ?? words[1] ?? '';
    for (const option of known) {
      const stored = backup.options.find(({ name }) => name === option.name);
      if (option.value === MASK && stored) option.value = stored.value;
    }
  }
  const targetUrl = words[1] ?? '';
  const sources = words.slice(2);
  requireAllowed(findPrograms({ targetUrl, sources, options: known }), allowed);
  // A backup's own local database is where it belongs, among what is protected.
  const own = backup && path.resolve(machine.folder, backup.database);
  const judged = known.filter(({ name, value }) => name !== 'dbpath' || value !== own);
  refuseProtected({ targetUrl: targetUrl || 'none://', options: judged }, machine.folder);
  if (command.toLowerCase() === 'restore') {
    const into = known.findLast(({ name }) => name === 'restore-path')?.value ?? ''; // the last of several counts
    const judge = judgePaths(machine);
    // Patterns can mean anything: without a folder to restore to, paths are needed that can be judged.
    const targets = into !== '' ? [into] : sources.filter((one) => !/[*?[{]/.test(one));
    const problem = targets.map((one) => judge(one)).find((one) => one !== undefined);
    refuseUnusable(problem, 'the restore');
    if (targets.length === 0 || targets.length < (into === '' ? sources.length : 1) || problem !== undefined)
      throw new Refusal(
        403,
        'Nothing is restored from here to places that decide what this machine runs. Name another folder with --restore-path.',
      );
  }
  const spelled = known.map(({ name, value }) => (value === '' ? `--${name}` : `--${name}=${value}`));
  // Options first: behind a word `--` they would be words.
  return {
    words: [words[0]!, ...spelled, ...words.slice(1)],
    document: { targetUrl, sources, options: known, filters: [] },
  };
}

function readNumber(text: string | null, otherwise: number): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : otherwise;
}
