import type { WindowsService, WindowsSetting } from '../../build/model/windows-facts.ts';
import { INSTALL_FOLDER, type Plan, STATE_FOLDER } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';
import type { SequencedAction } from './sequences.ts';
import { preshutdownSeconds } from './service-tables.ts';
import { serviceAccounts } from './state-tables.ts';

/** Key of the library of actions in the Binary table. */
export const LIBRARY = 'Actions';
/** CustomAction.Type: a function of a library in the Binary table; sets a property. */
export const [FUNCTION, SET_PROPERTY] = [1, 51] as const;
/** Options of it: run while the machine is changed, as the system, when something failed, without its data in the log. */
const [DEFERRED, AS_SYSTEM, ROLLBACK, HIDDEN] = [0x400, 0x800, 0x100, 0x2000];
/** Seconds before each restart of a service that failed, and after which failures are forgotten. */
const RECOVERY = '10,60,300|86400';

/** Sequence numbers between the standard actions: what is known after costing; what comes before the folders, so that
 * the library makes the data folder, for administrators alone from the first moment; what follows the services. */
const AFTER_COSTING = 1001;
const BEFORE_VALIDATION = 1390;
const BEFORE_FOLDERS = 3690;
const AFTER_SERVICES = 5801;
const INSTALLING = 'NOT REMOVE~="ALL"';
/** Not at a repair or change: every user may begin one, with properties of his own, and the system carries it out. */
const FRESH = 'NOT Installed';
/** InstallLocation of the uninstall key, which inventories read, is this property's: nothing else fills it. */
const LOCATION = 'ARPINSTALLLOCATION';
const REMOVING = 'REMOVE~="ALL" AND NOT UPGRADINGPRODUCTCODE';

/** An action of the library that gets its data from a property of its own name. */
interface DeferredAction {
  name: string;
  function: 'MakeFolder' | 'DropFolder' | 'WriteSecret' | 'DeleteSecret' | 'ConfigureService';
  options: number;
  data: string;
  condition: string;
  sequence: number;
}

export interface Actions {
  tables: Tables;
  /** In both sequences, after AppSearch. */
  early: SequencedAction[];
  execute: SequencedAction[];
  /** Properties that hold secrets on their way. */
  hidden: string[];
}

/**
 * What tables cannot say: a secret becomes a file that SYSTEM and Administrators alone can read, and services get their recovery. The
 * library is `WindowsFacts.actions`.
 */
export function planActions(plan: Plan): Actions {
  const { windows } = plan;
  const secrets = windows.settings.filter(({ kind, initialFile }) => kind === 'secret' && initialFile !== undefined);
  const sids = serviceAccounts(windows).join(',');
  const deferred = [
    ...(windows.services.length > 0 ? folderActions(sids) : []),
    ...secrets.flatMap((secret) => secretActions(secret, sids)),
    ...windows.services.flatMap((service) => serviceActions(service)),
  ];
  const reading = secrets.length > 0;
  const rows: Row[] = [
    [`Set_${LOCATION}`, SET_PROPERTY, LOCATION, `[${INSTALL_FOLDER}]`, null],
    ...deferred.flatMap(({ name, function: entry, options, data }): Row[] => [
      [`Set_${name}`, SET_PROPERTY | (options & HIDDEN), name, data, null],
      [name, FUNCTION | DEFERRED | AS_SYSTEM | options, LIBRARY, entry, null],
    ]),
  ];
  if (reading) rows.push(['ReadPasswordFile', FUNCTION, LIBRARY, 'ReadPasswordFile', null]);
  const files = secrets.map(({ property }) => `${property}FILE`).join(' OR ');
  return {
    tables: {
      Binary: [[LIBRARY, windows.actions]],
      CustomAction: rows,
      Property: reading ? [['SECRETPROPERTIES', secrets.map(({ property }) => property).join(';')]] : [],
    },
    early: reading ? [{ action: 'ReadPasswordFile', condition: `(${files}) AND ${FRESH}`, sequence: 90 }] : [],
    execute: [
      { action: `Set_${LOCATION}`, condition: INSTALLING, sequence: BEFORE_VALIDATION },
      ...deferred.flatMap(({ name, condition, sequence }, index) => [
        { action: `Set_${name}`, condition, sequence: AFTER_COSTING + index },
        { action: name, condition, sequence },
      ]),
    ],
    hidden: deferred.filter(({ options }) => options & HIDDEN).map(({ name }) => name),
  };
}

/** The data folder is for administrators alone from the first moment; the tables' rights come to a folder that is there for all. */
function folderActions(sids: string): DeferredAction[] {
  const folder = `[${STATE_FOLDER}]`;
  const row = (name: DeferredAction['function'], options: number, data: string, at: number): DeferredAction => {
    return { name, function: name, options, data, condition: INSTALLING, sequence: BEFORE_FOLDERS + at };
  };
  return [row('DropFolder', ROLLBACK, folder, -2), row('MakeFolder', 0, `${folder}|${sids}`, -1)];
}

/** The file is written before the services start, taken away again when setup fails, and when the product is removed. */
function secretActions({ property, initialFile }: WindowsSetting, sids: string): DeferredAction[] {
  const file = `[${STATE_FOLDER}]|${initialFile}`;
  const given = `${property} AND ${FRESH}`;
  const action = (
    kind: string,
    entry: DeferredAction['function'],
    options: number,
    data: string,
    condition: string,
    at: number,
  ) => ({
    name: `${kind}_${property}`,
    function: entry,
    options,
    data,
    condition,
    sequence: BEFORE_FOLDERS + at,
  });
  return [
    action('UndoSecret', 'DeleteSecret', ROLLBACK, file, given, 0),
    action('WriteSecret', 'WriteSecret', HIDDEN, `${file}|${sids}|[${property}]`, given, 1),
    action('DeleteSecret', 'DeleteSecret', 0, file, REMOVING, -100),
  ];
}

/** With its feature a service starts by itself, after those of the system; without, on demand. */
function serviceActions({ name, feature, stopSeconds, description }: WindowsService): DeferredAction[] {
  // Action and installed state of the feature ("Conditional Statement Syntax"): 3 is local, 4 from the
  // source (Wine's word for what is known by a value in the registry), -1 that nothing changes.
  const chosen = `(&${feature}>2 OR (&${feature}=-1 AND !${feature}>2))`;
  const action = (kind: string, isChosen: 0 | 1, condition: string, at: number): DeferredAction => ({
    name: `${kind}_${feature}`,
    function: 'ConfigureService',
    options: 0,
    data: `${literal(name)}|${RECOVERY}|${isChosen}|${preshutdownSeconds(stopSeconds)}|${literal(description)}`,
    condition,
    sequence: AFTER_SERVICES + at,
  });
  return [
    action('Configure', 1, `${chosen} AND ${INSTALLING}`, 0),
    action('Demand', 0, `NOT ${chosen} AND ${INSTALLING}`, 1),
  ];
}
