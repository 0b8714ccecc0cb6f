import { type Group, median, type Result, type Verdict } from './contest.ts';

const MB = 1e6;

/** Figures of every contestant. */
export function figureRows(group: Group, results: ReadonlyMap<string, Result>): string[][] {
  return group.contestants.map(({ name }) => {
    const { costs, size, peak } = results.get(name)!;
    const walls = costs.map((cost) => cost.wall);
    return [
      group.name,
      name,
      median(walls).toFixed(2),
      `${Math.min(...walls).toFixed(2)}–${Math.max(...walls).toFixed(2)}`,
      median(costs.map((cost) => cost.cpu)).toFixed(2),
      (size / MB).toFixed(2),
      peak === undefined ? '' : peak.toFixed(0),
    ];
  });
}

export const FIGURES = ['', 'run', 'wall s', 'min–max', 'CPU s', 'MB', 'peak MiB'];
export const VERDICTS = ['', 'ours', 'against', 'what', 'value', 'min–max', 'target', ''];

const UNITS: Readonly<Record<Verdict['what'], [string, number]>> = {
  wall: ['wall ratio', 3],
  size: ['size ratio', 4],
  seconds: ['seconds', 2],
  peak: ['peak MiB', 0],
};

export function verdictRows(group: Group, verdicts: readonly Verdict[]): string[][] {
  return verdicts.map(({ ours, peers, what, value, least, most, target, met }) => {
    const [unit, digits] = UNITS[what];
    const range = least === most ? '' : `${least.toFixed(digits)}–${most.toFixed(digits)}`;
    return [group.name, ours, peers, unit, value.toFixed(digits), range, `<= ${target}`, met ? 'met' : 'NOT MET'];
  });
}

/** Aligned columns, or a Markdown table. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[], markdown: boolean): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length), 3));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column]!));
    return markdown ? `| ${padded.join(' | ')} |` : padded.join('  ').trimEnd();
  };
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
