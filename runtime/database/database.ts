import { messageOf } from '../errors.ts';

/** What SQLite stores, as JavaScript sees it. Integers are numbers, or bigints in a statement with `bigints`. */
export type Value = null | number | bigint | string | Uint8Array;
export type Row = Record<string, Value>;

/** A compiled statement. Parameters are positional (`?`). The drivers disagree about booleans and undefined: the type rules them out. */
export interface Statement {
  /** Runs it to the end. `changes` counts rows; `lastRowId` is exact. @throws Error with SQLite's message. */
  run(...parameters: Value[]): { changes: number; lastRowId: bigint };
  /** The first row, or undefined. */
  get(...parameters: Value[]): Row | undefined;
  all(...parameters: Value[]): Row[];
  /** Rows one by one. No other statement may write while it is open. */
  iterate(...parameters: Value[]): IterableIterator<Row>;
}

/** One connection to an SQLite database, whatever library is behind it. Synchronous: long work belongs into a thread of its own. */
export interface Database {
  readonly driver: DriverName;
  /** Version of the SQLite library, such as `3.53.4`. */
  readonly sqlite: string;
  /** Runs one or more statements without parameters and without rows. @throws Error with SQLite's message. */
  exec(sql: string): void;
  /**
   * Compiles one statement. Without `bigints`, reading an integer beyond 2^53 throws instead of losing digits.
   * @throws Error with SQLite's message.
   */
  prepare(sql: string, options?: { bigints?: boolean }): Statement;
  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; what it throws rolls everything back and is thrown on. Not to be nested. */
  transaction<Result>(work: () => Result): Result;
  /** `PRAGMA user_version`: the number of the schema, for the program to use. */
  userVersion(): number;
  setUserVersion(version: number): void;
  /** Ends the connection; a second call does nothing. */
  close(): void;
}

export type DriverName = 'better-sqlite3' | 'node:sqlite';

export interface OpenOptions {
  /** The driver to use; without it the best that loads. */
  driver?: DriverName;
  readOnly?: boolean;
  /** Milliseconds to wait for another connection's lock. Default 5000. */
  timeout?: number;
}

/**
 * Opens a database file, or `:memory:`, and makes it when it is not there (its folder must be). Without a wish for a driver:
 * better-sqlite3, the optional native module, when it loads, else node:sqlite, which is always there.
 * @throws Error when the file is no database or cannot be opened, or when the driver asked for does not load.
 */
export async function openDatabase(file: string, options: OpenOptions = {}): Promise<Database> {
  const driver = options.driver ?? (await chooseDriver()).driver;
  // Loaded on demand: a program that never opens a database starts faster.
  if (driver === 'node:sqlite') return (await import('./node-sqlite.ts')).openNodeSqlite(file, options);
  return (await import('./better-sqlite3.ts')).openBetterSqlite3(file, options);
}

/** The driver that `openDatabase` takes by itself, and why the native one is not it. Decided once for the life of the process. */
export function chooseDriver(): Promise<{ driver: DriverName; refused?: string }> {
  choice ??= probeDrivers();
  return choice;
}
let choice: Promise<{ driver: DriverName; refused?: string }> | undefined;

async function probeDrivers(): Promise<{ driver: DriverName; refused?: string }> {
  try {
    const { openBetterSqlite3 } = await import('./better-sqlite3.ts');
    openBetterSqlite3(':memory:', {}).close();
    return { driver: 'better-sqlite3' };
  } catch (thrown) {
    return { driver: 'node:sqlite', refused: messageOf(thrown).split('\n', 1)[0]! };
  }
}
