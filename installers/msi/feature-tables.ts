import { registryComponent } from './components.ts';
import { INSTALL_FOLDER, MAIN_FEATURE, type Plan } from './plan.ts';
import { joinTables, type Tables } from './rows.ts';

/** Feature levels on both sides of INSTALLLEVEL, which is 1: a feature above it is offered, not chosen. */
const CHOSEN = 1;
const LEFT_OUT = 100;
/** msidbFeatureAttributesUIDisallowAbsent. */
const ALWAYS_THERE = 16;

/**
 * Features: the programs themselves, and below them what a person may leave out. Each of those has a component of its own, which what
 * belongs to the feature alone is in: shortcuts, the PATH, the start of a service.
 */
export function featureTables(plan: Plan): Tables {
  const { windows } = plan;
  const components = windows.features.map(({ name }) =>
    registryComponent(plan, {
      name: featureComponent(name),
      origin: `feature ${name}`,
      feature: name,
      values: [{ row: `r_${name}`, key: windows.registryKey, name, value: '#1' }],
    }),
  );
  return joinTables([
    {
      Feature: [
        [MAIN_FEATURE, null, windows.title, 'The programs themselves.', 1, 1, INSTALL_FOLDER, ALWAYS_THERE],
        ...windows.features.map(({ name, title, description, isDefault }, index) => {
          return [name, MAIN_FEATURE, title, description, 2 * index + 2, isDefault ? CHOSEN : LEFT_OUT, null, 0];
        }),
      ],
      // Its property chooses a feature or leaves it out, whatever the default.
      Condition: windows.features.map(({ name, property, isDefault }) =>
        isDefault ? [name, LEFT_OUT, `${property}="0"`] : [name, CHOSEN, `${property}="1"`],
      ),
    },
    ...components,
  ]);
}

/** Key of the component of what belongs to a feature alone. */
export function featureComponent(feature: string): string {
  return `c_${feature}`;
}
