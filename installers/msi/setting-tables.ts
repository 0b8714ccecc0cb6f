import type { WindowsSetting } from '../../build/model/windows-facts.ts';
import { FUNCTION, LIBRARY, SET_PROPERTY } from './action-tables.ts';
import { HKEY_LOCAL_MACHINE, registryComponent } from './components.ts';
import { INSTALL_FOLDER, MAIN_FEATURE, type Plan, STATE_FOLDER } from './plan.ts';
import { literal, type Tables } from './rows.ts';
import type { SequencedAction } from './sequences.ts';

/** msidbLocatorTypeRawValue, msidbLocatorType64bit. */
export const RAW_VALUE_64 = 0x2 | 0x10;
/** Place in both sequences: after AppSearch. */
const AFTER_SEARCH = 51;
/** Value below the product's key that holds the folder of the programs. */
const FOLDER_VALUE = 'InstallFolder';
/** The component that is always there and holds what is remembered. */
export const SETTINGS_COMPONENT = 'c_Settings';

/** The action of the library that gives properties what the registry has, and the property that lists them for it. */
const KEEP = 'KeepSettings';
/** Private, by its small letters: no command line can set it. */
const KEPT = 'KeptSettings';

/** A property that is found in the registry where an earlier version left it, unless the command line gives it. */
interface Remembered {
  property: string;
  key: string;
  name: string;
  /** Formatted text when it is neither given nor remembered. */
  fallback: string;
}

export interface Settings {
  tables: Tables;
  /** Actions that fill the properties in, in order, with their conditions; they follow AppSearch. */
  early: SequencedAction[];
}

/**
 * Settings: each is a public property, kept as a value in the registry where the programs read it. What is not given is what it was,
 * and else its default. A repair or change takes none: what is in the registry stays. Secrets are never among them.
 */
export function planSettings(plan: Plan): Settings {
  const { windows } = plan;
  const key = windows.registryKey;
  const values = `${key}\\Settings`;
  const settings = windows.settings.filter(({ kind }) => kind !== 'secret');
  const remembered = rememberedOf(settings, key, values);
  const value = (name: string, text: string) => ({ row: `r_${name}`, key: values, name, value: text });
  const kept = remembered.map(({ property, key, name }) => `${property}|${key}|${name}`).join('|');
  const actions = remembered.flatMap(({ property, fallback }) => [
    {
      action: `Restore_${property}`,
      property,
      text: `[${savedName(property)}]`,
      condition: `${savedName(property)} AND NOT ${property}`,
    },
    ...(fallback === ''
      ? []
      : [{ action: `Default_${property}`, property, text: fallback, condition: `NOT ${property}` }]),
  ]);
  return {
    tables: {
      ...registryComponent(plan, {
        name: SETTINGS_COMPONENT,
        origin: 'settings',
        feature: MAIN_FEATURE,
        values: [
          { row: 'r_InstallFolder', key, name: FOLDER_VALUE, value: `[${INSTALL_FOLDER}]` },
          ...Object.entries(windows.variables).map(([name, text]) => value(name, statePaths(text))),
          ...settings.map(({ env, property }) => value(env, `[${property}]`)),
        ],
      }),
      AppSearch: remembered.map(({ property }) => [savedName(property), `s_${property}`]),
      RegLocator: remembered.map((one) => [`s_${one.property}`, HKEY_LOCAL_MACHINE, one.key, one.name, RAW_VALUE_64]),
      Property: [[KEPT, kept]],
      CustomAction: [
        [KEEP, FUNCTION, LIBRARY, KEEP, null],
        ...actions.map(({ action, property, text }) => [action, SET_PROPERTY, property, text, null]),
      ],
    },
    early: [
      // Every user may begin a repair or a change, with properties of his own, and the system carries it out.
      { action: KEEP, condition: 'Installed', sequence: AFTER_SEARCH },
      ...actions.map(({ action, condition }, index) => ({ action, condition, sequence: AFTER_SEARCH + 1 + index })),
    ],
  };
}

function rememberedOf(settings: readonly WindowsSetting[], key: string, values: string): Remembered[] {
  return [
    { property: INSTALL_FOLDER, key, name: FOLDER_VALUE, fallback: '' },
    ...settings.map((one) => ({ property: one.property, key: values, name: one.env, fallback: literal(one.default) })),
  ];
}

/** What the registry held. Public, as AppSearch asks for (ICE52): given on the command line it does what the property itself does. */
export function savedName(property: string): string {
  return `SAVED_${property}`;
}

/** `{state}/cache` as a formatted text: the property of a folder ends in a backslash already, and what follows is a path of Windows. */
function statePaths(value: string): string {
  return value
    .split(/(\{state\}(?:\/[^\s;]*)?)/)
    .map((part) => {
      if (!part.startsWith('{state}')) return literal(part);
      return `[${STATE_FOLDER}]${literal(part.slice('{state}/'.length).replaceAll('/', '\\'))}`;
    })
    .join('');
}
