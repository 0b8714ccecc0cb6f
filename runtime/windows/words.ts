/**
 * One argument of a Windows command line, so that CommandLineToArgvW and the C runtime read it back as it is: quotes around what holds
 * white space or is empty; a backslash is only special before a quote.
 */
export function quoteArgument(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** A whole command line. The program is always quoted: without, `C:\Program Files\x.exe` could be taken for `C:\Program.exe`. */
export function joinCommandLine(program: string, args: readonly string[]): string {
  return [`"${program}"`, ...args.map(quoteArgument)].join(' ');
}

/**
 * The words of a setting such as DAEMON_OPTS: separated by white space, with quotes of either kind around what belongs together. Unlike
 * systemd, which takes them away, a backslash is a plain character: it separates the folders of a path here.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of text) {
    if (quote) {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}
