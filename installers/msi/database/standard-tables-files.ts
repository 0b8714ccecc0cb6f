/** Files, where they come from and where they go. */
import type { TableRows } from './standard-tables.ts';

const INT32 = 0x7fffffff;
const INT16 = 0x7fff;
const COMPONENT = ['Component_ s72', 'Identifier', { keyTable: 'Component', keyColumn: 1 }] as const;

export const FILE_TABLES: TableRows = {
  Directory: [
    ['*Directory s72', 'Identifier'],
    ['Directory_Parent S72', 'Identifier', { keyTable: 'Directory', keyColumn: 1 }],
    ['DefaultDir l255', 'DefaultDir'],
  ],
  CreateFolder: [
    ['*Directory_ s72', 'Identifier', { keyTable: 'Directory', keyColumn: 1 }],
    ['*Component_ s72', 'Identifier', { keyTable: 'Component', keyColumn: 1 }],
  ],
  File: [
    ['*File s72', 'Identifier'],
    COMPONENT,
    ['FileName l255', 'Filename'],
    ['FileSize i4', [0, INT32]],
    // A companion file's key may stand for the version.
    ['Version S72', 'Version', { keyTable: 'File', keyColumn: 1 }],
    ['Language S20', 'Language'],
    ['Attributes I2', [0, INT16]],
    // Four bytes where the SDK's own file has two, so that a package can have more than 32767 files.
    ['Sequence i4', [1, INT32]],
  ],
  MsiFileHash: [
    ['*File_ s72', 'Identifier', { keyTable: 'File', keyColumn: 1 }],
    ['Options i2', [0, INT16]],
    ['HashPart1 i4'],
    ['HashPart2 i4'],
    ['HashPart3 i4'],
    ['HashPart4 i4'],
  ],
  Media: [
    ['*DiskId i2', [1, INT16]],
    ['LastSequence i4', [0, INT32]],
    ['DiskPrompt L64', 'Text'],
    ['Cabinet S255', 'Cabinet'],
    ['VolumeLabel S32', 'Text'],
    ['Source S72', 'Property'],
  ],
  RemoveFile: [
    ['*FileKey s72', 'Identifier'],
    COMPONENT,
    ['FileName L255', 'WildCardFilename'],
    ['DirProperty s72', 'Identifier'],
    ['InstallMode i2', undefined, { set: '1;2;3' }],
  ],
  Shortcut: [
    ['*Shortcut s72', 'Identifier'],
    ['Directory_ s72', 'Identifier', { keyTable: 'Directory', keyColumn: 1 }],
    ['Name l128', 'Filename'],
    COMPONENT,
    ['Target s72', 'Shortcut'],
    ['Arguments S255', 'Formatted'],
    ['Description L255', 'Text'],
    ['Hotkey I2', [0, INT16]],
    ['Icon_ S72', 'Identifier', { keyTable: 'Icon', keyColumn: 1 }],
    ['IconIndex I2', [-INT16, INT16]],
    ['ShowCmd I2', undefined, { set: '1;3;7' }],
    ['WkDir S72', 'Identifier'],
    ['DisplayResourceDLL S255', 'Formatted'],
    ['DisplayResourceId I2', [0, INT16]],
    ['DescriptionResourceDLL S255', 'Formatted'],
    ['DescriptionResourceId I2', [0, INT16]],
  ],
  Icon: [
    ['*Name s72', 'Identifier'],
    ['Data v0', 'Binary'],
  ],
  Binary: [
    ['*Name s72', 'Identifier'],
    ['Data v0', 'Binary'],
  ],
};
