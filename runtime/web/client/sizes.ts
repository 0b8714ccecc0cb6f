const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** `3.1 MB`: a thousand bytes are a KB. */
export function saySize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${UNITS[power]}`;
}

/** Whole numbers with separators, as the reader writes them. */
export function sayCount(count: number): string {
  return new Intl.NumberFormat().format(count);
}
