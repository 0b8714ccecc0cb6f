/** What a long run tells a person: live on a terminal, plain lines elsewhere. */
export interface Report {
  /** A piece of work has begun; on a terminal it stays in the last line until `done`. */
  begin(id: string, what: string): void;
  /** The work with this id has ended. */
  done(id: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** Clears what is live; call it before the process ends. */
  end(): void;
}

/** To standard error, so that standard output stays for results. */
export function openReport(stream: NodeJS.WriteStream = process.stderr, quiet = false): Report {
  const started = performance.now();
  const running = new Map<string, string>();
  const live = stream.isTTY && !quiet;
  const clear = () => live && stream.write('\r\x1b[2K');
  const draw = () => {
    if (!live || running.size === 0) return;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const text = `${seconds} s  ${[...running].map(([id, what]) => `${id}: ${what}`).join(' · ')}`;
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const timer = live ? setInterval(draw, 500) : undefined;
  timer?.unref();
  return {
    begin(id, what) {
      running.set(id, what);
      draw();
    },
    done(id) {
      running.delete(id);
    },
    line(text) {
      clear();
      if (!quiet) stream.write(`${text}\n`);
      draw();
    },
    end() {
      clear();
      clearInterval(timer);
      running.clear();
    },
  };
}

/** Says what became of each piece of work, in the order of their numbers, whichever is done first. */
export function linesInOrder(report: Report): (index: number, id: string, text: string) => void {
  const waiting: string[] = [];
  let next = 0;
  return (index, id, text) => {
    report.done(id);
    waiting[index] = text;
    for (let line = waiting[next]; line !== undefined; line = waiting[++next]) report.line(line);
  };
}

/** `27.6 MB`, in units of 1000. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

/** Everything that a terminal would obey, but for line ends and tabs. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Text out of a package of any origin, harmless to a terminal: control characters as `\x1b`. */
export function tameText(text: string): string {
  return text.replace(CONTROLS, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Columns that line up; numbers to the right. Spaces at line ends are cut; a line end in a cell is shown as `\n`. */
export function formatTable(table: readonly (readonly string[])[], right: readonly number[] = []): string {
  const rows = table.map((row) => row.map((cell) => tameText(cell).replaceAll('\n', '\\n')));
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
