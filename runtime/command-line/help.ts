import { environmentName, type Option } from './arguments.ts';

/** What `--help` says beside the options. */
export interface Description {
  name: string;
  /** One line: what the program is. */
  summary: string;
  /** What follows the program's name, a line each: `[options]`. */
  usage: readonly string[];
  /** Further paragraphs. */
  text?: readonly string[];
  commands?: readonly { name: string; help: string }[];
  options: readonly Option[];
  /** Variables that are not the other form of an option. */
  environment?: readonly { name: string; help: string }[];
  examples: readonly { line: string; help: string }[];
}

/** Columns of a help. */
export const WIDTH = 110;

/**
 * The text of `--help`. Man pages and completions are made from it, so its shape is fixed: the sections `Usage:`, `Commands:`,
 * `Options:`, `Environment:` and `Examples:`, each entry indented by two spaces, two or more spaces between a name and its text,
 * further lines of a text indented to where it begins.
 */
export function formatHelp(program: Description): string {
  const taken = program.options.filter(({ refused }) => refused === undefined);
  const options = taken.map((option) => ({ name: flagOf(option), help: textOf(option) }));
  const forms = taken.map((option) => ({
    name: environmentName(option.name),
    help: `Same as --${option.name}.`,
  }));
  const sections = [
    `${program.name} - ${program.summary}`,
    ['Usage:', ...program.usage.map((line) => `  ${program.name} ${line}`.trimEnd())].join('\n'),
    ...(program.text ?? []).map((paragraph) => wrapText(paragraph, WIDTH).join('\n')),
    ...(program.commands ? [formatList('Commands:', program.commands)] : []),
    formatList('Options:', [
      ...options,
      { name: '--help', help: 'Print this help and exit.' },
      { name: '--version', help: 'Print the version and exit.' },
    ]),
    formatList('Environment:', [...forms, ...(program.environment ?? [])]),
    formatList(
      'Examples:',
      program.examples.map(({ line, help }) => ({ name: line, help })),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

export function flagOf(option: Option): string {
  return option.value === undefined ? `--${option.name}` : `--${option.name}=${option.value}`;
}

export function textOf(option: Option): string {
  const choices = option.choices ? ` One of ${option.choices.join(', ')}.` : '';
  return option.help + choices + (option.default === undefined ? '' : ` Default: ${option.default}.`);
}

/** A title, and entries with their texts beside them. */
export function formatList(title: string, entries: readonly { name: string; help: string }[]): string {
  const column = Math.max(...entries.map((entry) => entry.name.length)) + 4;
  const lines = [title];
  for (const entry of entries) {
    const [first = '', ...more] = wrapText(entry.help, Math.max(WIDTH - column, 40));
    lines.push(
      `  ${entry.name.padEnd(column - 2)}${first}`.trimEnd(),
      ...more.map((line) => ' '.repeat(column) + line),
    );
  }
  return lines.join('\n');
}

export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  return lines;
}
