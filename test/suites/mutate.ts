/** One to four changes: a bit, a byte, one of `words` (in latin1), a stretch removed, doubled or moved. */
export function mutateBytes(bytes: Uint8Array, number: (below: number) => number, words: readonly string[]): Buffer {
  let mutant = Buffer.from(bytes);
  for (let changes = 1 + number(4); changes > 0; changes--) {
    const at = number(mutant.length);
    const length = Math.min(mutant.length - at, 1 + number(number(4) === 0 ? 1024 : 8));
    const [before, middle, after] = [
      mutant.subarray(0, at),
      mutant.subarray(at, at + length),
      mutant.subarray(at + length),
    ];
    const change = number(6);
    if (change === 0) mutant[at] = mutant[at]! ^ (1 << number(8));
    else if (change === 1) mutant[at] = number(256);
    else if (change === 2) mutant.write(words[number(words.length)]!, at, 'latin1');
    else if (change === 3) mutant = Buffer.concat([before, after]);
    else if (change === 4) mutant = Buffer.concat([before, middle, middle, after]);
    else mutant = Buffer.concat([after, middle, before]);
    if (mutant.length === 0) return mutant;
  }
  return mutant;
}
