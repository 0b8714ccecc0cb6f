/**
 * Cuts bytes into lines of UTF-8. @param longest bytes that a line may have. @param take is handed each line without its end.
 * @returns what is called with each piece of bytes. @throws from there when a line is longer.
 */
export function makeLineCutter(longest: number, take: (line: string) => void): (bytes: Buffer) => void {
  let pieces: Buffer[] = [];
  let held = 0;
  const hold = (bytes: Buffer) => {
    held += bytes.length;
    if (held > longest) throw new Error(`a line is longer than ${longest} bytes`);
    if (bytes.length > 0) pieces.push(bytes);
  };
  return (bytes) => {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      hold(bytes.subarray(from, end));
      const line = Buffer.concat(pieces).toString('utf8');
      pieces = [];
      held = 0;
      from = end + 1;
      take(line);
    }
    hold(bytes.subarray(from));
  };
}
