/** Each rule finds its fault in a product that is sound otherwise. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { type Cell, type DatabaseFacts, validationTable } from '../../../installers/msi/database/database.ts';
import { lintDatabase, RULES } from '../../../installers/msi/lint/lint.ts';
import { type Cells, databaseOf, guid, type Rows, soundRows } from './lint-rows.ts';

type Fault = (rows: Rows) => unknown;
/** The row of a table whose first cells are these. */
function rowOf(rows: Rows, table: string, key: string): Cells {
  const row = rows[table]?.find((one) => Object.values(one).slice(0, 2).join('/').startsWith(key));
  if (!row) throw new Error(`${table} has no ${key}`);
  return row;
}
const set =
  (table: string, key: string, cells: Cells): Fault =>
  (rows) =>
    Object.assign(rowOf(rows, table, key), cells);
const add =
  (table: string, ...more: Cells[]): Fault =>
  (rows) => {
    rows[table] = [...(rows[table] ?? []), ...more];
  };
const drop =
  (table: string, key: string): Fault =>
  (rows) => {
    const row = rowOf(rows, table, key);
    rows[table] = rows[table]!.filter((one) => one !== row);
  };
const all =
  (...faults: Fault[]): Fault =>
  (rows) => {
    for (const fault of faults) fault(rows);
  };
/** A custom action, and its place in a sequence. */
const act = (Type: number, Sequence: number, table = 'InstallExecuteSequence', more: Cells = {}): Fault =>
  all(
    add('CustomAction', { Action: 'Own', Type, Source: 'HOME', Target: 'x', ...more }),
    add(table, { Action: 'Own', Sequence }),
  );
const property = (Property: string, Value: Cell): Fault => add('Property', { Property, Value });
const shortcut = (cells: Cells): Fault => set('Shortcut', 's', cells);
const install = 'InstallExecuteSequence';
const move = (action: string, Sequence: number, table = install): Fault => set(table, action, { Sequence });
const control = (cells: Cells): Fault => set('Control', 'Left/Go', cells);

/** A dialog of files in use that has nothing in it, and no table for what it is to show. */
function filesInUse(): Fault {
  return all(set('Dialog', 'Left', { Dialog: 'FilesInUse' }), (rows) => delete rows.ListBox);
}

