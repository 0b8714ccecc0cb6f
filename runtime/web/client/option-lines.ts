/** Lines that are not empty, without what stands around them. */
export function splitLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** Options as on the command line, one a line; a switch without a value is on. */
export function readLines(text: string): { name: string; value: string }[] {
  return splitLines(text).map((line) => {
    const [, name = '', value = 'true'] = /^(?:--)?([^=]+)(?:=(.*))?$/s.exec(line) ?? [];
    return { name: name.trim(), value };
  });
}
