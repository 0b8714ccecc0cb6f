/** What is installed and when: product, features, components, upgrades, conditions, searches, sequences. */
import type { ColumnRow, TableRows } from './standard-tables.ts';

const INT32 = 0x7fffffff;
const INT16 = 0x7fff;

/** Bits of a feature's attributes that may stand together. */
const FEATURE_ATTRIBUTES = '0;1;2;4;5;6;8;9;10;16;17;18;20;21;22;24;25;26;32;33;34;36;37;38;48;49;50;52;53;54';
/** -1 to -4 are the sequences' exits: success, user's exit, failure, suspension. */
const SEQUENCE: readonly ColumnRow[] = [
  ['*Action s72', 'Identifier'],
  ['Condition S255', 'Condition'],
  ['Sequence I2', [-4, INT16]],
];

export const PRODUCT_TABLES: TableRows = {
  Property: [
    ['*Property s72', 'Identifier'],
    ['Value l0', 'Text'],
  ],
  Feature: [
    ['*Feature s38', 'Identifier'],
    ['Feature_Parent S38', 'Identifier', { keyTable: 'Feature', keyColumn: 1 }],
    ['Title L64', 'Text'],
    ['Description L255', 'Text'],
    ['Display I2', [0, INT16]],
    ['Level i2', [0, INT16]],
    ['Directory_ S72', 'UpperCase', { keyTable: 'Directory', keyColumn: 1 }],
    ['Attributes i2', undefined, { set: FEATURE_ATTRIBUTES }],
  ],
  Component: [
    ['*Component s72', 'Identifier'],
    ['ComponentId S38', 'Guid'],
    ['Directory_ s72', 'Identifier', { keyTable: 'Directory', keyColumn: 1 }],
    ['Attributes i2'],
    ['Condition S255', 'Condition'],
    ['KeyPath S72', 'Identifier', { keyTable: 'File;Registry;ODBCDataSource', keyColumn: 1 }],
  ],
  FeatureComponents: [
    ['*Feature_ s38', 'Identifier', { keyTable: 'Feature', keyColumn: 1 }],
    ['*Component_ s72', 'Identifier', { keyTable: 'Component', keyColumn: 1 }],
  ],
  Upgrade: [
    ['*UpgradeCode s38', 'Guid'],
    ['*VersionMin S20', 'Text'],
    ['*VersionMax S20', 'Text'],
    ['*Language S255', 'Language'],
    ['*Attributes i4', [0, INT32]],
    ['Remove S255', 'Formatted'],
    ['ActionProperty s72', 'UpperCase'],
  ],
  LaunchCondition: [
    ['*Condition s255', 'Condition'],
    ['Description l255', 'Formatted'],
  ],
  Condition: [
    ['*Feature_ s38', 'Identifier', { keyTable: 'Feature', keyColumn: 1 }],
    ['*Level i2', [0, INT16]],
    ['Condition S255', 'Condition'],
  ],
  AppSearch: [
    ['*Property s72', 'Identifier'],
    [
      '*Signature_ s72',
      'Identifier',
      { keyTable: 'Signature;RegLocator;IniLocator;DrLocator;CompLocator', keyColumn: 1 },
    ],
  ],
  RegLocator: [
    ['*Signature_ s72', 'Identifier'],
    ['Root i2', [0, 3]],
    ['Key l255', 'RegPath'],
    ['Name L255', 'Formatted'],
    ['Type I2', [0, 18]],
  ],
  DrLocator: [
    ['*Signature_ s72', 'Identifier'],
    ['*Parent S72', 'Identifier'],
    ['*Path S255', 'AnyPath'],
    ['Depth I2', [0, INT16]],
  ],
  Signature: [
    ['*Signature s72', 'Identifier'],
    ['FileName s255', 'Text'],
    ['MinVersion S20', 'Text'],
    ['MaxVersion S20', 'Text'],
    ['MinSize I4', [0, INT32]],
    ['MaxSize I4', [0, INT32]],
    ['MinDate I4', [0, INT32]],
    ['MaxDate I4', [0, INT32]],
    ['Languages S255', 'Language'],
  ],
  CustomAction: [
    ['*Action s72', 'Identifier'],
    ['Type i2', [1, INT16]],
    ['Source S72', 'CustomSource'],
    // Of any length, where the SDK's own file says 255: what is handed to a deferred action can be long.
    ['Target S0', 'Formatted'],
    ['ExtendedType I4', [0, INT32]],
  ],
  InstallExecuteSequence: SEQUENCE,
  InstallUISequence: SEQUENCE,
  AdminExecuteSequence: SEQUENCE,
  AdminUISequence: SEQUENCE,
  AdvtExecuteSequence: SEQUENCE,
  _Validation: [
    ['*Table s32', 'Identifier'],
    ['*Column s32', 'Identifier'],
    ['Nullable s4', undefined, { set: 'Y;N;@' }],
    ['MinValue I4', [-INT32, INT32]],
    ['MaxValue I4', [-INT32, INT32]],
    ['KeyTable S255', 'Identifier'],
    ['KeyColumn I2', [1, 32]],
    [
      'Category S32',
      undefined,
      {
        set:
          'Text;Formatted;Template;Condition;Guid;Path;Version;Language;Identifier;Binary;UpperCase;LowerCase;Filename;Paths;AnyPath;' +
          'WildCardFilename;RegPath;CustomSource;Property;Cabinet;Shortcut;FormattedSDDLText;URL;DefaultDir',
      },
    ],
    ['Set S255', 'Text'],
    ['Description S255', 'Text'],
  ],
};
