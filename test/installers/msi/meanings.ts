import { readFile } from 'node:fs/promises';
import { readDatabase } from '../../../installers/msi/database/database.ts';
import { memorySource } from '../../suites/blobs.ts';

/** What the tables of a database say, a sorted line a row, without the identifiers that its author was free to choose. */
export type Meanings = Record<
  | 'Directory'
  | 'Component'
  | 'File'
  | 'MsiFileHash'
  | 'Registry'
  | 'ServiceInstall'
  | 'ServiceControl'
  | 'CreateFolder',
  string[]
>;

type Cells = Record<string, unknown>;

export async function readMeanings(file: string): Promise<Meanings> {
  const { tables } = await readDatabase(memorySource(file, await readFile(file)));
  const rows = (name: string): Cells[] => {
    const table = tables.find((one) => one.name === name);
    return (table?.rows ?? []).map((row) =>
      Object.fromEntries(table!.columns.map((column, index) => [column.name, row[index]])),
    );
  };
  const find = (table: string, key: unknown) => rows(table).find((row) => row[table] === key) ?? {};
  const folder = (key: unknown): string => {
    const { Directory_Parent: parent, DefaultDir: name } = find('Directory', key);
    if (!parent) return '';
    return `${folder(parent)}/${name === '.' ? key : longName(name)}`;
  };
  const component = (key: unknown) => {
    const { Directory_: at, KeyPath: known } = find('Component', key);
    const { FileName } = find('File', known);
    if (FileName) return `the component of ${folder(at)}/${longName(FileName)}`;
    const { Key, Name } = find('Registry', known);
    return Key ? `the component of ${Key}\\${Name}` : `the component of ${folder(at)}`;
  };
  const place = (fileKey: unknown) => {
    const { Component_, FileName } = find('File', fileKey);
    return `${folder(find('Component', Component_).Directory_)}/${longName(FileName)}`;
  };
  /** A folder's property as the folder's path. */
  const formatted = (text: unknown) =>
    String(text).replace(/\[([A-Z]\w*FOLDER)\]/g, (_, key: string) => `[${folder(key)}]`);
  const keyed = (row: Cells) => {
    const { Attributes, KeyPath } = row;
    const kind = Number(Attributes) & 4 ? 'registry value' : KeyPath ? 'file' : 'folder';
    const what = component(row.Component).replace(/^the component of /, '');
    return `${what} attributes ${Attributes}, known by its ${kind}`;
  };
  const service = (row: Cells) => {
    const { ServiceInstall: _, ServiceControl: __, Component_, ...fields } = row;
    return `${JSON.stringify(fields)} in ${component(Component_)}`;
  };
  const meanings: Meanings = {
    Directory: rows('Directory').map((row) => folder(row.Directory) || '/'),
    Component: rows('Component').map(keyed),
    File: rows('File').map(
      ({ File, FileSize, Version, Language, Attributes, Sequence }) =>
        `${place(File)} ${FileSize} bytes, version ${Version}, language ${Language}, attributes ${Attributes}, number ${Sequence}`,
    ),
    MsiFileHash: rows('MsiFileHash').map(
      ({ File_, HashPart1, HashPart2, HashPart3, HashPart4 }) =>
        `${place(File_)} ${HashPart1} ${HashPart2} ${HashPart3} ${HashPart4}`,
    ),
    Registry: rows('Registry').map(
      ({ Root, Key, Name, Value, Component_ }) =>
        `${Root} ${Key} ${Name} = ${formatted(Value)} in ${component(Component_)}`,
    ),
    ServiceInstall: rows('ServiceInstall').map(service),
    ServiceControl: rows('ServiceControl').map(service),
    CreateFolder: rows('CreateFolder').map((row) => folder(row.Directory_)),
  };
  for (const lines of Object.values(meanings)) lines.sort();
  return meanings;
}

function longName(name: unknown): string {
  return String(name).replace(/^.*\|/, '');
}
