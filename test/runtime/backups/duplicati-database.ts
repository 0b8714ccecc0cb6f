import { DatabaseSync } from 'node:sqlite';

/** Tables of a Duplicati server, schema 12, with the columns that it has. */
const TABLES = `
  CREATE TABLE "Version" ("ID" INTEGER PRIMARY KEY, "Version" INTEGER NOT NULL);
  INSERT INTO "Version" ("Version") VALUES (12);
  CREATE TABLE "Backup" ("ID" INTEGER PRIMARY KEY AUTOINCREMENT, "Name" TEXT NOT NULL, "Description" TEXT NOT NULL DEFAULT '',
    "Tags" TEXT NOT NULL, "TargetURL" TEXT NOT NULL, "DBPath" TEXT NOT NULL, "ExternalID" TEXT NULL,
    "ConnectionStringID" INTEGER NOT NULL DEFAULT -1, "OperationType" TEXT NOT NULL DEFAULT 'Backup');
  CREATE TABLE "Schedule" ("ID" INTEGER PRIMARY KEY, "Tags" TEXT NOT NULL, "Time" INTEGER NOT NULL, "Repeat" TEXT NOT NULL,
    "LastRun" INTEGER NOT NULL, "Rule" TEXT NOT NULL);
  CREATE TABLE "Source" ("BackupID" INTEGER NOT NULL, "Path" TEXT NOT NULL);
  CREATE TABLE "Filter" ("BackupID" INTEGER NOT NULL, "Order" INTEGER NOT NULL, "Include" INTEGER NOT NULL, "Expression" TEXT NOT NULL);
  CREATE TABLE "Option" ("BackupID" INTEGER NOT NULL, "Filter" TEXT NOT NULL, "Name" TEXT NOT NULL, "Value" TEXT NOT NULL);
  CREATE TABLE "Metadata" ("BackupID" INTEGER NOT NULL, "Name" TEXT NOT NULL, "Value" TEXT NOT NULL);
  CREATE TABLE "ConnectionString" ("ID" INTEGER PRIMARY KEY AUTOINCREMENT, "Name" TEXT NOT NULL UNIQUE,
    "Description" TEXT NOT NULL DEFAULT '', "BaseUrl" TEXT NOT NULL, "CreatedAt" INTEGER NOT NULL, "UpdatedAt" INTEGER NOT NULL);
  CREATE TABLE "BackupTargetUrl" ("ID" INTEGER PRIMARY KEY AUTOINCREMENT, "BackupID" INTEGER NOT NULL, "TargetUrlKey" TEXT NOT NULL,
    "TargetURL" TEXT NOT NULL);`;

/** Two jobs with all that one can have, and what is around them. */
const ROWS = `
  INSERT INTO "ConnectionString" VALUES (3, 'nas', 'the box', 'ssh://me:canary-ssh@nas', 1, 2);
  INSERT INTO "Backup" VALUES (1, 'Home', 'mine', 'a,b', 's3://bucket/x?auth-password=canary-s3', '/x/A.sqlite', NULL, -1, 'Backup');
  INSERT INTO "Backup" VALUES (7, 'NAS', '', '', 'ssh://nas/y', '/x/B.sqlite', NULL, 3, 'Backup');
  INSERT INTO "Backup" VALUES (8, 'Mirror', '', '', 'ssh://nas/z', '/x/C.sqlite', NULL, -1, 'Sync');
  INSERT INTO "Source" VALUES (1, '/home/'), (1, '/etc/'), (7, '%MY_DOCUMENTS%'), (8, '/a/');
  INSERT INTO "Filter" VALUES (1, 1, 0, '*.tmp'), (1, 0, 1, '*.keep'), (-1, 0, 0, '*.all');
  INSERT INTO "Option" VALUES (1, '', 'passphrase', 'canary-passphrase'), (1, '', '--no-encryption', 'false'), (1, '', 'dblock-size', '50mb'),
    (7, '', 'encryption-module', ''), (7, '', '--run-script-before', '/usr/local/sbin/x'),
    (-1, '', '--log-retention', '10D'), (-1, '', '--run-script-after', '/tmp/x'),
    (-2, '', 'server-timezone', 'Europe/Berlin'), (-2, '', 'startup-delay', '5m'), (-2, '', 'jwt-config', 'enc-v1:00'), (-2, '', 'server-passphrase', 'x');
  INSERT INTO "Schedule" VALUES (4, 'ID=1', 1767272400, '1D', 1767186000, 'AllowedWeekDays=Monday,Friday');
  INSERT INTO "Metadata" VALUES (1, 'BackupListCount', '12');
  INSERT INTO "BackupTargetUrl" VALUES (1, 7, 'k', 's3://second');`;

/** A database as a Duplicati server leaves it. */
export function makeDuplicatiDatabase(file: string, more = ''): void {
  const database = new DatabaseSync(file);
  database.exec(TABLES + ROWS + more);
  database.close();
}
