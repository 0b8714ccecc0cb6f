/** The door to the compound file's writer and reader, which share facts, no code. */
export { type CompoundEntry, type CompoundFile, type Location, readCompoundFile } from './read.ts';
export { type CompoundStream, compoundFile } from './write.ts';
