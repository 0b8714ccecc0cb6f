import type { WindowsSetting } from '../../build/model/windows-facts.ts';
import { IS_64_BIT } from './file-tables.ts';
import { componentId } from './identifiers.ts';
import { INSTALL_FOLDER, MAIN_FEATURE, type Plan, STATE_FOLDER } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';

const HKEY_LOCAL_MACHINE = 2;
/** msidbComponentAttributesRegistryKeyPath. */
const REGISTRY_KEY_PATH = 4;
/** msidbLocatorTypeRawValue, msidbLocatorType64bit. */
const RAW_VALUE_64 = 0x2 | 0x10;
/** CustomAction type 51: sets the property of `Source` to the formatted `Target`. */
const SET_PROPERTY = 51;
/** Value below the product's key that holds the folder of the programs. */
const FOLDER_VALUE = 'InstallFolder';

/** A property that is found in the registry where an earlier version left it, unless the command line gives it. */
interface Remembered {
  property: string;
  key: string;
  name: string;
  /** Formatted text when it is neither given nor remembered. */
  fallback: string;
}

/**
 * Settings: each is a public property, kept as a value in the registry where the programs read it. What is not given is what it was,
 * and else its default. Secrets are never among them.
 */
export function settingTables(plan: Plan): Tables {
  const { windows, placement } = plan;
  const key = windows.registryKey;
  const values = `${key}\\Settings`;
  const settings = windows.settings.filter(({ kind }) => kind !== 'secret');
  const component = 'c_Settings';
  const registry: Row[] = [
    ['r_InstallFolder', HKEY_LOCAL_MACHINE, key, FOLDER_VALUE, `[${INSTALL_FOLDER}]`, component],
  ];
  for (const [name, value] of Object.entries(windows.variables)) {
    const text = statePaths(value);
    registry.push([`r_${name}`, HKEY_LOCAL_MACHINE, values, name, text, component]);
  }
  for (const { env, property } of settings)
    registry.push([`r_${env}`, HKEY_LOCAL_MACHINE, values, env, `[${property}]`, component]);
  const remembered = rememberedOf(settings, key, values);
  return {
    Registry: registry,
    Component: [
      [
        component,
        componentId(windows.upgradeCode, placement.arch, 'settings'),
        INSTALL_FOLDER,
        IS_64_BIT | REGISTRY_KEY_PATH,
        null,
        'r_InstallFolder',
      ],
    ],
    FeatureComponents: [[MAIN_FEATURE, component]],
    AppSearch: remembered.map(({ property }) => [savedName(property), `s_${property}`]),
    RegLocator: remembered.map(({ property, key: at, name }) => [
      `s_${property}`,
      HKEY_LOCAL_MACHINE,
      at,
      name,
      RAW_VALUE_64,
    ]),
    CustomAction: remembered.flatMap(({ property, fallback }) => [
      [`Restore_${property}`, SET_PROPERTY, property, `[${savedName(property)}]`, null],
      ...(fallback === '' ? [] : [[`Default_${property}`, SET_PROPERTY, property, fallback, null]]),
    ]),
  };
}

/** Actions that fill the properties in, in order, with their conditions; they follow AppSearch. */
export function settingActions(plan: Plan): { action: string; condition: string }[] {
  const key = plan.windows.registryKey;
  const settings = plan.windows.settings.filter(({ kind }) => kind !== 'secret');
  return rememberedOf(settings, key, `${key}\\Settings`).flatMap(({ property, fallback }) => [
    { action: `Restore_${property}`, condition: `${savedName(property)} AND NOT ${property}` },
    ...(fallback === '' ? [] : [{ action: `Default_${property}`, condition: `NOT ${property}` }]),
  ]);
}

function rememberedOf(settings: readonly WindowsSetting[], key: string, values: string): Remembered[] {
  return [
    { property: INSTALL_FOLDER, key, name: FOLDER_VALUE, fallback: '' },
    ...settings.map((one) => ({ property: one.property, key: values, name: one.env, fallback: literal(one.default) })),
  ];
}

/** A private property: what the registry held. Public ones could be given on the command line. */
function savedName(property: string): string {
  return `Saved_${property}`;
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
