import test from 'ava';
import { type Cell, type DatabaseFacts, standardTable } from '../../../installers/msi/database/database.ts';
import { lintDatabase } from '../../../installers/msi/lint/lint.ts';

type Rows = Record<string, Record<string, Cell>[]>;
const guid = (digit: string) => `{${digit.repeat(8)}-0000-4000-8000-000000000000}`;
const sequence = (names: string, from = 100) =>
  names.split(' ').map((Action, at) => ({ Action, Condition: null, Sequence: from + at * 10 }));

/** A product of one file, one service and one dialog in which no rule finds a fault. */
function soundRows(): Rows {
  const property = {
    ProductName: 'Lantern',
    ProductLanguage: '1033',
    ProductVersion: '1.2.3',
    ProductCode: guid('1'),
    UpgradeCode: guid('2'),
    Manufacturer: 'Lamps',
    SecureCustomProperties: 'OLDER',
    ErrorDialog: 'Fault',
    PICK: 'a',
  };
  return {
    Property: Object.entries(property).map(([Property, Value]) => ({ Property, Value })),
    Directory: [{ Directory: 'TARGETDIR', DefaultDir: 'SourceDir' }],
    Feature: [{ Feature: 'All', Display: 1, Level: 1, Attributes: 0 }],
    Component: [
      { Component: 'Main', ComponentId: guid('3'), Directory_: 'TARGETDIR', Attributes: 256, KeyPath: 'lamp' },
      { Component: 'Other', ComponentId: guid('4'), Directory_: 'TARGETDIR', Attributes: 256, KeyPath: 'oil' },
    ],
    FeatureComponents: ['Main', 'Other'].map((Component_) => ({ Feature_: 'All', Component_ })),
    File: [
      {
        File: 'lamp',
        Component_: 'Main',
        FileName: 'lamp.exe',
        FileSize: 5,
        Version: '1.0',
        Language: '0',
        Attributes: 0,
        Sequence: 1,
      },
      {
        File: 'oil',
        Component_: 'Other',
        FileName: 'oil.txt',
        FileSize: 5,
        Version: '1.0',
        Language: '0',
        Attributes: 0,
        Sequence: 2,
      },
    ],
    MsiFileHash: [],
    Media: [{ DiskId: 1, LastSequence: 2, Cabinet: '#a.cab' }],
    Upgrade: [{ UpgradeCode: guid('2'), VersionMax: '1.2.3', Attributes: 0, ActionProperty: 'OLDER' }],
    CustomAction: [],
    Dialog: [
      { Dialog: 'Fault', HCentering: 50, VCentering: 50, Width: 100, Height: 100, Attributes: 3, Control_First: 'Go' },
    ],
    Control: [
      {
        Dialog_: 'Fault',
        Control: 'Go',
        Type: 'PushButton',
        X: 0,
        Y: 0,
        Width: 9,
        Height: 9,
        Attributes: 3,
        Text: '{\\Big}Go',
      },
      {
        Dialog_: 'Fault',
        Control: 'Pick',
        Type: 'RadioButtonGroup',
        X: 0,
        Y: 0,
        Width: 9,
        Height: 9,
        Attributes: 3,
        Property: 'PICK',
      },
    ],
    ControlEvent: [{ Dialog_: 'Fault', Control_: 'Go', Event: 'NewDialog', Argument: 'Fault', Condition: '1' }],
    RadioButton: [{ Property: 'PICK', Order: 1, Value: 'a', X: 0, Y: 0, Width: 9, Height: 9 }],
    TextStyle: [{ TextStyle: 'Big', FaceName: 'Tahoma', Size: 9 }],
    InstallExecuteSequence: sequence(
      'CostInitialize FileCost CostFinalize InstallValidate InstallInitialize RemoveExistingProducts ProcessComponents RemoveFiles InstallFiles RegisterProduct PublishFeatures PublishProduct InstallFinalize',
    ),
    InstallUISequence: [],
    AdvtExecuteSequence: [],
  };
}

function databaseOf(rows: Rows): DatabaseFacts {
  const tables = Object.entries(rows).map(([name, all]) => {
    const { columns } = standardTable(name);
    return {
      ...standardTable(
        name,
        all.map((row) => columns.map((column) => row[column.name] ?? null)),
      ),
      listed: true,
    };
  });
  const locate = () => {
    throw new Error('no bytes are read');
  };
  const stream = { name: 'a.cab', size: 1, open: locate, locate };
  const summary = { template: 'x64;1033', revisionNumber: guid('9'), pageCount: 500 };
  return { clsid: '', codePage: 65001, tables, summary, streams: [stream], unknownTables: [], storages: [] };
}
const set = (table: string, at: number, cells: Record<string, Cell>) => (rows: Rows) =>
  Object.assign(rows[table]![at]!, cells);
const add =
  (table: string, ...more: Record<string, Cell>[]) =>
  (rows: Rows) => {
    rows[table] = [...(rows[table] ?? []), ...more];
  };
const act =
  (Type: number, Sequence: number, table = 'InstallExecuteSequence') =>
  (rows: Rows) => {
    add('CustomAction', { Action: 'Own', Type, Source: 'TARGETDIR', Target: 'x' })(rows);
    add(table, { Action: 'Own', Sequence })(rows);
  };

