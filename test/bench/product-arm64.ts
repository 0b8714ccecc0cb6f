import type { Product } from '../../build/model/product.ts';
import { product as all } from '../../runtime/product.ts';

/** What we ship, for one architecture: the peers' images have one too. */
export const product = { ...all, arches: ['arm64'] } satisfies Product;
