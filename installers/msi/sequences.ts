import type { Row, Tables } from './rows.ts';

/** An action beside the standard ones, with its place. */
export interface SequencedAction {
  action: string;
  condition: string | null;
  sequence: number;
}

const COST: Readonly<Record<string, number>> = { CostInitialize: 800, FileCost: 900, CostFinalize: 1000 };
/** What comes before the choice, with dialogs or without. */
const PREPARE: Readonly<Record<string, number>> = {
  FindRelatedProducts: 25,
  AppSearch: 50,
  LaunchConditions: 100,
  ValidateProductID: 700,
  ...COST,
};

/**
 * Installation, in the order that the Windows Installer SDK suggests ("Suggested InstallExecuteSequence"). An older version goes right
 * after InstallInitialize: inside the transaction, so that a failure brings it back.
 */
const EXECUTE: Readonly<Record<string, number>> = {
  ...PREPARE,
  InstallValidate: 1400,
  InstallInitialize: 1500,
  RemoveExistingProducts: 1501,
  ProcessComponents: 1600,
  UnpublishFeatures: 1800,
  StopServices: 1900,
  DeleteServices: 2000,
  RemoveRegistryValues: 2600,
  RemoveShortcuts: 3200,
  RemoveEnvironmentStrings: 3300,
  RemoveFiles: 3500,
  RemoveFolders: 3600,
  CreateFolders: 3700,
  InstallFiles: 4000,
  CreateShortcuts: 4500,
  WriteRegistryValues: 5000,
  WriteEnvironmentStrings: 5200,
  InstallServices: 5800,
  MsiConfigureServices: 5850,
  StartServices: 5900,
  RegisterUser: 6000,
  RegisterProduct: 6100,
  PublishFeatures: 6300,
  PublishProduct: 6400,
  InstallFinalize: 6600,
};

/** With dialogs: everything up to the choice is done here, and ExecuteAction does the rest. */
const INTERFACE: Readonly<Record<string, number>> = {
  ...PREPARE,
  ExecuteAction: 1300,
};

/** An administrative installation (`msiexec /a`): the files alone, laid out for a network. */
const ADMIN_EXECUTE: Readonly<Record<string, number>> = {
  ...COST,
  InstallValidate: 1400,
  InstallInitialize: 1500,
  InstallAdminPackage: 3900,
  InstallFiles: 4000,
  InstallFinalize: 6600,
};
const ADMIN_INTERFACE: Readonly<Record<string, number>> = {
  ...COST,
  ExecuteAction: 1300,
};
/** Advertising (`msiexec /j`). */
const ADVERTISE: Readonly<Record<string, number>> = {
  CostInitialize: 800,
  CostFinalize: 1000,
  InstallValidate: 1400,
  InstallInitialize: 1500,
  CreateShortcuts: 4500,
  PublishFeatures: 6300,
  PublishProduct: 6400,
  InstallFinalize: 6600,
};

/**
 * The five sequences. `early` actions fill in properties and so are in both sequences; `execute` ones change the machine;
 * `interface` and `admin` ones are dialogs.
 * @param conditions of standard actions that are not always run.
 */
export function sequenceTables(input: {
  early: readonly SequencedAction[];
  execute: readonly SequencedAction[];
  interface: readonly SequencedAction[];
  admin: readonly SequencedAction[];
  conditions: Readonly<Record<string, string>>;
}): Tables {
  const rows = (standard: Readonly<Record<string, number>>, own: readonly SequencedAction[]): Row[] =>
    [
      ...Object.entries(standard).map(([action, sequence]): [string, string | null, number] => [
        action,
        input.conditions[action] ?? null,
        sequence,
      ]),
      ...own.map(({ action, condition, sequence }): [string, string | null, number] => [action, condition, sequence]),
    ].sort((a, b) => a[2] - b[2]);
  return {
    InstallExecuteSequence: rows(EXECUTE, [...input.early, ...input.execute]),
    InstallUISequence: rows(INTERFACE, [...input.early, ...input.interface]),
    AdminExecuteSequence: rows(ADMIN_EXECUTE, []),
    AdminUISequence: rows(ADMIN_INTERFACE, input.admin),
    AdvtExecuteSequence: rows(ADVERTISE, []),
  };
}
