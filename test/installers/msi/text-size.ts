/**
 * How much room a text takes in the installer's font, in installer units at 96 dots per inch (three quarters of a pixel): Segoe UI by classes of
 * letters, rounded up.
 */

/** Hundredths of the em square. */
function advance(letter: string): number {
  if (/[ilj.,:;'|!&I]/.test(letter)) return 27;
  if (/[ftr()[\]\\/\s-]/.test(letter)) return letter === ' ' ? 28 : 39;
  if (/[mwMW@%]/.test(letter)) return 92;
  if (/[A-Z]/.test(letter)) return 69;
  return 58;
}

/** Pixels of the em square, of a line, and how much wider the style is. */
const STYLES: Readonly<Record<string, { em: number; line: number; wider: number }>> = {
  Normal: { em: 12, line: 15, wider: 1 },
  Note: { em: 12, line: 15, wider: 1 },
  Title: { em: 16, line: 21, wider: 1 },
  Heading: { em: 16, line: 21, wider: 1.08 },
};

const UNITS = 0.75;

export function widthOf(text: string, style: string): number {
  const { em, wider } = STYLES[style] ?? STYLES.Normal!;
  let sum = 0;
  for (const letter of text) sum += advance(letter);
  return (sum / 100) * em * wider * UNITS;
}

/** Of a text that is broken between words at `width`. */
export function heightOf(text: string, style: string, width: number): number {
  let lines = 0;
  for (const paragraph of text.split('\r\n')) {
    lines++;
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (line !== '' && widthOf(longer, style) > width) {
        lines++;
        line = word;
      } else line = longer;
    }
  }
  return lines * (STYLES[style] ?? STYLES.Normal!).line * UNITS;
}
