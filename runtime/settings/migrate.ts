import path from 'node:path';
import type { Database } from '../database/database.ts';
import { SERIOUS, UserError } from '../errors.ts';
import type { Log } from '../log/log.ts';

/** Leaves a database of a newer program untouched. @throws UserError (100) for one. */
export function refuseNewer(database: Database, file: string, newest: number): void {
  const version = database.userVersion();
  if (version <= newest) return;
  throw new UserError(
    `${file} has version ${version}, this program knows versions up to ${newest}; install the newer version again, or start with the copy beside it that has an older number`,
    SERIOUS,
  );
}

/** Brings a database to the newest version, one transaction for all steps, after a whole copy of it beside the file. */
export function migrate(database: Database, file: string, migrations: readonly string[], log: Log): void {
  const version = database.userVersion();
  const newest = migrations.length;
  if (version >= newest) return;
  if (version > 0) {
    const copy = copyName(file, version);
    database.exec(`VACUUM INTO ${quote(copy)}`);
    log.information(
      `${path.basename(file)} is brought from version ${version} to ${newest}; ${copy} holds it as it was`,
    );
  }
  database.transaction(() => {
    for (const step of migrations.slice(version)) database.exec(step);
    database.setUserVersion(newest);
  });
}

/** Dates come from the clock, which may be wrong; a name that exists makes SQLite refuse, and with it the start. */
function copyName(file: string, version: number, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${file.replace(/\.sqlite$/, '')}-version-${version}-${stamp}.sqlite`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
