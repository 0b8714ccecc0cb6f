/**
 * The tables. Hashes are raw bytes, times seconds since 1970 (UTC), sizes bytes. A stream is the bytes of a file or of an entry's metadata; a block a
 * piece of a stream; a version what one dlist holds. `0` stands for a stream that an entry does not have. `moved_block`
 * says where a block is as well, while compacting carries it to another volume.
 */
export const SCHEMA = `
CREATE TABLE volume(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('dblock', 'dindex', 'dlist')),
  state TEXT NOT NULL CHECK (state IN ('temporary', 'uploading', 'uploaded', 'verified', 'deleting', 'deleted', 'missing')),
  size INTEGER,
  hash BLOB
) STRICT;
CREATE TABLE indexed_by(
  dblock INTEGER NOT NULL REFERENCES volume(id),
  dindex INTEGER NOT NULL REFERENCES volume(id),
  PRIMARY KEY (dblock, dindex)
) STRICT, WITHOUT ROWID;
CREATE TABLE block(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  volume INTEGER REFERENCES volume(id),
  UNIQUE (hash, size)
) STRICT;
CREATE INDEX block_by_volume ON block(volume);
CREATE TABLE moved_block(
  block INTEGER PRIMARY KEY,
  from_volume INTEGER NOT NULL REFERENCES volume(id)
) STRICT;
CREATE TABLE stream(
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  size INTEGER NOT NULL,
  UNIQUE (hash, size)
) STRICT;
CREATE TABLE stream_block(
  stream INTEGER NOT NULL,
  position INTEGER NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (stream, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_block_by_block ON stream_block(block);
CREATE TABLE stream_list(
  stream INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (stream, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE folder(
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE entry(
  id INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL REFERENCES folder(id),
  name TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('File', 'Folder', 'Symlink')),
  content INTEGER NOT NULL,
  metadata INTEGER NOT NULL,
  UNIQUE (folder, name, type, content, metadata)
) STRICT;
CREATE TABLE version(
  id INTEGER PRIMARY KEY,
  volume INTEGER NOT NULL UNIQUE REFERENCES volume(id),
  time INTEGER NOT NULL UNIQUE,
  is_full INTEGER NOT NULL
) STRICT;
CREATE TABLE version_entry(
  version INTEGER NOT NULL REFERENCES version(id),
  entry INTEGER NOT NULL REFERENCES entry(id),
  modified INTEGER,
  PRIMARY KEY (version, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** `PRAGMA user_version` of the tables above, and what marks a database as ours (`PRAGMA application_id`: "PkWr"). */
export const SCHEMA_VERSION = 1;
export const APPLICATION_ID = 0x506b5772;
