import { rm } from 'node:fs/promises';
import path from 'node:path';
import { type Measured, measureAll } from '../measure.ts';
import type { Payloads } from '../payload.ts';
import { run, sizeOf, type Workspace } from '../workspace.ts';
import { dataSets } from './engine-data.ts';
import { engineTools, type Tool } from './engine-tools.ts';

export const ENGINE_HEAD = [
  '',
  'data',
  'what',
  'tool',
  'wall s',
  'CPU s',
  'peak MiB',
  'stored MB',
  'wall',
  'CPU',
  'targets',
];

const ACTIONS = ['first', 'unchanged', '1 % changed', 'restore'] as const;
type Action = (typeof ACTIONS)[number];
/** Most of what restic takes, and most MiB of memory. */
const BOUNDS: Readonly<Record<Action, { wall: number; cpu?: number; peak?: number }>> = {
  first: { wall: 1.15, cpu: 1.1, peak: 200 },
  unchanged: { wall: 0.5, peak: 100 },
  '1 % changed': { wall: 1 },
  restore: { wall: 1.15, cpu: 1.1, peak: 200 },
};
/** First backup with zstd: time and size against restic's. */
const [ZSTD_WALL, ZSTD_SIZE, DEFLATE_SIZE] = [0.7, 1.02, 1.06];

type Result = Partial<Record<Action, Measured>> & { size?: number };

/**
 * Our engine, as it is packaged and at its defaults, against those that people use, on the same data in the same run.
 * @param word only tools and data whose names contain it, and restic.
 * @returns rows for a table with `ENGINE_HEAD`.
 */
export async function benchEngine(
  space: Workspace,
  payloads: Payloads,
  word: string | undefined,
  say: (line: string) => void,
): Promise<string[][]> {
  const tree = await payloads.deb('x64');
  const all = engineTools(path.join(tree, 'usr/lib/duplicati/bin/duplicati-cli'));
  const isData = dataSets.some(({ name }) => word && name.includes(word));
  const sets = dataSets.filter(({ name }) => !isData || name.includes(word ?? ''));
  const tools = all.filter(({ name }) => isData || !word || name === 'restic' || name.includes(word));
  const rows: string[][] = [];
  for (const { name, plant, change } of sets) {
    const results = new Map<string, Result>(tools.map((tool) => [tool.name, {}]));
    const source = await space.fresh('source');
    plant(source);
    for (const action of ACTIONS) {
      if (action === '1 % changed') change(source);
      for (const tool of tools) {
        if (tool.isForSize && action !== 'first') continue;
        const result = results.get(tool.name)!;
        const root = path.join(space.scratch, `engine-${tool.name.replaceAll(' ', '-')}`);
        if (action === 'first') await begin(space, tool);
        result[action] = await act(space, tool, action, root, source);
        if (action === 'first') result.size = await sizeOf(path.join(root, 'kept'));
        const row = rowOf(name, action, tool.name, results);
        rows.push(row);
        say(row.filter((cell) => cell !== '').join('  '));
      }
    }
    for (const tool of tools)
      await rm(path.join(space.scratch, `engine-${tool.name.replaceAll(' ', '-')}`), { recursive: true });
  }
  return rows;
}

async function begin(space: Workspace, tool: Tool): Promise<void> {
  const root = await space.fresh(`engine-${tool.name.replaceAll(' ', '-')}`);
  await space.fresh(path.join(path.basename(root), 'kept'));
  const command = tool.begin?.(root);
  if (command) run(command.argv, root, command.env);
}

async function act(space: Workspace, tool: Tool, action: Action, root: string, source: string): Promise<Measured> {
  // What one tool wrote last is not what the next one waits for.
  run(['sync']);
  if (action !== 'restore') return await measureAll(tool.backup(root, source));
  const into = await space.fresh('restored');
  try {
    return await measureAll(tool.restore(root, into));
  } finally {
    await rm(into, { recursive: true });
  }
}

function rowOf(data: string, action: Action, tool: string, results: ReadonlyMap<string, Result>): string[] {
  const result = results.get(tool)!;
  const { wall, cpu, peak } = result[action]!;
  const restic = results.get('restic')?.[action];
  const ratios = restic ? [wall / restic.wall, cpu / restic.cpu] : [];
  const stored = action === 'first' && result.size !== undefined ? (result.size / 1e6).toFixed(1) : '';
  return [
    'engine',
    data,
    action,
    tool,
    wall.toFixed(2),
    cpu.toFixed(2),
    peak.toFixed(0),
    stored,
    ...(ratios.length > 0 ? ratios.map((ratio) => ratio.toFixed(2)) : ['', '']),
    judgements(action, tool, results).join('; '),
  ];
}

/** What was promised for this one, and whether it holds. */
function judgements(action: Action, tool: string, results: ReadonlyMap<string, Result>): string[] {
  const [mine, restic] = [results.get(tool)!, results.get('restic')];
  const [done, other] = [mine[action]!, restic?.[action]];
  const said: string[] = [];
  const judge = (what: string, figure: number, most: number) =>
    said.push(`${what} <= ${most} ${figure <= most ? 'met' : `NOT MET (${figure.toFixed(2)})`}`);
  if (tool === 'ours') {
    const { wall, cpu, peak } = BOUNDS[action];
    if (other) judge('wall', done.wall / other.wall, wall);
    if (other && cpu !== undefined) judge('CPU', done.cpu / other.cpu, cpu);
    if (peak !== undefined) judge('peak', done.peak, peak);
  }
  if (tool === 'ours zstd' && action === 'first' && other) {
    judge('wall', done.wall / other.wall, ZSTD_WALL);
    judge('size', mine.size! / restic!.size!, ZSTD_SIZE);
  }
  // Of the default, in the row of what it is held against.
  if (tool === 'ours deflate 9') judge('default / level 9', results.get('ours')!.size! / mine.size!, DEFLATE_SIZE);
  return said;
}
