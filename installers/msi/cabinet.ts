/** Name of the one cabinet: a stream of the database. */
export const CABINET = 'product.cab';
