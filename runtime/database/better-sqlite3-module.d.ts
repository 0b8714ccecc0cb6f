/** The part of better-sqlite3 13 that its driver uses; the package has no types of its own. */
declare module 'better-sqlite3' {
  type Value = null | number | bigint | string | Uint8Array;

  interface Statement {
    /** True when it yields rows. */
    readonly reader: boolean;
    run(...parameters: Value[]): { changes: number; lastInsertRowid: number | bigint };
    get(...parameters: Value[]): Record<string, Value> | undefined;
    all(...parameters: Value[]): Record<string, Value>[];
    iterate(...parameters: Value[]): IterableIterator<Record<string, Value>>;
    safeIntegers(on: boolean): this;
  }

  export default class Connection {
    constructor(file: string, options: { readonly?: boolean; timeout?: number; nativeBinding?: object });
    readonly open: boolean;
    exec(sql: string): this;
    prepare(sql: string): Statement;
    close(): this;
  }
}
