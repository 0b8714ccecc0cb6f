/** Commands that list what is in versions. */
import { type ListedEntry, listEntries, listFolder } from '../engine/list/entries.ts';
import type { ListedVersion } from '../engine/list/versions.ts';
import { UserError } from '../errors.ts';
import { chooseVersions } from './choose-versions.ts';
import type { Call, CliCommand } from './command.ts';
import { formatPath, formatSize, formatTable, formatWhen } from './format.ts';
import { type OpenBackup, withBackup } from './open-backup.ts';
import { backupOptions, filterOptions, versionOptions } from './options.ts';
import { readPathFilter } from './path-filter.ts';

const options = [...versionOptions, ...filterOptions, ...backupOptions];
const everywhere = { name: 'all-versions', help: 'In all versions.' } as const;
const url = 'file:///mnt/backup';

export const listCommands: readonly CliCommand[] = [
  {
    name: 'list',
    operands: ['<storage-URL>', '[files...]'],
    help: 'List versions; with files, --version or --time, the files in one.',
    options: [everywhere, ...options],
    examples: [
      { line: `duplicati-cli list ${url}`, help: 'All versions.' },
      { line: `duplicati-cli list ${url} '*.odt' --version=3`, help: 'Files in one of them.' },
    ],
    run: (call) => {
      const isOfFiles =
        call.words.length > 1 ||
        call.given.text('version') ||
        call.given.text('time') ||
        call.given.flag('all-versions');
      return isOfFiles ? listFiles(call) : listFilesets(call);
    },
  },
  {
    name: 'list-filesets',
    operands: ['<storage-URL>'],
    help: 'List versions.',
    options: [...backupOptions],
    examples: [{ line: `duplicati-cli list-filesets ${url} --json`, help: 'For a script.' }],
    run: listFilesets,
  },
  {
    name: 'find',
    operands: ['<storage-URL>', '[files...]'],
    help: 'Find files in the versions of a backup: every version with the size that the file has in it.',
    options,
    examples: [{ line: `duplicati-cli find ${url} '*/notes.txt'`, help: 'When did it change?' }],
    run: findFiles,
  },
  {
    name: 'search-files',
    operands: ['<storage-URL>', '[files...]'],
    help: 'Search files in all versions.',
    options,
    examples: [{ line: `duplicati-cli search-files ${url} '*notes*'`, help: 'Is it anywhere?' }],
    run: findFiles,
  },
  {
    name: 'list-file-versions',
    operands: ['<storage-URL>', '<files...>'],
    help: 'List the versions of a file.',
    options,
    examples: [{ line: `duplicati-cli list-file-versions ${url} /home/me/notes.txt`, help: 'All there are.' }],
    run: findFiles,
  },
  {
    name: 'list-folder-contents',
    operands: ['<storage-URL>', '[folder]'],
    help: 'List one folder of a version; without one the topmost.',
    options: [...versionOptions, ...backupOptions],
    examples: [{ line: `duplicati-cli list-folder-contents ${url} /home/me/`, help: 'Of the newest version.' }],
    run: (call) =>
      withBackup(call, async ({ database, versions }) => {
        const [version] = chooseVersions(call.given, versions);
        const word = call.words[1] ?? '';
        const separator = /^(?:[A-Za-z]:|\\\\)/.test(word) ? '\\' : '/';
        const folder = word === '' || word.endsWith(separator) ? word : word + separator;
        call.progress.end();
        await call.output.rows(listFolder(database, version!.id, folder), entryLine, entryJson);
        return 0;
      }),
  },
];

function listFilesets(call: Call): Promise<number> {
  return withBackup(call, async ({ versions }) => {
    const { output, progress } = call;
    progress.end();
    if (output.asJson) await output.rows(versions, String, versionJson);
    else {
      await output.line('Listing filesets:');
      const rows = versions.map(({ number, time, files, bytes, isFull }) => [
        String(number),
        formatWhen(time),
        `${files} files`,
        formatSize(bytes),
        isFull ? '' : 'partial',
      ]);
      for (const line of formatTable(rows, [0, 2, 3])) await output.line(line);
    }
    return 0;
  });
}

function listFiles(call: Call): Promise<number> {
  const filter = readPathFilter(call.words.slice(1), call.argv);
  return withBackup(call, async ({ database, versions }) => {
    const { output, progress, given } = call;
    const chosen = given.flag('all-versions') ? versions : chooseVersions(given, versions);
    progress.end();
    if (output.asJson) {
      await output.rows(entriesOf({ database }, chosen, filter.isWanted), String, ({ version, entry }) => ({
        version: version.number,
        ...entryJson(entry),
      }));
      return 0;
    }
    for (const version of chosen) {
      await output.line(`Listing contents ${version.number} (${formatWhen(version.time)}):`);
      await output.rows(entriesOf({ database }, [version], filter.isWanted), ({ entry }) => entryLine(entry));
    }
    return 0;
  });
}

function findFiles(call: Call): Promise<number> {
  const { given, output, progress } = call;
  const filter = readPathFilter(call.words.slice(1), call.argv);
  if (filter.isEmpty) throw new UserError('which files? Give a path or a pattern, such as "*.odt"', 200);
  return withBackup(call, async ({ database, versions }) => {
    const isChosen = given.text('version') || given.text('time');
    const chosen = isChosen ? chooseVersions(given, versions) : versions;
    const found = new Map<string, Map<number, ListedEntry>>();
    for (const { version, entry } of entriesOf({ database }, chosen, filter.isWanted)) {
      const known = found.get(entry.path) ?? new Map<number, ListedEntry>();
      found.set(entry.path, known.set(version.number, entry));
    }
    progress.end();
    const files = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
    if (output.asJson) {
      await output.rows(files, String, ([path, known]) => ({
        path,
        versions: [...known].map(([number, entry]) => ({
          version: number,
          time: isoOf(versions[number]!.time),
          size: entry.size,
        })),
      }));
      return 0;
    }
    await output.line('Listing files and versions:');
    for (const [path, known] of files) {
      await output.line(formatPath(path));
      const rows = chosen.map(({ number, time }) => {
        const entry = known.get(number);
        return [String(number), formatWhen(time), entry ? sizeOf(entry) : '-'];
      });
      for (const line of formatTable(rows, [0, 2])) await output.line(`  ${line}`);
      await output.line('');
    }
    return 0;
  });
}

function* entriesOf(
  { database }: Pick<OpenBackup, 'database'>,
  versions: readonly ListedVersion[],
  isWanted: (path: string) => boolean,
): Generator<{ version: ListedVersion; entry: ListedEntry }> {
  for (const version of versions) {
    for (const entry of listEntries(database, version.id)) if (isWanted(entry.path)) yield { version, entry };
  }
}

export function versionJson({ number, time, isFull, files, bytes }: ListedVersion) {
  return { version: number, time: isoOf(time), isFull, files, bytes };
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function entryJson({ path, type, size, modified }: ListedEntry) {
  return { path, type, size, ...(modified === undefined ? {} : { modified: isoOf(modified) }) };
}

function entryLine(entry: ListedEntry): string {
  return entry.type === 'File' ? `${formatPath(entry.path)} (${formatSize(entry.size)})` : formatPath(entry.path);
}

function sizeOf(entry: ListedEntry): string {
  return entry.type === 'File' ? formatSize(entry.size) : entry.type.toLowerCase();
}
