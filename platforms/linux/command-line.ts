import type { Program } from '../../build/model/product.ts';
import { type HelpEntry, type HelpText, parseHelp } from './help-text.ts';

export interface Command {
  name: string;
  /** What follows the name, such as `<folder>`; often empty. */
  operands: string;
  text: string;
}
export interface Option {
  /** As written: `-p, --port=NUMBER`. */
  term: string;
  /** `-p`, `--port`. */
  flags: string[];
  /** The value's name; absent when it takes none. */
  value?: string;
  /** True when value and flag are one word: `--port=8400`. */
  joined: boolean;
  /** The only values there are, when the text says so. */
  choices: string[];
  text: string;
}
/** A program's command line, for its manual page and its completions. */
export interface CommandLine {
  program: Program;
  usage: string[];
  paragraphs: string[];
  commands: Command[];
  options: Option[];
  environment: HelpEntry[];
  /** Whatever else the program lists, such as examples. */
  others: HelpText['sections'];
}

const COMMANDS = /\bcommands$/i;
const OPTIONS = /\b(options|flags)$/i;
const ENVIRONMENT = /^environment\b/i;

/** What the manifest says of commands and options wins over what `--help` lists. */
export function commandLineOf(program: Program, help: string): CommandLine {
  const parsed = parseHelp(program.name, help);
  const entries = (titles: RegExp) =>
    parsed.sections.filter(({ title }) => titles.test(title)).flatMap((each) => each.entries);
  const commands = program.commands?.map(({ name, summary }) => ({ term: name, text: summary })) ?? entries(COMMANDS);
  const options = program.options?.map(({ flags, summary }) => ({ term: flags, text: summary })) ?? entries(OPTIONS);
  return {
    program,
    usage: parsed.usage.length > 0 ? parsed.usage : [`${program.name} [options]`],
    paragraphs: parsed.paragraphs.filter((paragraph) => !paragraph.startsWith(`${program.name} - `)),
    commands: commands.map(readCommand).filter(({ name }) => /^[A-Za-z0-9][\w.+-]*$/.test(name)),
    options: options.map(readOption).filter(({ flags }) => flags.length > 0),
    environment: entries(ENVIRONMENT),
    others: parsed.sections.filter(({ title }) => ![COMMANDS, OPTIONS, ENVIRONMENT].some((known) => known.test(title))),
  };
}

/** Commander lists aliases as `remove|rm`: the first name is the command's. */
function readCommand({ term, text }: HelpEntry): Command {
  const [words = '', ...operands] = term.split(' ');
  return { name: words.split(/[|,]/)[0]!, operands: operands.join(' '), text };
}

function readOption({ term, text }: HelpEntry): Option {
  const spelled = term.replace(/--\[no-\]([\w-]+)/, '--$1, --no-$1');
  const flags = [...spelled.matchAll(/(?<=^|[\s,|])-{1,2}[A-Za-z0-9][\w.-]*/g)].map(([flag]) => flag);
  const lastFlag = flags.at(-1) ?? '';
  const rest = spelled.slice(spelled.lastIndexOf(lastFlag) + lastFlag.length);
  const value = rest.replace(/[<>[\]=]/g, ' ').trim();
  return {
    term,
    flags,
    ...(value === '' ? {} : { value }),
    joined: rest.includes('='),
    choices: readChoices(text),
    text,
  };
}

/** `One of a, b or c.` and Commander's `(choices: "a", "b")`. */
function readChoices(text: string): string[] {
  const match =
    /\bone of ([\w-]+(?:, [\w-]+)*(?:,? or [\w-]+)?)[.;]/i.exec(text) ?? /\(choices: ([\w", -]+)[,)]/.exec(text);
  const words = match?.[1] ?? '';
  return words.match(/\b(?!or\b)[\w-]+/g) ?? [];
}

/** What fits beside a completion: the first sentence, in at most 100 characters. */
export function shortText(text: string): string {
  const sentence = text.split(/\.(?:\s|$)/)[0]!;
  return sentence.length <= 100 ? sentence : `${sentence.slice(0, 97).trimEnd()}...`;
}
