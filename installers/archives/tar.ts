/**
 * The tar archive: what formats import. Reader and writer share no code, so that one checks the other.
 * Sources: POSIX.1-2017 pax (ustar and pax interchange formats), GNU tar manual "Basic Tar Format".
 */
export { readTar, type TarEntry, type TarKind } from './tar-reader.ts';
export { type TreeOptions, treeItems } from './tar-tree.ts';
export { type TarItem, type TarOptions, tarParts } from './tar-writer.ts';
