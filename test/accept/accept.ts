import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { killBoxes } from './box.ts';
import { type Case, Skip } from './case.ts';
import { chooseCases, WAITING } from './cases/cases.ts';
import { killCommands } from './command.ts';
import { killEngines, stopEngines } from './engines.ts';
import { limit } from './limit.ts';
import { openLog } from './log.ts';
import { buildLaterVersions } from './packages.ts';
import { CACHE, makeRoot, ROOTS } from './roots.ts';

interface Result {
  name: string;
  status: 'passed' | 'failed' | 'skipped';
  seconds: number;
  text: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    pairwise: { type: 'boolean', default: false },
    ci: { type: 'boolean', default: false },
    roots: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    jobs: { type: 'string' },
    seed: { type: 'string', default: process.env.SEED ?? String(Date.now() % 1_000_000) },
  },
});
const seed = Number(values.seed);
const cases = chooseCases(values.all ? 'all' : values.ci ? 'ci' : 'pairwise', seed).filter(
  (one) => positionals.length === 0 || positionals.some((filter) => one.name.includes(filter)),
);
if (values.list) {
  for (const one of cases) console.log(one.name);
  console.log(`${cases.length} cases`);
  process.exit(0);
}

const folder = `${CACHE}/logs/${process.pid}`;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));
process.on('exit', () => {
  killBoxes();
  killEngines();
  killCommands();
});

console.log(values.roots ? 'making roots' : `${cases.length} cases, seed ${seed}, logs in ${folder}`);
const started = performance.now();
const needed = new Set(cases.flatMap((one) => one.roots));
await Promise.all(
  (Object.keys(ROOTS) as (keyof typeof ROOTS)[]) // Object.keys gives exactly the keys of ROOTS.
    .filter((name) => needed.has(name))
    .map(async (name) => {
      const start = performance.now();
      await makeRoot(name);
      console.log(`root     ${since(start)}  ${name}`);
    }),
);
if (values.roots) process.exit(0);
if (cases.some((one) => one.roots.some((name) => name !== 'arm64' && name !== 'wine'))) {
  await buildLaterVersions(openLog(`${folder}/later-versions.log`));
  console.log(`later versions are there after ${since(started)}`);
}
const run = limit(Number(values.jobs ?? Math.max(2, Math.min(8, availableParallelism() + 1))));
const results = await Promise.all(cases.map((one) => run(() => runCase(one))));
await stopEngines();
report(results);

async function runCase(one: Case): Promise<Result> {
  const log = openLog(`${folder}/${one.name.replaceAll('/', '_')}.log`);
  const start = performance.now();
  const result: Result = { name: one.name, status: 'passed', seconds: 0, text: '' };
  try {
    const text = await one.run(log);
    if (typeof text === 'string') result.text = text;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    result.status = error instanceof Skip && !process.env.CI ? 'skipped' : 'failed';
    result.text = error instanceof Skip ? `skipped: ${text}` : text;
    log.write(error instanceof Error ? String(error.stack) : text);
  }
  result.seconds = (performance.now() - start) / 1000;
  console.log(
    `${result.status.padEnd(8)} ${since(start)}  ${result.name}${result.text ? `  ${result.text.split('\n')[0]}` : ''}`,
  );
  if (result.status === 'failed') console.log(indent(`${result.text}\nlog: ${log.file}`));
  return result;
}

function report(all: readonly Result[]): void {
  const count = (status: Result['status']) => all.filter((one) => one.status === status).length;
  console.log(`\nslowest:`);
  for (const one of [...all].sort((a, b) => b.seconds - a.seconds).slice(0, 5)) {
    console.log(`  ${one.seconds.toFixed(1).padStart(6)} s  ${one.name}`);
  }
  for (const status of ['skipped', 'failed'] as const) {
    if (count(status) > 0) console.log(`\n${status}:`);
    for (const one of all) if (one.status === status) console.log(`  ${one.name}\n${indent(one.text, 6)}`);
  }
  console.log(`\nwaiting for the backup engine (${WAITING.length}, not counted):`);
  for (const name of WAITING) console.log(`  ${name}`);
  console.log(`\n${since(started)} in all`);
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  process.exitCode = count('failed') > 0 || all.length === 0 ? 1 : 0;
}

function since(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`;
}

function indent(text: string, by = 10): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
