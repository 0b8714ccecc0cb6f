/**
 * What turns the settings database of one version into the next: the first row makes version 1 of an empty file. Rows are only ever
 * added. `secret` fields hold what `field-encryption.ts` makes of them.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE setting (
     name TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE session (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     kind TEXT NOT NULL CHECK (kind IN ('browser', 'forever')),
     created INTEGER NOT NULL, -- seconds since 1970, as all times here
     used INTEGER NOT NULL,
     expires INTEGER NOT NULL,
     lifetime INTEGER NOT NULL, -- seconds from one use to the end
     counter INTEGER NOT NULL, -- of its refresh tokens; the newest alone counts
     turned INTEGER NOT NULL -- when the counter last moved
   ) STRICT, WITHOUT ROWID;`,
];
