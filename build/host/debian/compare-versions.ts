/** Orders two Debian versions as dpkg does (deb-version(7)): negative, 0 or positive. */
export function compareDebianVersions(a: string, b: string): number {
  const [left, right] = [splitVersion(a), splitVersion(b)];
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  );
}

function splitVersion(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Text and numbers in turn; `~` before the end, the end before letters, letters before everything else. */
function comparePart(a: string, b: string): number {
  const [left, right] = [a.match(/\D+|\d+/g) ?? [], b.match(/\D+|\d+/g) ?? []];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const texts = [textAt(left, i), textAt(right, j)] as const;
    const order = compareText(...texts);
    if (order !== 0) return order;
    if (texts[0] !== '') i++;
    if (texts[1] !== '') j++;
    const numbers = BigInt(numberAt(left, i)) - BigInt(numberAt(right, j));
    if (numbers !== 0n) return numbers < 0n ? -1 : 1;
    if (i < left.length) i++;
    if (j < right.length) j++;
  }
  return 0;
}

function textAt(parts: readonly string[], at: number): string {
  const part = parts[at] ?? '';
  return /^\D/.test(part) ? part : '';
}

function numberAt(parts: readonly string[], at: number): string {
  const part = parts[at] ?? '';
  return /^\d/.test(part) ? part : '0';
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = weightAt(a, i) - weightAt(b, i);
    if (order !== 0) return order;
  }
  return 0;
}

function weightAt(text: string, at: number): number {
  const character = text[at];
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}
