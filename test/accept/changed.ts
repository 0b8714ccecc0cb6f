/** Two versions on, with another text in the shipped settings file: what a package manager does about an administrator's own. */
import type { Product } from '../../build/model/product.ts';
import { product as next } from './next.ts';

const numbers = next.version.split('.').map(Number);
numbers[numbers.length - 1]! += 1;

export const product = {
  ...next,
  version: numbers.join('.'),
  settings: next.settings.map((one) => ({ ...one, help: `${one.help} Said anew in this version.` })),
} satisfies Product;
