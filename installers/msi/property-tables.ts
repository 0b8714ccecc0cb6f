import { INSTALL_FOLDER, type Plan } from './plan.ts';
import { PACKAGE_NAME } from './read.ts';
import type { Tables } from './rows.ts';
import { NEWER, newerProperty, OLDER, replacedProperties } from './upgrade-tables.ts';

/**
 * Properties of the product, which of them may be given, and which must not be logged: secrets, those of the dialogs (`repeated`) among them,
 * and the data of actions (`hiddenData`).
 */
export function propertyTables(plan: Plan, repeated: readonly string[], hiddenData: readonly string[]): Tables {
  const { pkg, windows } = plan;
  const { product } = pkg;
  const given = [
    INSTALL_FOLDER,
    ...windows.features.map(({ property }) => property),
    ...windows.settings.flatMap(({ property, initialFile }) =>
      initialFile ? [property, `${property}FILE`] : [property],
    ),
  ];
  const properties: Record<string, string> = {
    [PACKAGE_NAME]: pkg.name,
    ProductCode: plan.productCode,
    ProductName: windows.title,
    ProductVersion: plan.version,
    ProductLanguage: '1033',
    Manufacturer: product.vendor,
    UpgradeCode: windows.upgradeCode,
    ALLUSERS: '1',
    INSTALLLEVEL: '1',
    // a: every file of ours is written whatever is there (README.md, "REINSTALLMODE"); mus: registry and shortcuts.
    REINSTALLMODE: 'amus',
    ARPURLINFOABOUT: product.homepage,
    ARPHELPLINK: product.homepage,
    ARPCOMMENTS: pkg.summary,
    ARPCONTACT: product.vendor,
    SecureCustomProperties: [
      ...new Set([
        ...given,
        OLDER,
        NEWER,
        ...replacedProperties(plan),
        ...windows.replaces.map((_, n) => newerProperty(n)),
      ]),
    ]
      .sort()
      .join(';'),
  };
  const hidden = [
    ...windows.settings.filter(({ kind }) => kind === 'secret').map(({ property }) => property),
    ...repeated,
    ...hiddenData,
  ];
  if (hidden.length > 0) properties.MsiHiddenProperties = [...new Set(hidden)].sort().join(';');
  return { Property: Object.entries(properties) };
}
