/** The product one version on, for upgrades and downgrades: `packwright --manifest test/accept/next.ts build`. */
import type { Product } from '../../build/model/product.ts';
import { product as now } from '../../runtime/product.ts';

const numbers = now.version.split('-')[0]!.split('.').map(Number);
numbers[numbers.length - 1]! += 1;

export const product = { ...now, version: numbers.join('.') } satisfies Product;
