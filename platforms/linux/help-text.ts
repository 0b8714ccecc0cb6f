import { PackwrightError } from '../../build/model/errors.ts';

/** An entry of a list: `--port=NUMBER` and what it means. */
export interface HelpEntry {
  term: string;
  text: string;
}
/** What a program's `--help` says, taken apart. */
export interface HelpText {
  /** Synopses, each beginning with the program's name. */
  usage: string[];
  paragraphs: string[];
  /** Lists under a title such as `Options`; the title is without its colon. */
  sections: { title: string; entries: HelpEntry[] }[];
}

const MAX_CHARACTERS = 1024 * 1024;
const SECTION = /^([A-Z][\w /'-]{0,48}):$/i;
const INLINE_USAGE = /^usage:\s+(\S.*)$/i;

/**
 * Reads the shape that nearly every option parser prints: titles that end in a colon at the left edge, under them entries of one
 * indentation, the term parted from its text by two spaces or a line end, further lines of a text indented deeper; all else is
 * paragraphs.
 * @throws PackwrightError when the text is longer than a mebibyte.
 */
export function parseHelp(program: string, text: string): HelpText {
  if (text.length > MAX_CHARACTERS) {
    throw new PackwrightError(`${program} --help`, 'it prints more than 1 MiB', 'shorten it');
  }
  const help: HelpText = { usage: [], paragraphs: [], sections: [] };
  let block: string[] = [];
  let title: string | undefined;
  const endBlock = () => {
    if (title === undefined) help.paragraphs.push(...joinParagraphs(block));
    else if (/^usage$/i.test(title)) help.usage.push(...block.map((line) => line.trim()).filter(Boolean));
    else help.sections.push({ title, entries: readEntries(block) });
    block = [];
    title = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    const inline = INLINE_USAGE.exec(line);
    const section = SECTION.exec(line);
    if (inline || section) {
      endBlock();
      title = section ? section[1]! : 'usage';
      if (inline) block.push(inline[1]!);
    } else {
      if (title !== undefined && /^\S/.test(line)) endBlock();
      block.push(line.trimEnd());
    }
  }
  endBlock();
  return help;
}

function joinParagraphs(lines: readonly string[]): string[] {
  const paragraphs = lines.join('\n').split(/\n\s*\n/);
  return paragraphs.map((paragraph) => paragraph.replace(/\s+/g, ' ').trim()).filter(Boolean);
}

function readEntries(lines: readonly string[]): HelpEntry[] {
  const written = lines.filter((line) => line.trim() !== '');
  const margin = Math.min(...written.map(indentation));
  const entries: HelpEntry[] = [];
  for (const line of written) {
    const last = entries.at(-1);
    if (indentation(line) > margin && last) {
      last.text = `${last.text} ${line.trim()}`.trim();
      continue;
    }
    const entry = line.trim();
    const gap = entry.search(/\s{2,}/);
    entries.push(gap < 0 ? { term: entry, text: '' } : { term: entry.slice(0, gap), text: entry.slice(gap).trim() });
  }
  return entries;
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}
