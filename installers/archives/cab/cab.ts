/** Cabinets ([MS-CAB]): one file, any number of folders, nothing that spans several. */
export { type CabinetEntry, readCabinet } from './read.ts';
export { type CabinetFile, type CabinetFolder, cabinet } from './write.ts';

/** Bytes before compression in every data record of a folder but the last. */
export const BLOCK = 32768;
