/** Dialogs and texts. */
import type { TableRows } from './standard-tables.ts';

const INT32 = 0x7fffffff;
const INT16 = 0x7fff;
const DIALOG = ['*Dialog_ s72', 'Identifier', { keyTable: 'Dialog', keyColumn: 1 }] as const;
const CONTROL = ['*Control_ s50', 'Identifier', { keyTable: 'Control', keyColumn: 2 }] as const;
const PLACE = [
  ['X i2', [0, INT16]],
  ['Y i2', [0, INT16]],
  ['Width i2', [0, INT16]],
  ['Height i2', [0, INT16]],
] as const;

export const INTERFACE_TABLES: TableRows = {
  Dialog: [
    ['*Dialog s72', 'Identifier'],
    ['HCentering i2', [0, 100]],
    ['VCentering i2', [0, 100]],
    ['Width i2', [0, INT16]],
    ['Height i2', [0, INT16]],
    ['Attributes I4', [0, INT32]],
    ['Title L128', 'Formatted'],
    ['Control_First s50', 'Identifier', { keyTable: 'Control', keyColumn: 2 }],
    ['Control_Default S50', 'Identifier', { keyTable: 'Control', keyColumn: 2 }],
    ['Control_Cancel S50', 'Identifier', { keyTable: 'Control', keyColumn: 2 }],
  ],
  Control: [
    DIALOG,
    ['*Control s50', 'Identifier'],
    ['Type s20', 'Identifier'],
    ...PLACE,
    ['Attributes I4', [0, INT32]],
    ['Property S72', 'Identifier'],
    ['Text L0', 'Formatted'],
    ['Control_Next S50', 'Identifier', { keyTable: 'Control', keyColumn: 2 }],
    ['Help L50', 'Text'],
  ],
  ControlCondition: [
    DIALOG,
    CONTROL,
    ['*Action s50', undefined, { set: 'Default;Disable;Enable;Hide;Show' }],
    ['*Condition s255', 'Condition'],
  ],
  ControlEvent: [
    DIALOG,
    CONTROL,
    ['*Event s50', 'Formatted'],
    ['*Argument s255', 'Formatted'],
    ['*Condition S255', 'Condition'],
    ['Ordering I2', [0, INT16]],
  ],
  EventMapping: [DIALOG, CONTROL, ['*Event s50', 'Identifier'], ['Attribute s50', 'Identifier']],
  CheckBox: [
    ['*Property s72', 'Identifier'],
    ['Value S64', 'Formatted'],
  ],
  RadioButton: [
    ['*Property s72', 'Identifier'],
    ['*Order i2', [1, INT16]],
    ['Value s64', 'Formatted'],
    ...PLACE,
    ['Text L0', 'Text'],
    ['Help L50', 'Text'],
  ],
  ComboBox: [
    ['*Property s72', 'Identifier'],
    ['*Order i2', [1, INT16]],
    ['Value s64', 'Formatted'],
    ['Text L64', 'Formatted'],
  ],
  ListBox: [
    ['*Property s72', 'Identifier'],
    ['*Order i2', [1, INT16]],
    ['Value s64', 'Formatted'],
    ['Text L64', 'Text'],
  ],
  TextStyle: [
    ['*TextStyle s72', 'Identifier'],
    ['FaceName s32', 'Text'],
    ['Size i2', [0, INT16]],
    ['Color I4', [0, 0xffffff]],
    ['StyleBits I2', [0, 15]],
  ],
  UIText: [
    ['*Key s72', 'Identifier'],
    ['Text L255', 'Text'],
  ],
  ActionText: [
    ['*Action s72', 'Identifier'],
    ['Description L0', 'Text'],
    ['Template L0', 'Template'],
  ],
  Error: [
    ['*Error i2', [0, INT16]],
    ['Message L0', 'Template'],
  ],
};
