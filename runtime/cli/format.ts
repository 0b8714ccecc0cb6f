/** Sizes, times and tables for people. */
import { printable } from '../log/printable.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `12 bytes`, `292.98 KiB`: as Duplicati writes them. */
export function formatSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? `${bytes} bytes` : `${value.toFixed(2)} ${UNITS[unit]}`;
}

/** `2026-11-22 15:09:56`, in the zone of this machine. */
export function formatWhen(seconds: number): string {
  const date = new Date(seconds * 1000);
  const [day, hour] = [
    [date.getFullYear(), date.getMonth() + 1, date.getDate()],
    [date.getHours(), date.getMinutes(), date.getSeconds()],
  ];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.map(two).join('-')} ${hour.map(two).join(':')}`;
}

/** `1:02:03` or `02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = [minutes, whole % 60].map((value) => String(value).padStart(2, '0')).join(':');
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Lines whose columns line up. @param right columns that hold numbers */
export function formatTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(cell.length, most[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** A path for a line of its own: what would move the cursor is written out. */
export function formatPath(path: string): string {
  return printable(path);
}
