import type { Argument, Command, Option } from 'commander';
import { loadManifest } from '../manifest/load.ts';
import { planTargets } from '../stages/plan.ts';
import { print } from './options.ts';

interface Candidate {
  word: string;
  text: string;
}
type Answer = 'files' | 'folders' | readonly Candidate[];

/** What a value is, by its name in the declaration; what is not here has nothing to offer. */
const KINDS: Readonly<Record<string, 'files' | 'folders' | 'targets' | readonly string[]>> = {
  id: 'targets',
  ids: 'targets',
  file: 'files',
  files: 'files',
  old: 'files',
  new: 'files',
  layout: 'files',
  folder: 'folders',
  source: ['npm', 'nodejs.org'],
  'method:level': ['xz:6', 'zstd:3', 'gzip:6'],
};

/** `packwright complete`, for completion scripts: `words` are those after the program's name, the last one as far as it is written. */
export async function completeCommand(cli: Command, words: readonly string[]): Promise<void> {
  const answer = await complete(cli, words);
  if (typeof answer === 'string') return print(answer);
  print(['words', ...answer.map(({ word, text }) => `${word}\t${text}`)].join('\n'));
}

async function complete(cli: Command, words: readonly string[]): Promise<Answer> {
  const line = readLine(cli, words.slice(0, -1));
  const current = words.at(-1) ?? '';
  if (line.open) return begunWith(current, await valuesOf(line, nameOf(line.open), line.open.argChoices));
  const flag = /^(--[^=]+)=/.exec(current)?.[1];
  const joined = flag === undefined ? undefined : findOption(line.commands, flag);
  if (joined) return begunWith(current, await valuesOf(line, nameOf(joined), joined.argChoices), `${flag}=`);
  if (current.startsWith('-') && !line.ended) return begunWith(current, optionsOf(line.commands));
  const [command = cli] = line.commands;
  if (command === cli) return begunWith(current, line.operands.length === 0 ? verbsOf(cli) : []);
  const argument = argumentAt(command, line.operands.length);
  return argument ? begunWith(current, await valuesOf(line, argument.name(), argument.argChoices)) : [];
}

/** What may stand for a value of this name, each target once. */
async function valuesOf(line: Line, name: string, choices: readonly string[] | undefined): Promise<Answer> {
  const kind = choices ?? KINDS[name] ?? [];
  if (kind === 'targets') return (await targets(line.given)).filter(({ word }) => !line.operands.includes(word));
  return typeof kind === 'string' ? kind : kind.map((word) => ({ word, text: '' }));
}

/** Files and folders are found by the shell. */
function begunWith(current: string, answer: Answer, prefix = ''): Answer {
  if (typeof answer === 'string') return answer;
  const whole = answer.map(({ word, text }) => ({ word: prefix + word, text }));
  return whole.filter(({ word }) => word.startsWith(current));
}

/** What the words before the cursor mean. */
interface Line {
  /** Whose options may come: the verb and the program, or the program alone. */
  commands: Command[];
  operands: string[];
  /** The option that waits for its value. */
  open?: Option;
  /** After `--` nothing is an option. */
  ended: boolean;
  /** Values of the program's own options, by attribute. */
  given: Record<string, string>;
}

function readLine(cli: Command, words: readonly string[]): Line {
  const line: Line = { commands: [cli], operands: [], ended: false, given: {} };
  for (const word of words) {
    if (line.open) {
      line.given[line.open.attributeName()] = word;
      delete line.open;
    } else if (word === '--' && !line.ended) line.ended = true;
    else if (word.startsWith('-') && !line.ended) {
      const [flag = '', value] = word.split(/=(.*)/s, 2);
      const option = findOption(line.commands, flag);
      if (!option?.required) continue;
      if (value === undefined) line.open = option;
      else line.given[option.attributeName()] = value;
    } else {
      const verb = line.commands.length === 1 ? cli.commands.find((one) => one.name() === word) : undefined;
      if (verb) line.commands.unshift(verb);
      else if (line.commands.length > 1 || word !== 'help') line.operands.push(word);
    }
  }
  return line;
}

function findOption(commands: readonly Command[], flag: string): Option | undefined {
  return commands.flatMap((one) => one.options).find(({ short, long }) => short === flag || long === flag);
}

function optionsOf(commands: readonly Command[]): Candidate[] {
  const all = commands.flatMap((one) => one.createHelp().visibleOptions(one));
  const unique = new Map(all.map((one) => [one.long ?? one.flags, one.description]));
  return [...unique].map(([word, text]) => ({ word, text }));
}

function verbsOf(cli: Command): Candidate[] {
  const visible = cli.createHelp().visibleCommands(cli);
  return visible.map((one) => ({ word: one.name(), text: one.description() }));
}

/** The last argument takes all that follow when it is variadic. */
function argumentAt(command: Command, index: number): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[index] ?? (last?.variadic ? last : undefined);
}

/** `folder` of `--cache <folder>`. */
function nameOf(option: Option): string {
  return /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? '';
}

/** No manifest, or a wrong one: nothing to offer, and no word about it in the middle of a line. */
async function targets({ directory = process.cwd(), manifest }: Record<string, string>): Promise<Candidate[]> {
  try {
    const { product } = await loadManifest(directory, manifest);
    return planTargets(product).map(({ id, edition }) => {
      const title = product.editions.find((one) => one.name === edition)?.title ?? '';
      return { word: id, text: title };
    });
  } catch {
    return [];
  }
}