/** What the rule says is looked at where it would find something else too. */
const FAULTS: readonly [rule: string, level: 'error' | 'warning', what: string, fault: Fault, said?: RegExp][] = [
  ['ICE02', 'error', 'the key path of another component', set('Component', 'Main', { KeyPath: 'oil' })],
  ['ICE02', 'error', 'a key path to nothing', set('Component', 'Main', { KeyPath: 'none' })],
  ['ICE03', 'error', 'a null', set('File', 'lamp', { FileName: null })],
  ['ICE03', 'error', 'a foreign key to nothing', set('File', 'lamp', { Component_: 'None' })],
  ['ICE03', 'error', 'a number that is too low', set('File', 'lamp', { FileSize: -1 })],
  ['ICE03', 'error', 'a number that is too high', set('Feature', 'All', { Level: 40000 })],
  ['ICE03', 'error', 'a GUID in small letters', set('Component', 'Main', { ComponentId: guid('a') })],
  ['ICE03', 'error', 'a long name without a short one', set('File', 'lamp', { FileName: 'lamplight.exe' })],
  ['ICE03', 'error', 'a key of two rows', add('Property', { Property: 'PICK', Value: 'a' })],
  [
    'ICE03',
    'error',
    'an action whose program is not there',
    add('CustomAction', { Action: 'A', Type: 18, Source: 'none' }),
  ],
  ['ICE03', 'warning', 'a text that is too long', set('Registry', 'r', { Key: 'k'.repeat(256) })],
  ['ICE04', 'error', 'a file after the last', set('File', 'oil', { Sequence: 3 })],
  ['ICE05', 'error', 'no manufacturer', drop('Property', 'Manufacturer')],
  [
    'ICE06',
    'error',
    'a column that is not there',
    add('_Validation', { Table: 'File', Column: 'Colour', Nullable: 'Y' }),
  ],
  ['ICE07', 'error', 'a font outside its folder', add('Font', { File_: 'lamp' })],
  ['ICE08', 'error', 'one GUID twice', set('Component', 'Other', { ComponentId: guid('3') })],
  ['ICE09', 'warning', 'a component of the system folder', set('Component', 'Main', { Directory_: 'SystemFolder' })],
  [
    'ICE10',
    'error',
    'a feature that may not be advertised below one that is to be',
    all(
      set('Feature', 'All', { Attributes: 4 }),
      add('Feature', { Feature: 'Sub', Feature_Parent: 'All', Level: 1, Attributes: 8 }),
    ),
  ],
  ['ICE10', 'error', 'a parent that is not there', set('Feature', 'All', { Feature_Parent: 'None' })],
  ['ICE12', 'error', 'a folder set too early', act(35, 101)],
  ['ICE12', 'error', 'a folder that is not there', act(35, 185, install, { Source: 'NONE' })],
  ['ICE12', 'error', 'the property of a folder set too late', act(51, 185)],
  [
    'ICE12',
    'error',
    'a property set where nothing is costed',
    all(act(51, 185, install, { Source: 'X' }), drop(install, 'CostFinalize')),
  ],
  ['ICE13', 'error', 'a dialog among the actions', add(install, { Action: 'Bye', Sequence: 900 })],
  ['ICE14', 'error', 'a feature that is its own parent', set('Feature', 'All', { Feature_Parent: 'All' })],
  ['ICE14', 'error', 'a root that follows its parent', set('Feature', 'All', { Attributes: 2 })],
  ['ICE16', 'error', 'a long name', set('Property', 'ProductName', { Value: 'x'.repeat(64) })],
  ['ICE17', 'error', 'a button without an event', drop('ControlEvent', 'Left/Go')],
  ['ICE17', 'error', 'a picture that is not there', control({ Type: 'Bitmap', Text: 'none' }), /no picture/],
  ['ICE17', 'error', 'a picture button whose icon is not there', control({ Attributes: 0x80003, Text: 'none' })],
  ['ICE17', 'error', 'both an icon and a bitmap', control({ Attributes: 0xc0003, Text: '[PICTURE]' }), /both/],
  ['ICE17', 'warning', 'a list without entries', control({ Type: 'ListBox', Property: 'NOTHING' })],
  [
    'ICE18',
    'error',
    'an empty folder as key path',
    add('Component', { Component: 'Bare', ComponentId: guid('5'), Directory_: 'HOME', Attributes: 256 }),
  ],
  [
    'ICE18',
    'error',
    'a folder as key path where another one is created',
    all(
      add('Component', { Component: 'Bare', ComponentId: guid('5'), Directory_: 'HOME', Attributes: 256 }),
      add('CreateFolder', { Directory_: 'TARGETDIR', Component_: 'Bare' }),
    ),
  ],
  [
    'ICE19',
    'error',
    'an advertised shortcut of a component without GUID',
    set('Component', 'Main', { ComponentId: null }),
  ],
  [
    'ICE19',
    'error',
    'an advertised shortcut of a registry value',
    set('Component', 'Main', { Attributes: 260, KeyPath: 'r' }),
  ],
  [
    'ICE19',
    'error',
    'a class of a component without GUID',
    all(
      shortcut({ Component_: 'Other' }),
      set('Component', 'Main', { ComponentId: null }),
      add('Class', { CLSID: 'c', Component_: 'Main' }),
    ),
  ],
  [
    'ICE19',
    'error',
    'a class of a folder',
    all(
      shortcut({ Component_: 'Other' }),
      set('Component', 'Main', { KeyPath: null }),
      add('Class', { CLSID: 'c', Component_: 'Main' }),
    ),
  ],
  ['ICE20', 'error', 'no dialog for the end', drop('InstallUISequence', 'Bye')],
  ['ICE20', 'error', 'an error dialog that is none', set('Property', 'ErrorDialog', { Value: 'None' })],
  ['ICE20', 'error', 'an error dialog that is not marked so', set('Dialog', 'Fault', { Attributes: 3 })],
  ['ICE20', 'error', 'an error dialog without a text', set('Control', 'Fault/ErrorText', { Type: 'Edit' })],
  ['ICE20', 'error', 'an error dialog that begins elsewhere', set('Dialog', 'Fault', { Control_First: 'A' })],
  ['ICE20', 'error', 'an error dialog without an answer', set('ControlEvent', 'Fault/Y', { Argument: 'Exit' })],
  [
    'ICE20',
    'error',
    'an error’s icon that is none',
    add('Control', {
      Dialog_: 'Fault',
      Control: 'ErrorIcon',
      Type: 'Text',
      X: 0,
      Y: 0,
      Width: 1,
      Height: 1,
      Attributes: 3,
    }),
  ],
  ['ICE20', 'error', 'a dialog of files in use without a list', filesInUse(), /has no list/],
  ['ICE20', 'error', 'a dialog of files in use without an answer', filesInUse(), /no button ends it with Retry/],
  ['ICE20', 'error', 'a dialog of files in use without the table for its list', filesInUse(), /no table ListBox/],
  ['ICE21', 'error', 'a component without a feature', drop('FeatureComponents', 'All/Other')],
  [
    'ICE22',
    'error',
    'a published component of another feature',
    add('PublishComponent', { ComponentId: 'c', Component_: 'Main', Feature_: 'Sub' }),
  ],
  ['ICE23', 'error', 'a first control that is not there', set('Dialog', 'Left', { Control_First: 'None' })],
  [
    'ICE23',
    'error',
    'a next control that is not there',
    set('Control', 'Bye/Pick', { Control_Next: 'None' }),
    /not on this dialog/,
  ],
  ['ICE23', 'error', 'a tab order that ends', set('Control', 'Bye/Pick', { Control_Next: null })],
  ['ICE23', 'error', 'a tab order that never comes back', set('Control', 'Bye/Pick', { Control_Next: 'Pick' })],
  ['ICE23', 'error', 'a tab order that leaves one out', set('Control', 'Bye/Go', { Control_Next: 'Go' })],
  ['ICE24', 'error', 'a version that is too large', set('Property', 'ProductVersion', { Value: '256.0.0' })],
  ['ICE24', 'error', 'a product code in small letters', set('Property', 'ProductCode', { Value: guid('a') })],
  ['ICE24', 'error', 'a language that is none', set('Property', 'ProductLanguage', { Value: 'English' })],
  ['ICE26', 'error', 'a sequence without costing', drop('AdminExecuteSequence', 'FileCost')],
  ['ICE27', 'error', 'an action that nobody knows', add(install, { Action: 'Fly', Sequence: 180 })],
  ['ICE27', 'error', 'two actions the wrong way round', move('CostFinalize', 135)],
  ['ICE27', 'error', 'a search after costing', move('AppSearch', 155)],
  ['ICE27', 'error', 'an action after the end', move('PublishProduct', 999)],
  ['ICE27', 'error', 'a script that nobody runs', drop('AdvtExecuteSequence', 'InstallFinalize')],
  ['ICE27', 'error', 'a run of nothing', add('InstallUISequence', { Action: 'InstallFinalize', Sequence: 999 })],
  ['ICE28', 'error', 'a restart in between', add(install, { Action: 'ForceReboot', Sequence: 361 })],
  ['ICE30', 'error', 'one name twice', set('File', 'oil', { FileName: 'X~1|Lamp.exe' })],
  ['ICE30', 'error', 'one short name twice', set('File', 'oil', { FileName: 'Lamp.exe|oil in it.txt' })],
  [
    'ICE30',
    'warning',
    'one name twice, each under a condition',
    all(
      set('File', 'oil', { FileName: 'lamp.exe' }),
      set('Component', 'Main', { Condition: 'A' }),
      set('Component', 'Other', { Condition: 'B' }),
    ),
  ],
  [
    'ICE30',
    'error',
    'one name twice in folders that are one',
    all(
      add('Directory', { Directory: 'DOT', Directory_Parent: 'HOME', DefaultDir: '.:x' }),
      set('Component', 'Other', { Directory_: 'DOT' }),
      set('File', 'oil', { FileName: 'lamp.exe' }),
    ),
  ],
  ['ICE31', 'error', 'a style that is not there', control({ Text: '{\\Small}Go' })],
  ['ICE31', 'error', 'a style without an end', control({ Text: '{\\Big Go' })],
  ['ICE31', 'error', 'a style with a long name', control({ Text: `{&${'x'.repeat(73)}}Go` })],
  ['ICE31', 'warning', 'a style within a text', control({ Text: 'Go {\\Big}now' })],
  ['ICE31', 'warning', 'two styles', control({ Text: '{\\Big}{\\Big}Go' })],
  ['ICE31', 'error', 'a standard style that is not there', property('DefaultUIFont', 'Small')],
  ['ICE34', 'error', 'a group that begins nowhere', set('Property', 'PICK', { Value: 'b' })],
  ['ICE34', 'error', 'a group without a value', drop('Property', 'PICK')],
  ['ICE34', 'error', 'a group without a property', set('Control', 'Bye/Pick', { Property: null })],
  ['ICE34', 'error', 'an indirect group whose value names no property', set('Control', 'Bye/Pick', { Attributes: 11 })],
  [
    'ICE35',
    'warning',
    'a component of a cabinet that runs from its source',
    set('Component', 'Main', { Attributes: 257 }),
  ],
  ['ICE36', 'warning', 'an icon for nobody', add('Icon', { Name: 'i.ico', Data: null })],
  [
    'ICE38',
    'error',
    'a file as key path in a profile',
    all(
      add('Directory', { Directory: 'AppDataFolder', Directory_Parent: 'TARGETDIR', DefaultDir: '.' }),
      set('Component', 'Main', { Directory_: 'AppDataFolder' }),
    ),
  ],
  [
    'ICE39',
    'warning',
    'a file marked as compressed in a compressed package',
    set('File', 'lamp', { Attributes: 0x4000 }),
  ],
  ['ICE40', 'warning', 'a mode of repair for all', property('REINSTALLMODE', 'amus')],
  [
    'ICE44',
    'error',
    'a dialog that is not there',
    set('ControlEvent', 'Left/Go', { Event: 'NewDialog', Argument: 'None' }),
  ],
  ['ICE45', 'error', 'a reserved bit of a file', set('File', 'lamp', { Attributes: 128 })],
  ['ICE45', 'warning', 'a bit that buttons do not have', control({ Attributes: 0x20003 })],
  [
    'ICE47',
    'warning',
    'a feature of too many components',
    add('FeatureComponents', ...Array.from({ length: 1598 }, (_, at) => ({ Feature_: 'All', Component_: `c${at}` }))),
  ],
  ['ICE48', 'warning', 'a folder on a drive', property('HOME', 'D:\\Lamp')],
  ['ICE49', 'warning', 'a number as default value', set('Registry', 'r', { Name: null })],
  ['ICE50', 'warning', 'an icon that no shell shows', shortcut({ Icon_: 'lamp.dll' })],
  ['ICE50', 'error', 'an icon that ends otherwise than its program', shortcut({ Icon_: 'lamp.ico' })],
  ['ICE52', 'warning', 'a search into a private property', add('AppSearch', { Property: 'Found', Signature_: 's' })],
  ['ICE54', 'warning', 'a companion as key path', set('File', 'oil', { Version: 'lamp' })],
  ['ICE55', 'error', 'a lock of nothing', add('LockPermissions', { LockObject: 'none', Table: 'File', Permission: 1 })],
  ['ICE55', 'error', 'a lock without permissions', add('LockPermissions', { LockObject: 'lamp', Table: 'File' })],
  ['ICE56', 'error', 'a root of another name', set('Directory', 'TARGETDIR', { DefaultDir: 'Temp' })],
  [
    'ICE56',
    'error',
    'a second root',
    all(add('Directory', { Directory: 'ROOT', DefaultDir: 'x' }), set('Component', 'Main', { Directory_: 'ROOT' })),
  ],
  ['ICE56', 'error', 'no root', set('Directory', 'TARGETDIR', { Directory: 'TOP' })],
  ['ICE59', 'error', 'a shortcut to a feature without the program', drop('FeatureComponents', 'All/Main')],
  ['ICE60', 'warning', 'a version without a language', set('File', 'lamp', { Language: null })],
  ['ICE60', 'error', 'a version and a hash', add('MsiFileHash', { File_: 'lamp', Options: 0 })],
  [
    'ICE61',
    'error',
    'a property that is not secure',
    set('Property', 'SecureCustom', { Value: 'OLDER' }),
    /does not reach/,
  ],
  [
    'ICE61',
    'error',
    'a property that is private',
    set('Upgrade', guid('2'), { ActionProperty: 'Older' }),
    /is not public/,
  ],
  ['ICE61', 'error', 'a property with a value', property('OLDER', 'x'), /from the start/],
  [
    'ICE61',
    'error',
    'one property in two rows',
    set('Upgrade', guid('2'), { ActionProperty: 'NEWER' }),
    /of another row/,
  ],
  ['ICE61', 'error', 'a version that is none', set('Upgrade', guid('2'), { VersionMax: '1.x' }), /no product version/],
  [
    'ICE61',
    'error',
    'a range the wrong way round',
    set('Upgrade', guid('2'), { VersionMin: '2.0.0' }),
    /below VersionMin/,
  ],
  ['ICE61', 'warning', 'the removal of the same version', set('Upgrade', guid('2'), { Attributes: 0x200 })],
  ['ICE61', 'warning', 'the removal of every version', set('Upgrade', guid('2'), { VersionMax: null })],
  ['ICE63', 'error', 'removal after writing', move('RemoveExistingProducts', 205)],
  ['ICE63', 'error', 'removal before validation', move('RemoveExistingProducts', 165)],
  ['ICE63', 'warning', 'removal after an action that may write', act(1, 185)],
  ['ICE65', 'error', 'a separator at an end', set('Environment', 'e', { Value: '[~];[HOME];' })],
  ['ICE65', 'error', 'a separator in front', set('Environment', 'e', { Value: ';[HOME];[~]' })],
  ['ICE65', 'warning', 'a letter as separator', set('Environment', 'e', { Value: '[~]e[HOME]' })],
  [
    'ICE67',
    'warning',
    'a shortcut to a file that may move',
    all(shortcut({ Target: '[#oil]' }), set('Component', 'Other', { Attributes: 258 })),
  ],
  ['ICE68', 'error', 'an action of no kind', add('CustomAction', { Action: 'A', Type: 1027 })],
  [
    'ICE68',
    'warning',
    'an elevated action that is not deferred',
    add('CustomAction', { Action: 'A', Type: 51 + 0x800 }),
  ],
  ['ICE70', 'error', 'a number that is none', set('Registry', 'r', { Value: '#many' })],
  ['ICE71', 'error', 'no first medium', set('Media', '1', { DiskId: 2 })],
  ['ICE72', 'error', 'code in an advertisement', act(1, 145, 'AdvtExecuteSequence')],
  ['ICE74', 'error', 'a property of the manufacturer of machines', property('FASTOEM', '1')],
  [
    'ICE74',
    'error',
    'an upgrade code of zeros',
    set('Property', 'UpgradeCode', { Value: '{00000000-0000-0000-0000-000000000000}' }),
  ],
  ['ICE74', 'warning', 'no upgrade code', drop('Property', 'UpgradeCode')],
  ['ICE75', 'error', 'a program that runs before its place is known', act(18, 101, install, { Source: 'lamp' })],
  ['ICE77', 'error', 'a deferred action too early', act(1025, 171)],
  ['ICE77', 'error', 'a deferred action in no script', all(act(1025, 195), drop(install, 'InstallFinalize'))],
  ['ICE78', 'error', 'a dialog of an advertisement', add('AdvtUISequence', { Action: 'Bye', Sequence: 1 })],
  [
    'ICE79',
    'error',
    'a feature that is not there in a condition',
    set(install, 'FindRelated', { Condition: '&Sub = 3 AND "&x"' }),
  ],
  [
    'ICE79',
    'error',
    'a component that is not there in a condition',
    set(install, 'FindRelated', { Condition: '$Sub > 2' }),
  ],
  [
    'ICE80',
    'error',
    'a 64-bit component in a folder of 32 bits',
    all(
      set('Directory', 'ProgramMenu', { Directory: 'ProgramFilesFolder' }),
      set('Directory', 'HOME', { Directory_Parent: 'ProgramFilesFolder' }),
    ),
  ],
  ['ICE80', 'error', 'a 32-bit component in a folder of 64 bits', set('Component', 'Main', { Attributes: 0 })],
  ['ICE80', 'error', 'a language that the template lacks', set('Property', 'ProductLanguage', { Value: '1031' })],
  ['ICE82', 'warning', 'one number twice', move('FileCost', 140)],
  ['ICE82', 'error', 'a product that is made known by halves', drop(install, 'RegisterUser')],
  [
    'ICE82',
    'warning',
    'a product that nothing makes known',
    all(...['RegisterUser', 'RegisterProduct', 'PublishFeatures', 'PublishProduct'].map((name) => drop(install, name))),
  ],
  ['ICE84', 'warning', 'a condition of what always runs', set(install, 'CostInitialize', { Condition: 'A' })],
  ['ICE86', 'warning', 'a question for AdminUser', set('LaunchCondition', 'Installed', { Condition: 'AdminUser' })],
  ['ICE87', 'warning', 'a choice of features for all', property('ADDLOCAL', 'ALL')],
  ['ICE88', 'warning', 'a folder that nothing sets', add('IniFile', { IniFile: 'i', DirProperty: 'NOWHERE' })],
  ['ICE89', 'error', 'a parent class that is not there', add('ProgId', { ProgId: 'a', ProgId_Parent: 'b' })],
  [
    'ICE90',
    'warning',
    'a public folder in a profile',
    all(
      add('Directory', { Directory: 'MENU', Directory_Parent: 'ProgramMenuFolder', DefaultDir: 'Lamps' }),
      shortcut({ Directory_: 'MENU' }),
    ),
  ],
  [
    'ICE91',
    'warning',
    'a shortcut in a folder of one user',
    all(set('Directory', 'ProgramMenu', { Directory: 'SendToFolder' }), shortcut({ Directory_: 'SendToFolder' })),
  ],
  [
    'ICE91',
    'warning',
    'a file in a folder of one user',
    all(
      set('Directory', 'ProgramMenu', { Directory: 'PersonalFolder' }),
      set('Component', 'Main', { Directory_: 'PersonalFolder' }),
    ),
  ],
  ['ICE92', 'error', 'permanent without a GUID', set('Component', 'Other', { ComponentId: null, Attributes: 272 })],
  [
    'ICE92',
    'warning',
    'permanent, and to go when superseded',
    set('Component', 'Main', { Attributes: 256 + 16 + 1024 }),
  ],
  [
    'ICE93',
    'warning',
    'an action with the name of a standard one',
    add('CustomAction', { Action: 'InstallFiles', Type: 51, Source: 'X' }),
  ],
  ['ICE96', 'warning', 'an advertisement of nothing', drop('AdvtExecuteSequence', 'PublishProduct')],
  ['OWN01', 'error', 'a cabinet that is not there', set('Media', '1', { Cabinet: '#b.cab' })],
  ['OWN01', 'error', 'compressed files without a cabinet', set('Media', '1', { Cabinet: null })],
  ['OWN02', 'error', 'a table whose action is not there', drop(install, 'CreateShortcuts')],
];

