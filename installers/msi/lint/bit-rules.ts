/** ICE45 (`learn.microsoft.com/windows/win32/msi/ice45`): bits that mean nothing yet are clear. */
import { error, type Rule, warning } from './finding.ts';

/** Bits with a meaning, as the page of each table has them. */
const BITS: readonly (readonly [table: string, column: string, bits: number])[] = [
  ['Dialog', 'Attributes', 0x103ff],
  ['Feature', 'Attributes', 0x3f],
  ['File', 'Attributes', 0x7607],
  ['MoveFile', 'Options', 1],
  ['RemoveFile', 'InstallMode', 3],
  ['ServiceControl', 'Event', 0xbb],
  ['ServiceInstall', 'ServiceType', 0x133],
  ['ServiceInstall', 'ErrorControl', 0x8003],
  ['TextStyle', 'StyleBits', 15],
];
/** What every control has, and what some have; a ProgressBar or a Text has bits that mean nothing on a PushButton ("Control Attributes"). */
const COMMON = 0xff;
const OF_CONTROLS: Readonly<Record<string, number>> = {
  Bitmap: 0x100000,
  Billboard: 0,
  CheckBox: 0x7e0000,
  ComboBox: 0x130000,
  DirectoryCombo: 0x3f0000,
  DirectoryList: 0,
  Edit: 0x210000,
  GroupBox: 0,
  Icon: 0x700000,
  Line: 0,
  Hyperlink: 0x10000,
  ListBox: 0x110000,
  ListView: 0x710000,
  MaskedEdit: 0,
  PathEdit: 0,
  ProgressBar: 0x10000,
  PushButton: 0xfc0000,
  RadioButtonGroup: 0x17e0000,
  ScrollableText: 0,
  SelectionTree: 0,
  Text: 0x3f0000,
  VolumeCostList: 0x7f0000,
  VolumeSelectCombo: 0x3f0000,
};

/** Not looked at: BBControl, ModuleConfiguration, ODBCDataSource and Patch, which packages here do not have. */
export const ice45: Rule = function* (tables) {
  for (const [table, column, bits] of BITS)
    for (const row of tables.rows(table))
      if (row.number(column) & ~bits)
        yield error([table, row, column], `${row.number(column)} has bits that are reserved`, 'clear them');
  for (const row of tables.rows('Control')) {
    const type = row.text('Type');
    const own = Object.hasOwn(OF_CONTROLS, type) ? OF_CONTROLS[type] : undefined;
    if (own !== undefined && row.number('Attributes') & ~(COMMON | own))
      yield warning(
        ['Control', row, 'Attributes'],
        `${row.number('Attributes')} has bits that mean nothing on a ${type}`,
        'clear them',
      );
  }
};
