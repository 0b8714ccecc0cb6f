import { fileContent } from '../../build/host/file-content.ts';
import { databaseFile, standardTable, type Table, validationTable } from '../../installers/msi/database/database.ts';
import { NATIVE } from '../../platforms/windows/native/native.ts';

/** Type of a custom action: a library of the Binary table; deferred as the system; for a rollback; with its target hidden. */
const LIBRARY = 1;
const DEFERRED = LIBRARY + 1024 + 2048;
const ROLLBACK = DEFERRED + 256;
const HIDDEN = 0x2000;
/** Sets a property to a formatted text. */
const SET = 51;

const FOLDER = '[CommonAppDataFolder]Actions\\deep';

/** Every action once: name, type, source, target, number in the sequence, condition. */
const ACTIONS: readonly [string, number, string, string, number, string][] = [
  ['Generate', LIBRARY, 'actions', 'GeneratePassword', 50, 'GENERATE AND NOT REMOVE'],
  ['Read', LIBRARY, 'actions', 'ReadPasswordFile', 60, 'NOT REMOVE'],
  ['SetWrite', SET, 'Write', `${FOLDER}|first-password|[SIDS]|[PASSWORD]`, 1501, 'NOT REMOVE'],
  ['SetUndo', SET, 'Undo', `${FOLDER}|first-password`, 1502, 'NOT REMOVE'],
  ['SetDelete', SET, 'Delete', `${FOLDER}|first-password`, 1503, 'REMOVE'],
  ['SetConfigure', SET, 'Configure', '[SERVICE]|10,60,300|86400|1|60|Keeps | "things".', 1504, 'SERVICE'],
  ['Delete', DEFERRED, 'actions', 'DeleteSecret', 3490, 'REMOVE'],
  ['Undo', ROLLBACK, 'actions', 'DeleteSecret', 4010, 'NOT REMOVE'],
  ['Write', DEFERRED + HIDDEN, 'actions', 'WriteSecret', 4020, 'NOT REMOVE'],
  ['Configure', DEFERRED, 'actions', 'ConfigureService', 5810, 'SERVICE'],
  ['Fail', DEFERRED, 'actions', 'ConfigureService', 5820, 'FAIL'],
];
const STANDARD: readonly [string, number][] = [
  ['CostInitialize', 800],
  ['FileCost', 900],
  ['CostFinalize', 1000],
  ['InstallValidate', 1400],
  ['InstallInitialize', 1500],
  ['ProcessComponents', 1600],
  ['RemoveRegistryValues', 2600],
  ['WriteRegistryValues', 5000],
  ['RegisterProduct', 6100],
  ['PublishFeatures', 6300],
  ['PublishProduct', 6400],
  ['InstallFinalize', 6600],
];

/** A package without files that runs every action; what TOKEN became is written to the registry. */
export async function actionsPackage(): Promise<AsyncIterable<Uint8Array>> {
  const tables: Table[] = [
    standardTable('Property', [
      ['ProductCode', '{6E2C1A40-3333-4B2E-9C01-0123456789AB}'],
      ['UpgradeCode', '{6E2C1A40-2222-4B2E-9C01-0123456789AB}'],
      ['ProductName', 'Actions'],
      ['ProductVersion', '1.0.0'],
      ['ProductLanguage', '1033'],
      ['Manufacturer', 'Example'],
      ['ALLUSERS', '1'],
      ['SecureCustomProperties', 'PASSWORD;PASSWORDFILE;TOKEN;TOKENFILE;GENERATE;SERVICE;SIDS;FAIL'],
      ['MsiHiddenProperties', 'PASSWORD;TOKEN;Write'],
      ['SECRETPROPERTIES', 'PASSWORD;TOKEN'],
      ['GENERATEPASSWORDTO', 'TOKEN'],
    ]),
    standardTable('Directory', [
      ['TARGETDIR', null, 'SourceDir'],
      ['CommonAppDataFolder', 'TARGETDIR', '.'],
    ]),
    // 4: the key path is in the registry; 256: 64 bits.
    standardTable('Component', [['main', '{21111111-2222-3333-4444-000000000001}', 'TARGETDIR', 260, null, 'token']]),
    standardTable('Registry', [['token', 2, 'Software\\Actions', 'token', '[TOKEN]', 'main']]),
    standardTable('Feature', [['Main', null, 'Main', null, 1, 1, 'TARGETDIR', 0]]),
    standardTable('FeatureComponents', [['Main', 'main']]),
    standardTable('Media', [[1, 0, null, null, null, null]]),
    standardTable('Binary', [['actions', await fileContent(NATIVE.x64.actions)]]),
    standardTable(
      'CustomAction',
      ACTIONS.map(([name, type, source, target]) => [name, type, source, target, null]),
    ),
    standardTable('InstallExecuteSequence', [
      ...STANDARD.map(([name, number]) => [name, null, number]),
      ...ACTIONS.map(([name, , , , number, condition]) => [name, condition, number]),
    ]),
  ];
  const summary = {
    title: 'Installation Database',
    subject: 'Actions',
    author: 'Example',
    keywords: 'Installer',
    comments: 'A test',
    template: 'x64;1033',
    revisionNumber: '{20B94473-5791-4F0B-9137-CFCC51112B57}',
    created: 1_700_000_000,
    saved: 1_700_000_000,
    pageCount: 500,
    wordCount: 2,
    application: 'packwright',
    security: 2,
  };
  const all = [...tables, validationTable(tables.map(({ name }) => name))];
  return databaseFile({ tables: all, summary, streams: [] }, 'actions.msi').open();
}
