/** Longest line that Debian's tools show without breaking it. */
const COLUMNS = 79;

/** The words of `text` in lines of at most 79 characters, `indent` of which the caller puts before each. A longer word has its own line. */
export function foldWords(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line === '') line = word;
    else if (indent + line.length + 1 + word.length <= COLUMNS) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === '' ? lines : [...lines, line];
}
