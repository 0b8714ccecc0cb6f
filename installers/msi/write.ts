import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Artifact, Blobs, Compression } from '../../build/model/format.ts';
import { nameUuid } from '../../build/model/name-uuid.ts';
import type { Package } from '../../build/model/package.ts';
import { type CabinetFolder, cabinet } from '../archives/cab/cab.ts';
import { planActions } from './action-tables.ts';
import { planChoices } from './choice-tables.ts';
import {
  databaseFile,
  type NamedStream,
  type Summary,
  standardTable,
  type Table,
  validationTable,
} from './database/database.ts';
import { adminDialogActions, dialogActions, dialogTables, secretProperties } from './dialogs/dialogs.ts';
import { featureTables } from './feature-tables.ts';
import { CABINET, fileTables } from './file-tables.ts';
import { type Plan, planDatabase } from './plan.ts';
import { planEndings } from './program-tables.ts';
import { propertyTables } from './property-tables.ts';
import { describeValue, joinTables, type Row } from './rows.ts';
import { sequenceTables } from './sequences.ts';
import { serviceTables } from './service-tables.ts';
import { planSettings } from './setting-tables.ts';
import { shortcutTables } from './shortcut-tables.ts';
import { stateTables } from './state-tables.ts';
import { upgradeTables } from './upgrade-tables.ts';

/** The summary's word for each architecture ("Template Summary property"). */
export const TEMPLATES = { x64: 'x64', arm64: 'Arm64' } as const;
/** Windows Installer 5.0: the first with Arm64, MsiLockPermissionsEx and MsiServiceConfig. */
const SCHEMA = 500;
const COMPRESSED = 2;
const READ_ONLY_RECOMMENDED = 2;

export async function writeMsi(pkg: Package, blobs: Blobs, compression: Compression, name: string): Promise<Artifact> {
  const plan = planDatabase(pkg);
  const tables = await databaseTables(plan, blobs);
  const streams: NamedStream[] = [{ name: CABINET, ...(await productCabinet(plan, blobs, compression)) }];
  const file = databaseFile({ tables, summary: summaryOf(plan, tables, compression), streams }, pkg.target.id);
  return { name, size: file.size, open: () => file.open() };
}

/** Every table, with its columns; `_Validation` describes them all. */
async function databaseTables(plan: Plan, blobs: Blobs): Promise<Table[]> {
  const actions = planActions(plan);
  const settings = planSettings(plan);
  const choices = planChoices(plan);
  const endings = planEndings(plan);
  const parts = [
    await fileTables(plan, blobs),
    featureTables(plan),
    serviceTables(plan),
    settings.tables,
    choices.tables,
    shortcutTables(plan),
    stateTables(plan),
    upgradeTables(plan),
    propertyTables(plan, secretProperties(plan), actions.hidden),
    actions.tables,
    endings.tables,
    await dialogTables(plan),
    sequenceTables({
      early: [...settings.early, ...choices.early, ...actions.early],
      execute: [...actions.execute, ...endings.execute],
      interface: dialogActions(plan),
      admin: adminDialogActions(),
      conditions: CONDITIONS,
    }),
  ];
  const rows = joinTables(parts);
  const tables = Object.entries(rows)
    .filter(([table, list]) => list.length > 0 || FILLED_AT_RUN_TIME.has(table))
    .map(([table, list]) => ({ ...standardTable(table), rows: withoutTwins(list) }));
  return [...tables, validationTable(tables.map((table) => table.name))];
}

/** Tables that have to be there without a row. */
const FILLED_AT_RUN_TIME: ReadonlySet<string> = new Set(['ListBox']);

/** Rows that several parts bring alike, such as a folder of the system, once. */
function withoutTwins(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const text = JSON.stringify(row);
    return !seen.has(text) && seen.add(text);
  });
}

/** Of standard actions that are not always run. */
const CONDITIONS = {
  StopServices: 'VersionNT',
  DeleteServices: 'VersionNT',
  InstallServices: 'VersionNT',
  MsiConfigureServices: 'VersionNT',
  StartServices: 'VersionNT',
};

/** The files: the small ones in one folder, each large one in its own, so that its compressed form is the same in every package. */
async function productCabinet(plan: Plan, blobs: Blobs, compression: Compression) {
  const { target, epoch } = plan.pkg;
  const { method } = compression;
  if (method !== 'mszip' && method !== 'lzx') {
    throw new PackwrightError(target.id, `a cabinet cannot be ${method}`, 'choose mszip or lzx');
  }
  const alone = plan.files.filter((one) => one.isAlone).map((one) => [one]);
  const groups = [plan.files.filter((one) => !one.isAlone), ...alone];
  const folders: CabinetFolder[] = [];
  for (const files of groups.filter((group) => group.length > 0)) {
    const contents = files.map(({ entry }) => entry.content);
    const data = await blobs.compress(contents, compression, { digests: 'none' });
    folders.push({ method, data, files: files.map(({ key, entry }) => ({ name: key, size: entry.content.size })) });
  }
  return cabinet(folders, { epoch, where: target.id });
}

function summaryOf(plan: Plan, tables: readonly Table[], { method, level }: Compression): Summary {
  const { pkg, placement } = plan;
  return {
    title: 'Installation Database',
    subject: plan.windows.title,
    author: pkg.product.vendor,
    keywords: 'Installer',
    comments: pkg.summary,
    template: `${TEMPLATES[placement.arch]};1033`,
    revisionNumber: packageCode(plan, tables, `${method} ${level} ${pkg.epoch}`),
    created: pkg.epoch,
    saved: pkg.epoch,
    pageCount: SCHEMA,
    wordCount: COMPRESSED,
    application: 'Packwright',
    security: READ_ONLY_RECOMMENDED,
  };
}

/** The package code: another for whatever other tables, files or compression. */
function packageCode(plan: Plan, tables: readonly Table[], compression: string): string {
  const hash = createHash('sha256').update(compression);
  for (const { entry } of plan.files) hash.update(`${entry.path} ${entry.content.sha256}\n`);
  hash.update(describeValue(tables));
  return nameUuid(plan.windows.upgradeCode, `package ${hash.digest('hex')}`);
}
