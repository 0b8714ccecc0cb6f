/** Zip archives (APPNOTE.TXT 6.3.10): files alone, one after another, with a directory at the end. */
export { readZip, type ZipMember } from './read.ts';
export { type ZipFile, zipArchive } from './write.ts';
