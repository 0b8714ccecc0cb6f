import { PackwrightError } from '../../build/model/errors.ts';
import type { Package } from '../../build/model/package.ts';

/** Name of the file that says what package it is, for people and for the reader. */
export const LABEL = 'package.txt';

/** Path of that file: in the one folder that everything lies in. @throws PackwrightError when there are several, or none. */
export function labelPath(pkg: Package): string {
  const paths = pkg.placements.flatMap(({ tree }) => tree.map(({ path }) => path));
  const [folder = '', ...others] = new Set(paths.map((path) => path.split('/')[1] ?? ''));
  const strayed = others.length > 0 || paths.some((path) => path.split('/').length < 3);
  if (folder !== '' && !strayed) return `/${folder}/${LABEL}`;
  throw new PackwrightError(pkg.target.id, 'its files do not lie in one folder', 'unpacking it would strew them');
}

/** `Key: value`, a line each, as Windows ends lines. @throws PackwrightError for a value of several lines. */
export function renderLabel(pkg: Package): string {
  const { product } = pkg;
  const fields: Record<string, string> = {
    Name: pkg.name,
    Version: pkg.version.text,
    Architecture: pkg.placements[0]?.arch ?? '',
    Title: pkg.title,
    Summary: pkg.summary,
    Vendor: product.vendor,
    Homepage: product.homepage,
    Licence: product.licence,
  };
  for (const [key, value] of Object.entries(fields)) {
    if (/[\r\n]/.test(value)) throw new PackwrightError(pkg.target.id, `its ${key} has several lines`, 'use one');
  }
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('');
}
