import path from 'node:path';
import { LOG_LEVELS, type LogLevel } from './log.ts';

/** A message with where it comes from, as Duplicati tags it. */
export interface Entry {
  level: LogLevel;
  /** What said it: `Duplicati.Library.Main.BasicResults`. */
  tag: string;
  /** What it says, as a word: `BackendEvent`. */
  id: string;
  message: string;
}

/** Which messages are written. */
export interface Selection {
  /** The least level. */
  level: LogLevel;
  /** `+*-Retry*;-[.*Database.*]` over `Level-Tag-Id`: what is taken or left out whatever its level; the first that fits decides. */
  filter?: string | undefined;
  /** Ids that are left out, with commas between them. */
  ignored?: string | undefined;
}

/** `Information-Duplicati.Library.Main.BasicResults-BackendEvent`: what filters look at. */
export function tagOf({ level, tag, id }: Entry): string {
  return `${level}-${tag}-${id}`;
}

/** @throws SyntaxError for a regular expression that is none */
export function selectEntries({ level, filter = '', ignored = '' }: Selection): (entry: Entry) => boolean {
  const least = LOG_LEVELS.indexOf(level);
  const rules = splitFilter(filter).map(readRule);
  const ids = new Set(ignored.split(/[,;:\s]+/).filter(Boolean));
  return (entry) => {
    if (ids.has(entry.id)) return false;
    const text = rules.length > 0 ? tagOf(entry) : '';
    const rule = rules.find(({ pattern }) => pattern.test(text));
    return rule?.isIncluded ?? LOG_LEVELS.indexOf(entry.level) >= least;
  };
}

/** Between filters stands a semicolon, or what the system has between paths; in brackets neither separates. */
function splitFilter(text: string): string[] {
  const separators = new Set([';', path.delimiter]);
  const parts = [''];
  let isBracket = false;
  for (const [at, character] of [...text].entries()) {
    const last = parts.at(-1)!;
    if (character === '[' && /^[+-]?$/.test(last)) isBracket = true;
    const isEnd = character === ']' && separators.has([...text][at + 1] ?? ';');
    if (!isBracket && separators.has(character)) parts.push('');
    else parts[parts.length - 1] = last + character;
    if (isEnd) isBracket = false;
  }
  return parts.filter((part) => part !== '' && part !== '+' && part !== '-');
}

function readRule(part: string): { isIncluded: boolean; pattern: RegExp } {
  const text = part.replace(/^[+-]/, '');
  const [, expression] = /^\[(.*)\]$/s.exec(text) ?? [];
  const source =
    expression ??
    text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
  return { isIncluded: !part.startsWith('-'), pattern: new RegExp(`^(?:${source})$`, 'is') };
}
