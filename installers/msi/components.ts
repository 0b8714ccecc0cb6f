import { componentId } from './identifiers.ts';
import { INSTALL_FOLDER, type Plan } from './plan.ts';
import type { Tables } from './rows.ts';

/** Root in Registry and RegLocator. */
export const HKEY_LOCAL_MACHINE = 2;
/** msidbComponentAttributes64bit: the same for x64 and arm64. */
export const IS_64_BIT = 0x100;
/** msidbComponentAttributesRegistryKeyPath. */
const REGISTRY_KEY_PATH = 4;

/** A value below HKEY_LOCAL_MACHINE. */
export interface RegistryValue {
  /** Key of its row. */
  row: string;
  key: string;
  name: string;
  /** Formatted text, as the Registry table has it: `#1` is a number, `#%text` one with variables. */
  value: string;
}

/**
 * A component without a file: it is known by the first of its values in the registry.
 * @param component.origin what its id is derived from: never to change, and no other component's.
 */
export function registryComponent(
  plan: Plan,
  component: { name: string; origin: string; feature: string; values: readonly [RegistryValue, ...RegistryValue[]] },
): Tables {
  const { name, origin, feature, values } = component;
  const { windows, placement } = plan;
  const id = componentId(windows.upgradeCode, placement.arch, origin);
  return {
    Component: [[name, id, INSTALL_FOLDER, IS_64_BIT | REGISTRY_KEY_PATH, null, values[0].row]],
    FeatureComponents: [[feature, name]],
    Registry: values.map((one) => [one.row, HKEY_LOCAL_MACHINE, one.key, one.name, one.value, name]),
  };
}
