import { SET_PROPERTY } from './action-tables.ts';
import { HKEY_LOCAL_MACHINE } from './components.ts';
import type { Plan } from './plan.ts';
import { RAW_VALUE_64, SETTINGS_COMPONENT, type Settings, savedName } from './setting-tables.ts';

/** Value below the product's key: the features that are there unless somebody left them out, each between semicolons. */
const DEFAULTS_VALUE = 'ChosenByDefault';
const SAVED_DEFAULTS = 'DEFAULTS_SAVED';
/** Place in both sequences: after LaunchConditions, far from CostInitialize. */
const AFTER_CONDITIONS = 110;

/**
 * Features are remembered as settings are: each has a value in the registry while it is there. What the command line does not say is what
 * it was: a feature that is there stays, and one that would have been there by default was left out. A feature that nobody chose or left out
 * gets its default, which may be another in a package that takes this one's place.
 */
export function planChoices(plan: Plan): Settings {
  const { features, registryKey } = plan.windows;
  if (features.length === 0) return { tables: {}, early: [] };
  const defaults = features.filter(({ isDefault }) => isDefault).map(({ name }) => `${name};`);
  const sought = [
    { property: SAVED_DEFAULTS, value: DEFAULTS_VALUE },
    ...features.map(({ name, property }) => ({ property: savedName(property), value: name })),
  ];
  const actions = features.flatMap(({ name, property }) => {
    const saved = savedName(property);
    // `><` is "contains" ("Conditional Statement Syntax").
    const leftOut = `${SAVED_DEFAULTS} >< ";${name};" AND NOT ${saved} AND NOT ${property}`;
    return [
      { action: `Keep_${property}`, property, text: '1', condition: `${saved} AND NOT ${property}` },
      { action: `LeaveOut_${property}`, property, text: '0', condition: leftOut },
    ];
  });
  const list = `;${defaults.join('')}`;
  return {
    tables: {
      Registry: [['r_Defaults', HKEY_LOCAL_MACHINE, registryKey, DEFAULTS_VALUE, list, SETTINGS_COMPONENT]],
      AppSearch: sought.map(({ property, value }) => [property, `s_${value}`]),
      RegLocator: sought.map(({ value }) => [`s_${value}`, HKEY_LOCAL_MACHINE, registryKey, value, RAW_VALUE_64]),
      CustomAction: actions.map(({ action, property, text }) => [action, SET_PROPERTY, property, text, null]),
    },
    early: actions.map(({ action, condition }, index) => ({ action, condition, sequence: AFTER_CONDITIONS + index })),
  };
}
