import { PackwrightError } from '../../build/model/errors.ts';
import type { ByteSource, Unpacker } from '../../build/model/format.ts';
import type { FactEntry, PackageFacts } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { readCabinet } from '../archives/cab/cab.ts';
import { type Cell, type DatabaseFacts, readDatabase } from './database/database.ts';

/** A template that names no processor means Intel ("Template Summary property"). */
const ARCHES: ReadonlyMap<string, Arch | 'x86'> = new Map([
  ['', 'x86'],
  ['Intel', 'x86'],
  ['x64', 'x64'],
  ['Arm64', 'arm64'],
]);
/** Places of the system, as placements call them. */
const SYSTEM_FOLDERS: Readonly<Record<string, string>> = {
  TARGETDIR: '',
  ProgramFiles64Folder: '/ProgramFiles',
  ProgramFilesFolder: '/ProgramFiles',
  CommonAppDataFolder: '/ProgramData',
};
/** Folders are not nested deeper by anyone. */
const DEEPEST = 64;

/** Everything a package says, and all its files. @throws PackwrightError where it is not sound, or not in this form. */
export async function readMsi(file: ByteSource, unpacker: Unpacker): Promise<PackageFacts> {
  const database = await readDatabase(file);
  const refuse = (what: string): never => {
    throw new PackwrightError(file.name, what, 'fetch or build it again');
  };
  const properties = new Map(rowsOf(database, 'Property').map(([name, value]) => [String(name), String(value ?? '')]));
  const template = database.summary.template ?? '';
  const arch = ARCHES.get((template.split(';')[0] ?? '').trim());
  if (!arch) return refuse(`its template "${template}" names no processor that is known here`);
  const entries = await readFiles(file, database, unpacker, refuse);
  return {
    format: 'msi',
    name: properties.get(PACKAGE_NAME) ?? properties.get('ProductName') ?? '',
    version: properties.get('ProductVersion') ?? '',
    trees: [{ arch, entries }],
    metadata: {
      Template: template,
      PackageCode: database.summary.revisionNumber ?? '',
      ...Object.fromEntries(properties),
    },
    scripts: Object.fromEntries(
      rowsOf(database, 'CustomAction').map(([action, type, source, target]) => [
        String(action),
        `type ${type} ${source ?? ''} ${target ?? ''}`.trimEnd(),
      ]),
    ),
  };
}

/** A private property: the package's name in the words of the other formats. */
export const PACKAGE_NAME = 'PackageName';

async function readFiles(
  file: ByteSource,
  database: DatabaseFacts,
  unpacker: Unpacker,
  refuse: (what: string) => never,
): Promise<FactEntry[]> {
  const folders = folderPaths(database, refuse);
  const homes = new Map(rowsOf(database, 'Component').map((row) => [row[0], folders.get(String(row[2]))]));
  const expected = new Map(rowsOf(database, 'File').map((row) => [String(row[0]), row]));
  const entries: FactEntry[] = [];
  for (const [, , , cabinet] of rowsOf(database, 'Media')) {
    if (cabinet === null || cabinet === undefined) continue;
    const name = String(cabinet);
    if (!name.startsWith('#')) refuse(`its cabinet ${name} lies beside it, which is not supported`);
    const stream = database.streams.find((one) => one.name === name.slice(1)) ?? refuse(`it has no cabinet ${name}`);
    const { source, offset, length } = stream.locate();
    for await (const { name: key, size, data } of readCabinet(source, unpacker, { offset, length })) {
      const row = expected.get(key) ?? refuse(`the cabinet's file ${key} is not in the File table`);
      expected.delete(key);
      if (row[3] !== size) refuse(`the file ${key} has ${size} bytes, and the File table says ${row[3]}`);
      const [sha256 = ''] = await unpacker.digest(data, ['sha256']);
      const folder = homes.get(row[1] ?? '') ?? refuse(`the component of the file ${key} lies nowhere`);
      entries.push({
        path: `${folder}/${longName(String(row[2]))}`,
        kind: 'file',
        mode: 0o644,
        user: 'root',
        group: 'root',
        size,
        sha256,
        to: '',
        flags: [],
      });
    }
  }
  const [missing] = expected.keys();
  if (missing !== undefined) refuse(`the file ${missing} is in no cabinet: ${file.name}`);
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Path of every row of the Directory table. */
function folderPaths(database: DatabaseFacts, refuse: (what: string) => never): Map<string, string> {
  const rows = new Map(rowsOf(database, 'Directory').map((row) => [String(row[0]), row]));
  const pathOf = (key: string, depth = 0): string => {
    const known = SYSTEM_FOLDERS[key];
    if (known !== undefined) return known;
    const [, parent, name] = rows.get(key) ?? refuse(`the folder ${key} is not in the Directory table`);
    if (depth > DEEPEST) refuse(`the folder ${key} is nested too deep`);
    const above = parent === null || parent === undefined || parent === key ? '' : pathOf(String(parent), depth + 1);
    const own = longName(String(name).split(':')[0]!);
    if (own === '.') return above === '' ? `/${key}` : above;
    return `${above}/${own}`;
  };
  return new Map([...rows.keys()].map((key) => [key, pathOf(key)]));
}

/** `SHORT|Long name` without its short half. */
function longName(name: string): string {
  return name.slice(name.indexOf('|') + 1);
}

function rowsOf(database: DatabaseFacts, name: string): readonly (readonly Cell[])[] {
  return database.tables.find((table) => table.name === name)?.rows ?? [];
}
