/** The known word nearest to what was written, when it is near enough to be meant; empty otherwise. */
export function suggestWord(written: string, known: readonly string[]): string {
  let best = '';
  let least = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(written.toLowerCase(), word.toLowerCase());
    if (distance < least) {
      least = distance;
      best = word;
    }
  }
  return best;
}

/** `did you mean "x"?`, or the list of what there is. */
export function didYouMean(written: string, known: readonly string[]): string {
  const near = suggestWord(written, known);
  return near ? `did you mean "${near}"?` : `known are ${known.join(', ')}`;
}

/** Damerau-Levenshtein distance (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = Array.from({ length: (a.length + 1) * width }, (_, i) =>
    i < width ? i : i % width === 0 ? i / width : 0,
  );
  const at = (i: number, j: number) => table[i * width + j]!;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, at(i - 2, j - 2) + 1);
      table[i * width + j] = value;
    }
  }
  return at(a.length, b.length);
}
