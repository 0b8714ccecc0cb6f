/**
 * The relational database that a package of Windows Installer is: what it holds, and the door to its encoder, its decoder and the standard
 * tables. Encoder and decoder share this vocabulary, no code.
 */
import type { Location } from '../../archives/compound-file/compound-file.ts';

export { readDatabase } from './read.ts';
export { standardTable, validationTable } from './standard-tables.ts';
export { tableText } from './table-text.ts';
export { databaseFile } from './write.ts';

/** Bytes that are kept as a stream of their own, such as an icon or a cabinet. */
export interface StreamContent {
  /** Bytes. */
  size: number;
  /** The bytes from the start. May be called any number of times. */
  open(): AsyncIterable<Uint8Array>;
}

/** A name in the database's own words: not packed as the compound file has it. */
export interface NamedStream extends StreamContent {
  name: string;
}

/** `null` where there is no value; there is no empty string. */
export type Cell = string | number | null | StreamContent;

export interface Column {
  name: string;
  /**
   * Column type as text archives of tables (IDT files) have it: `s72` a string of up to 72 characters (`s0`: of any length), `l` one that
   * may be localised, `i2` and `i4` an integer of that many bytes, `v0` a stream. Upper case where null is allowed.
   */
  type: string;
  /** Part of the primary key. Keys come first. */
  key: boolean;
}

export interface Table {
  name: string;
  columns: readonly Column[];
  /** Each as long as `columns`. */
  rows: readonly (readonly Cell[])[];
}

/** The summary information stream in the Windows Installer documentation's words. Times in seconds since 1970. */
export interface Summary {
  title: string;
  subject: string;
  author: string;
  keywords: string;
  comments: string;
  /** Platform and languages: `x64;1033`. */
  template: string;
  /** The package code, `{…}`. */
  revisionNumber: string;
  created: number;
  saved: number;
  /** Lowest version of Windows Installer, times 100: 500 for 5.0. */
  pageCount: number;
  /** Bits: 1 short names, 2 compressed, 4 administrative image, 8 no elevation. */
  wordCount: number;
  application: string;
  /** 0 free, 2 read-only recommended, 4 read-only enforced. */
  security: number;
}

/** What a package is made of. */
export interface Database {
  tables: readonly Table[];
  summary: Summary;
  /** Streams that no table owns: cabinets. */
  streams: readonly NamedStream[];
}

/** A table as it was found. */
export interface FoundTable extends Table {
  /** False when `_Tables` does not name it, though `_Columns` describes it. */
  listed: boolean;
}

/** A stream that was found. */
export interface FoundStream extends NamedStream {
  /** Where its bytes lie, for reading them in any order. */
  locate(): Location;
}

/** What was found in a package of any origin. */
export interface DatabaseFacts {
  /** Class of the root storage: `{000C1084-…}` for a package. */
  clsid: string;
  /** Of the strings: 65001 for UTF-8, 0 for none in particular. */
  codePage: number;
  /** By name, with columns and rows in their stored order. */
  tables: readonly FoundTable[];
  /** What the summary information stream says; all of it is optional in a foreign package. */
  summary: Partial<Summary> & { codePage?: number };
  /** Streams that no cell of a table owns, by name: cabinets, signatures. */
  streams: readonly FoundStream[];
  /** Streams of tables that neither `_Tables` nor `_Columns` knows. */
  unknownTables: readonly string[];
  /** Storages below the root: transforms and the like, which are not read. */
  storages: readonly string[];
}
