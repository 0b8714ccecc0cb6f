/** Commands that need no destination: about this machine's database, its files and itself. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openLocalDatabase } from '../engine/local-database/local-database.ts';
import { scan } from '../engine/scan/scan.ts';
import { packContent } from '../engine/volumes/volume-writer.ts';
import { createZip } from '../engine/volumes/zip-writer.ts';
import { codeOf, messageOf, SERIOUS, UserError } from '../errors.ts';
import type { Call, CliCommand } from './command.ts';
import { formatPath, formatSize } from './format.ts';
import { NamedError } from './named-error.ts';
import { localDatabaseFile } from './open-backup.ts';
import { backupOptions, filterOptions } from './options.ts';
import { readFilter } from './read-filter.ts';
import { describeSystem } from './system-info.ts';

export const localCommands: readonly CliCommand[] = [
  {
    name: 'vacuum',
    operands: ['<storage-URL>'],
    help: 'Give back the room in the local database that nothing uses any more.',
    options: backupOptions,
    examples: [{ line: 'duplicati-cli vacuum file:///mnt/backup', help: 'After many versions were deleted.' }],
    run: runVacuum,
  },
  {
    name: 'test-filters',
    operands: ['<sources...>'],
    help: 'Show what of sources the filters let through, and which filter decided; nothing is backed up.',
    options: [...filterOptions, { name: 'json', help: 'Print JSON instead of text.' }],
    examples: [{ line: "duplicati-cli test-filters /home --exclude='*.tmp'", help: 'What would be in the backup?' }],
    run: runTestFilters,
  },
  {
    name: 'create-report',
    operands: ['<storage-URL>', '<output.zip>'],
    help: 'Write facts for the analysis of a fault: versions of programs, and numbers out of the local database. No path, name or secret of this machine is in it.',
    options: backupOptions,
    examples: [{ line: 'duplicati-cli create-report file:///mnt/backup report.zip', help: 'To send along.' }],
    run: runCreateReport,
  },
];

function requireDatabase(call: Call): string {
  const file = localDatabaseFile(call);
  if (existsSync(file)) return file;
  throw new NamedError('DatabaseDoesNotExist', `there is no local database ${file}; "repair" makes one`);
}

async function runVacuum(call: Call): Promise<number> {
  const file = requireDatabase(call);
  const database = await openLocalDatabase(file);
  const pages = () => Number(database.prepare('PRAGMA page_count').get()?.page_count);
  try {
    const size = Number(database.prepare('PRAGMA page_size').get()?.page_size);
    const before = pages() * size;
    database.exec('VACUUM');
    const after = pages() * size;
    call.progress.end();
    if (call.output.asJson) await call.output.json({ database: file, bytesBefore: before, bytesAfter: after });
    else await call.output.line(`The local database had ${formatSize(before)} and has ${formatSize(after)}`);
    return 0;
  } finally {
    database.close();
  }
}

async function runTestFilters({ words, argv, output, progress, signal }: Call): Promise<number> {
  const filter = readFilter(argv);
  const sources = words.map((source) => path.resolve(source));
  const lines: { path: string; verdict: 'include' | 'exclude'; filter?: string }[] = [];
  const skipped: { path: string; why: string }[] = [];
  const entries = scan({
    sources,
    isWanted(place) {
      signal.throwIfAborted();
      const { verdict, rule } = filter.explain(place);
      lines.push({ path: place, verdict, ...(rule ? { filter: rule.text } : {}) });
      return verdict === 'include';
    },
    canSkip: (folder) => filter.canSkipFolder(folder),
    skip: (one) => void skipped.push(one),
  });
  let [files, bytes] = [0, 0];
  const say = async () => {
    for (const { path: place, verdict, filter: rule } of lines.splice(0)) {
      const why = rule === undefined ? ' as no filters matched' : ` due to filter ${rule}`;
      await output.line(`${verdict === 'include' ? 'Including' : 'Excluding'} path${why}: ${formatPath(place)}`);
    }
  };
  const all: typeof lines = [];
  for (const { type, status } of entries) {
    if (type === 'File') files++;
    if (type === 'File') bytes += Number(status.size);
    if (output.asJson) all.push(...lines.splice(0));
    else await say();
  }
  progress.end();
  if (output.asJson) {
    await output.json({ entries: [...all, ...lines], skipped, files, bytes });
    return 0;
  }
  await say();
  for (const { path: place, why } of skipped) await output.line(`Skipped: ${formatPath(place)}: ${formatPath(why)}`);
  await output.line(`Matched ${files} files (${formatSize(bytes)})`);
  return 0;
}

/** What of `system-info` says nothing about whose machine it is. */
const ANONYMOUS = ['Duplicati', 'Edition', 'Node', 'OpenSSL', 'SQLite', 'FFI', 'OS', 'Platform', 'Processors'] as const;

