/** A product of two files and its dialogs in which no rule finds a fault: the ground that tests of the lint put their faults into. */
import { type Cell, type DatabaseFacts, standardTable } from '../../../installers/msi/database/database.ts';
import { STANDARD_TABLES } from '../../../installers/msi/database/standard-tables.ts';

export type Cells = Record<string, Cell>;
export type Rows = Record<string, Cells[]>;
export const guid = (digit: string) => `{${digit.repeat(8)}-0000-4000-8000-000000000000}`;

const sequence = (names: string, from = 100) =>
  names.split(' ').map((Action, at) => ({ Action, Condition: null, Sequence: from + at * 10 }));
const ENDS = [
  { Action: 'Bye', Sequence: -1 },
  { Action: 'Left', Sequence: -2 },
  { Action: 'Dead', Sequence: -3 },
];
const ANSWERS = { A: 'Abort', C: 'Cancel', I: 'Ignore', N: 'No', O: 'Ok', R: 'Retry', Y: 'Yes' };
const square = { X: 0, Y: 0, Width: 9, Height: 9, Attributes: 3 };
const dialog = (Dialog: string, Control_First: string, Attributes = 3) => ({
  Dialog,
  HCentering: 50,
  VCentering: 50,
  Width: 100,
  Height: 100,
  Attributes,
  Control_First,
});
const button = (Dialog_: string, Control: string, Control_Next: string | null = null) => ({
  Dialog_,
  Control,
  ...square,
  Type: 'PushButton',
  Control_Next,
  Text: '{\\Big}Go',
});
const ending = (Dialog_: string, Control_: string, Argument: string) => ({
  Dialog_,
  Control_,
  Event: 'EndDialog',
  Argument,
  Condition: '1',
});