test('a sound database is passed by every rule', (t) => {
  t.deepEqual(lintDatabase(databaseOf(soundRows())), []);
  const rows = { ...soundRows() };
  const { columns, rows: validation } = validationTable(Object.keys(rows));
  rows._Validation = validation.map((cells) => Object.fromEntries(cells.map((cell, at) => [columns[at]!.name, cell])));
  t.deepEqual(lintDatabase(databaseOf(rows)), []);
});

for (const [rule, level, what, fault, said = /./] of FAULTS)
  test(`${rule} finds ${what}`, (t) => {
    const rows = soundRows();
    fault(rows);
    const found = lintDatabase(databaseOf(rows)).filter((one) => one.rule === rule);
    t.true(found.some((one) => one.level === level && said.test(one.what)));
    for (const { table, what: said, hint } of found) t.true(table !== '' && said !== '' && hint !== '');
  });

test('every rule has a fault that it finds', (t) => {
  const tested = new Set(FAULTS.map(([rule]) => rule));
  t.deepEqual(
    [...RULES.keys()].filter((rule) => !tested.has(rule)),
    [],
  );
});

test('the folder’s README lists every rule with the level of its gravest fault', async (t) => {
  const readme = await readFile(new URL('../../../installers/msi/lint/README.md', import.meta.url), 'utf8');
  const listed = new Map(
    [...readme.matchAll(/^\| ([A-Z]{3}\d\d) \| (\w+) \|/gm)].map(([, rule, level]) => [rule, level]),
  );
  const levels = new Map([['ICE39', 'error']]); // its errors are those of the summary information, below
  for (const [rule, level] of FAULTS) if (levels.get(rule) !== 'error') levels.set(rule, level);
  t.deepEqual([...listed].sort(), [...levels].sort());
});