async function runCreateReport(call: Call): Promise<number> {
  const { words, argv, output, progress, given } = call;
  const file = path.resolve(words[1]!);
  const all = await describeSystem(given.text('server-datafolder'));
  const system = Object.fromEntries(ANONYMOUS.map((name) => [name, all[name]]));
  // Names alone: values are places, patterns and secrets.
  const options = argv.flatMap((argument) => /^--([a-z0-9-]+)/i.exec(argument)?.[1]?.toLowerCase() ?? []);
  const parts: Record<string, unknown> = { system, options, database: await describeDatabase(requireDatabase(call)) };
  const bytes: Uint8Array[] = [];
  const zip = createZip((part) => bytes.push(Buffer.from(part)), Math.floor(Date.now() / 1000));
  for (const [name, part] of Object.entries(parts))
    zip.add(`${name}.json`, packContent(Buffer.from(`${JSON.stringify(part, null, 2)}\n`), { method: 8, level: 9 }));
  zip.end();
  try {
    writeFileSync(file, Buffer.concat(bytes), { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    const what = codeOf(thrown) === 'EEXIST' ? 'it is there already' : messageOf(thrown);
    throw new UserError(`the report ${file} cannot be written: ${what}`, SERIOUS, thrown);
  }
  progress.end();
  if (output.asJson) await output.json({ report: file });
  else await output.line(`Wrote ${file}`);
  return 0;
}

/** Numbers only: no path, no name, no hash. */
async function describeDatabase(file: string): Promise<Record<string, unknown>> {
  const database = await openLocalDatabase(file);
  try {
    const tables = [
      'volume',
      'indexed_by',
      'block',
      'moved_block',
      'stream',
      'stream_block',
      'stream_list',
      'folder',
      'entry',
      'version',
      'version_entry',
    ];
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count);
    const rows = (sql: string) => database.prepare(sql).all();
    return {
      schema: database.userVersion(),
      integrity: rows('PRAGMA integrity_check').map((row) => Object.values(row)[0] === 'ok'),
      rows: Object.fromEntries(tables.map((table) => [table, count(table)])),
      volumes: rows(
        'SELECT kind, state, count(*) AS count, total(size) AS bytes, sum(hash IS NULL) AS withoutHash FROM volume GROUP BY kind, state',
      ),
      versions: rows(
        'SELECT time, is_full, (SELECT count(*) FROM version_entry WHERE version = version.id) AS entries FROM version ORDER BY time',
      ),
      blocksWithoutVolume: Number(
        database.prepare('SELECT count(*) AS count FROM block WHERE volume IS NULL').get()?.count,
      ),
      unindexed: Number(
        database
          .prepare(
            "SELECT count(*) AS count FROM volume WHERE kind = 'dblock' AND id NOT IN (SELECT dblock FROM indexed_by)",
          )
          .get()?.count,
      ),
    };
  } finally {
    database.close();
  }
}