const FAULTS: [rule: string, what: string, fault: (rows: Rows) => unknown][] = [
  ['ICE02', "another component's key path", set('Component', 0, { KeyPath: 'oil' })],
  ['ICE03', 'a null', set('File', 0, { FileName: null })],
  ['ICE03', 'a foreign key to nothing', set('File', 0, { Component_: 'None' })],
  ['ICE03', 'a number out of range', set('File', 0, { FileSize: -1 })],
  ['ICE03', 'a GUID in small letters', set('Component', 0, { ComponentId: '{abc}' })],
  ['ICE04', 'a file after the last', set('File', 1, { Sequence: 3 })],
  [
    'ICE05',
    'no manufacturer',
    (rows) => {
      rows.Property = rows.Property!.filter((row) => row.Property !== 'Manufacturer');
    },
  ],
  ['ICE06', 'a column that is not there', add('_Validation', { Table: 'File', Column: 'Colour', Nullable: 'Y' })],
  ['ICE08', 'one GUID twice', set('Component', 1, { ComponentId: guid('3') })],
  ['ICE09', 'a component of the system folder', set('Component', 0, { Directory_: 'SystemFolder' })],
  ['ICE12', 'a folder set too early', act(35, 101)],
  ['ICE13', 'a dialog among the actions', add('InstallExecuteSequence', { Action: 'Fault', Sequence: 900 })],
  ['ICE14', 'its own parent', set('Feature', 0, { Feature_Parent: 'All' })],
  ['ICE16', 'a long name', set('Property', 0, { Value: 'x'.repeat(64) })],
  [
    'ICE17',
    'a button without an event',
    (rows) => {
      rows.ControlEvent = [];
    },
  ],
  [
    'ICE18',
    'an empty folder as key path',
    add('Component', { Component: 'Bare', ComponentId: guid('5'), Directory_: 'TARGETDIR', Attributes: 256 }),
  ],
  [
    'ICE19',
    'an advertised shortcut without key path',
    (rows) => {
      set('Component', 0, { KeyPath: null })(rows);
      add('Shortcut', { Shortcut: 's', Directory_: 'TARGETDIR', Name: 's', Component_: 'Main', Target: 'All' })(rows);
    },
  ],
  ['ICE20', 'an error dialog that is none', set('Property', 7, { Value: 'None' })],
  [
    'ICE21',
    'a component without a feature',
    (rows) => {
      rows.FeatureComponents!.pop();
    },
  ],
  ['ICE24', 'a version too large', set('Property', 2, { Value: '256.0.0' })],
  ['ICE27', 'an action after the end', set('InstallExecuteSequence', 8, { Sequence: 999 })],
  ['ICE27', 'a table without its action', add('Environment', { Environment: 'e', Name: '=-A', Component_: 'Main' })],
  ['ICE30', 'one name twice', set('File', 1, { FileName: 'X~1|Lamp.exe' })],
  [
    'ICE31',
    'a style that is not there',
    (rows) => {
      rows.TextStyle = [];
    },
  ],
  ['ICE34', 'a group that begins nowhere', set('Property', 8, { Value: 'b' })],
  ['ICE35', 'a cabinet that is not there', set('Media', 0, { Cabinet: '#b.cab' })],
  ['ICE36', 'an icon for nobody', add('Icon', { Name: 'i.ico' })],
  ['ICE44', 'a dialog that is not there', set('ControlEvent', 0, { Argument: 'None' })],
  ['ICE45', 'a reserved bit', set('Control', 0, { Attributes: 0x1000003 })],
  [
    'ICE49',
    'a number as default value',
    add('Registry', { Registry: 'r', Root: 2, Key: 'k', Value: '#1', Component_: 'Main' }),
  ],
  ['ICE52', 'a search into a private property', add('AppSearch', { Property: 'Found', Signature_: 's' })],
  ['ICE60', 'neither version nor hash', set('File', 0, { Version: null })],
  ['ICE61', 'a property that is not secure', set('Property', 6, { Value: 'X' })],
  ['ICE63', 'removal after writing', set('InstallExecuteSequence', 5, { Sequence: 185 })],
  ['ICE65', 'a variable without a name', add('Environment', { Environment: 'e', Name: '=-', Component_: 'Main' })],
  ['ICE68', 'an action of no kind', act(4, 145)],
  ['ICE71', 'no first medium', set('Media', 0, { DiskId: 2 })],
  ['ICE72', 'code in an advertisement', act(1, 145, 'AdvtExecuteSequence')],
  ['ICE77', 'a deferred action too early', act(1025, 131)],
  ['ICE82', 'one number twice', set('InstallExecuteSequence', 1, { Sequence: 100 })],
  ['ICE84', 'a condition of what always runs', set('InstallExecuteSequence', 0, { Condition: 'A' })],
  ['ICE86', 'a question for AdminUser', set('InstallExecuteSequence', 7, { Condition: 'AdminUser' })],
  ['ICE92', 'permanent without a GUID', set('Component', 0, { ComponentId: null, Attributes: 272 })],
];

test('a sound database is passed by every rule', (t) => {
  t.deepEqual(lintDatabase(databaseOf(soundRows())), []);
});
for (const [rule, what, fault] of FAULTS)
  test(`${rule} finds ${what}`, (t) => {
    const rows = soundRows();
    fault(rows);
    t.true(lintDatabase(databaseOf(rows)).some((one) => one.rule === rule));
  });
test('ICE39 and ICE80 find a template that names no processor for 64-bit components', (t) => {
  const database = databaseOf(soundRows());
  const rules = (summary: DatabaseFacts['summary']) => lintDatabase({ ...database, summary }).map((one) => one.rule);
  t.true(rules({ ...database.summary, template: 'Z80;x' }).includes('ICE39'));
  t.true(rules({ ...database.summary, template: 'Intel;1033' }).includes('ICE80'));
});