export function soundRows(): Rows {
  const property = {
    ProductName: 'Lantern',
    ProductLanguage: '1033',
    ProductVersion: '1.2.3',
    ProductCode: guid('1'),
    UpgradeCode: guid('2'),
    Manufacturer: 'Lamps',
    SecureCustomProperties: 'OLDER;NEWER',
    ErrorDialog: 'Fault',
    PICK: 'a',
  };
  const file = (File: string, Component_: string, FileName: string, Sequence: number) => ({
    ...{ File, Component_, FileName, FileSize: 5, Version: '1.0', Language: '0', Attributes: 512, Sequence },
  });
  const component = (Component: string, digit: string, KeyPath: string) => ({
    ...{ Component, ComponentId: guid(digit), Directory_: 'HOME', Attributes: 256, KeyPath },
  });
  return {
    Property: Object.entries(property).map(([Property, Value]) => ({ Property, Value })),
    Directory: [
      { Directory: 'TARGETDIR', DefaultDir: 'SourceDir' },
      { Directory: 'ProgramFiles64Folder', Directory_Parent: 'TARGETDIR', DefaultDir: '.' },
      { Directory: 'HOME', Directory_Parent: 'ProgramFiles64Folder', DefaultDir: 'LANTER~1|Lantern Company' },
      { Directory: 'ProgramMenuFolder', Directory_Parent: 'TARGETDIR', DefaultDir: '.' },
    ],
    Feature: [{ Feature: 'All', Display: 1, Level: 1, Attributes: 0 }],
    Component: [component('Main', '3', 'lamp'), component('Other', '4', 'oil')],
    FeatureComponents: ['Main', 'Other'].map((Component_) => ({ Feature_: 'All', Component_ })),
    File: [file('lamp', 'Main', 'lamp.exe', 1), file('oil', 'Other', 'OILIN~1.TXT|oil in it.txt', 2)],
    MsiFileHash: [],
    Media: [{ DiskId: 1, LastSequence: 2, Cabinet: '#a.cab' }],
    Upgrade: [
      { UpgradeCode: guid('2'), VersionMax: '1.2.3', Attributes: 0, ActionProperty: 'OLDER' },
      { UpgradeCode: guid('2'), VersionMin: '1.2.3', Attributes: 2, ActionProperty: 'NEWER' },
    ],
    Shortcut: [{ Shortcut: 's', Directory_: 'ProgramMenuFolder', Name: 'Lamp', Component_: 'Main', Target: 'All' }],
    Registry: [{ Registry: 'r', Root: 2, Key: 'Software\\Lamp', Name: 'n', Value: '#1', Component_: 'Main' }],
    Environment: [{ Environment: 'e', Name: '=-*PATH', Value: '[~];[HOME]', Component_: 'Main' }],
    CustomAction: [{ Action: 'Set', Type: 51, Source: 'COLOUR', Target: 'red' }],
    LaunchCondition: [{ Condition: 'Installed OR Privileged', Description: 'no' }],
    Dialog: [dialog('Fault', 'ErrorText', 0x10003), ...['Bye', 'Left', 'Dead'].map((name) => dialog(name, 'Go'))],
    Control: [
      { Dialog_: 'Fault', Control: 'ErrorText', Type: 'Text', ...square },
      ...Object.keys(ANSWERS).map((name) => button('Fault', name)),
      button('Bye', 'Go', 'Pick'),
      { Dialog_: 'Bye', Control: 'Pick', ...square, Type: 'RadioButtonGroup', Property: 'PICK', Control_Next: 'Go' },
      button('Left', 'Go'),
      button('Dead', 'Go'),
    ],
    ControlEvent: [
      ...Object.entries(ANSWERS).map(([name, answer]) => ending('Fault', name, `Error${answer}`)),
      ...['Bye', 'Left', 'Dead'].map((name) => ending(name, 'Go', 'Exit')),
    ],
    RadioButton: [{ Property: 'PICK', Order: 1, Value: 'a', X: 0, Y: 0, Width: 9, Height: 9 }],
    ListBox: [],
    TextStyle: [{ TextStyle: 'Big', FaceName: 'Tahoma', Size: 9, StyleBits: 1 }],
    InstallExecuteSequence: sequence(
      'FindRelatedProducts AppSearch LaunchConditions Set CostInitialize FileCost CostFinalize InstallValidate InstallInitialize RemoveExistingProducts ProcessComponents UnpublishFeatures StopServices DeleteServices RemoveRegistryValues RemoveShortcuts RemoveEnvironmentStrings RemoveFiles CreateFolders InstallFiles CreateShortcuts WriteRegistryValues WriteEnvironmentStrings InstallServices StartServices RegisterUser RegisterProduct PublishFeatures PublishProduct InstallFinalize',
    ),
    InstallUISequence: [...sequence('AppSearch CostInitialize FileCost CostFinalize ExecuteAction'), ...ENDS],
    AdminExecuteSequence: sequence(
      'CostInitialize FileCost CostFinalize InstallValidate InstallInitialize InstallAdminPackage InstallFiles InstallFinalize',
    ),
    AdminUISequence: [...sequence('CostInitialize FileCost CostFinalize ExecuteAction'), ...ENDS],
    AdvtExecuteSequence: sequence(
      'CostInitialize CostFinalize InstallValidate InstallInitialize CreateShortcuts PublishFeatures PublishProduct InstallFinalize',
    ),
  };
}

/** Tables that Windows Installer knows and packages here never have, with the columns that rules look at. */
const MORE: Readonly<Record<string, string>> = {
  AdvtUISequence: '*Action Sequence',
  Class: '*CLSID Component_ Icon_',
  DuplicateFile: '*FileKey Component_ DestFolder',
  Font: '*File_ FontTitle',
  IniFile: '*IniFile DirProperty',
  LockPermissions: '*LockObject *Table Permission',
  MoveFile: '*FileKey Component_ DestFolder Options',
  MsiPackageCertificate: '*PackageCertificate',
  ProgId: '*ProgId ProgId_Parent',
  PublishComponent: '*ComponentId *Component_ Feature_',
  Odd: '*Key Text',
};

export function databaseOf(rows: Rows): DatabaseFacts {
  const tables = Object.entries(rows).map(([name, all]) => {
    const columns = STANDARD_TABLES[name]
      ? standardTable(name).columns
      : (MORE[name] ?? '')
          .split(' ')
          .map((word) => ({ name: word.replace('*', ''), key: word.startsWith('*'), type: 'S0' }));
    return { name, columns, rows: all.map((row) => columns.map((column) => row[column.name] ?? null)), listed: true };
  });
  const locate = () => {
    throw new Error('no bytes are read');
  };
  const stream = { name: 'a.cab', size: 1, open: locate, locate };
  const summary = { template: 'x64;1033', revisionNumber: guid('9'), pageCount: 500, wordCount: 2 };
  return { clsid: '', codePage: 65001, tables, summary, streams: [stream], unknownTables: [], storages: [] };
}
