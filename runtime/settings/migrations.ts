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
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE backup (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL UNIQUE COLLATE NOCASE,
     database TEXT NOT NULL UNIQUE, -- name of its local database in the data folder
     definition TEXT NOT NULL -- secret, JSON: addresses, sources, filters and options can all hold passwords
   ) STRICT;
   CREATE TABLE backup_metadata (
     backup INTEGER NOT NULL REFERENCES backup (id) ON DELETE CASCADE,
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (backup, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE schedule (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     backup INTEGER NOT NULL UNIQUE REFERENCES backup (id) ON DELETE CASCADE,
     start TEXT NOT NULL, -- the run that all are counted from, ISO 8601 in UTC as all times here
     time TEXT NOT NULL, -- what clients see: the first run, or the next after one that was
     repeat TEXT NOT NULL, -- such as 1D; empty for once
     last_run TEXT NOT NULL,
     days TEXT NOT NULL -- allowed ones, such as mon,fri; empty for all
   ) STRICT;
   CREATE TABLE notification (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL CHECK (kind IN ('Information', 'Warning', 'Error')),
     title TEXT NOT NULL,
     message TEXT NOT NULL,
     exception TEXT NOT NULL,
     backup TEXT,
     action TEXT NOT NULL,
     message_id TEXT NOT NULL,
     created INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE interface_setting (
     scheme TEXT NOT NULL,
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (scheme, name)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE connection_string (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL,
     description TEXT NOT NULL,
     url TEXT NOT NULL, -- secret
     created INTEGER NOT NULL,
     updated INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE job_log (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     backup INTEGER NOT NULL REFERENCES backup (id) ON DELETE CASCADE,
     time INTEGER NOT NULL, -- when it ended
     message TEXT NOT NULL, -- JSON, without secrets
     exception TEXT NOT NULL
   ) STRICT;
   CREATE INDEX job_log_by_backup ON job_log (backup);
   CREATE TABLE remote_log (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     job INTEGER NOT NULL REFERENCES job_log (id) ON DELETE CASCADE,
     time INTEGER NOT NULL,
     operation TEXT NOT NULL,
     path TEXT NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX remote_log_by_job ON remote_log (job);`,
];