/** Levels and rules that a package with another summary information gets. */
function lintSummary(summary: DatabaseFacts['summary'], fault: Fault = () => undefined): string[] {
  const rows = soundRows();
  fault(rows);
  const database = databaseOf(rows);
  return lintDatabase({ ...database, summary: { ...database.summary, ...summary } }).map(
    (one) => `${one.rule} ${one.what}`,
  );
}

test('ICE39 finds a template, a package code and bits that mean nothing', (t) => {
  t.regex(lintSummary({ template: 'Z80;x' }).join('\n'), /ICE39 its template/);
  t.regex(lintSummary({ revisionNumber: guid('a') }).join('\n'), /ICE39 its package code/);
  t.regex(lintSummary({ wordCount: 18 }).join('\n'), /ICE39 its word count/);
  const certificates = lintSummary({ wordCount: 10 }, add('MsiPackageCertificate', { PackageCertificate: 'c' }));
  t.regex(certificates.join('\n'), /ICE39 it has rows/);
  const { pageCount: _, ...rest } = databaseOf(soundRows()).summary;
  const found = lintDatabase({ ...databaseOf(soundRows()), summary: rest });
  t.true(found.some((one) => one.rule === 'ICE39' && one.what.includes('page count')));
});
test('ICE80 finds 64-bit contents of a 32-bit package, and a page count that is too low', (t) => {
  t.regex(lintSummary({ template: 'Intel;1033' }).join('\n'), /ICE80 it is 64-bit/);
  t.regex(lintSummary({ template: 'Arm64;1033', pageCount: 200 }).join('\n'), /ICE80 Arm64 needs a page count of 500/);
  const locator = lintSummary(
    { template: 'Intel;1033' },
    add('RegLocator', { Signature_: 's', Root: 2, Key: 'k', Type: 18 }),
  );
  t.regex(locator.join('\n'), /ICE80 it looks into/);
  t.regex(lintSummary({ template: ';1033' }, act(5 + 0x1000, 145)).join('\n'), /ICE80 it is a 64-bit script/);
});
test('ICE35 is an error for Windows Installer before 2.0', (t) => {
  const rows = soundRows();
  set('Component', 'Main', { Attributes: 257 })(rows);
  const database = databaseOf(rows);
  const found = lintDatabase({ ...database, summary: { ...database.summary, pageCount: 110 } });
  t.is(found.find((one) => one.rule === 'ICE35')?.level, 'error');
});
test('ICE03 follows the package’s own _Validation', (t) => {
  const odd = (more: Cells): string[] => {
    const rows = soundRows();
    add('Odd', { Key: 'a', Text: 'b' })(rows);
    add(
      '_Validation',
      { Table: 'Odd', Column: 'Key', Nullable: 'N' },
      { Table: 'Odd', Column: 'Text', Nullable: 'N', ...more },
    )(rows);
    return lintDatabase(databaseOf(rows))
      .filter(({ table }) => table === 'Odd')
      .map(({ level, what }) => `${level}: ${what}`);
  };
  t.deepEqual(odd({}), []);
  t.deepEqual(odd({ Set: 'c;d' }), ['error: "b" is none of c, d']);
  t.deepEqual(odd({ KeyTable: 'Property', KeyColumn: 1 }), ['error: "b" is not in Property']);
  t.deepEqual(odd({ Category: 'Guid' }), ['error: "b" is no Guid']);
  t.deepEqual(odd({ Column: 'Other' }), ['warning: _Validation says nothing of this column']);
});
test('ICE03 finds a number outside its set, and a key that is localized', (t) => {
  const rows = soundRows();
  const numbered: Rows = { ...rows, _Validation: [{ Table: 'Media', Column: 'DiskId', Nullable: 'N', Set: '2;3' }] };
  t.true(lintDatabase(databaseOf(numbered)).some(({ what }) => what === '1 is none of 2, 3'));
  const database = databaseOf(rows);
  const tables = database.tables.map((table) => ({
    ...table,
    columns: table.columns.map((one) => ({ ...one, type: 'l0' })),
  }));
  t.true(lintDatabase({ ...database, tables }).some(({ what }) => what === 'a key cannot be localized'));
});
test('a rule that finds thousands says so and stops', (t) => {
  const rows = soundRows();
  rows.File = Array.from({ length: 5000 }, (_, at) => ({ ...rows.File![0], File: `f${at}`, Sequence: 9 }));
  const found = lintDatabase(databaseOf(rows)).filter((one) => one.rule === 'ICE04');
  t.is(found.length, 201);
  t.regex(found.at(-1)!.what, /more than these 200/);
});
