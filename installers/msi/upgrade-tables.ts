import type { Plan } from './plan.ts';
import type { Row, Tables } from './rows.ts';

/** Bits of Upgrade.Attributes. */
const ONLY_DETECT = 0x2;
const VERSION_MAX_INCLUSIVE = 0x200;

/** Properties that FindRelatedProducts sets. */
export const OLDER = 'OLDERFOUND';
export const NEWER = 'NEWERFOUND';
const REPLACED = 'REPLACEDFOUND';

/** Set where a package that this one would replace is newer. */
export function newerProperty(index: number): string {
  return `${NEWER}_REPLACED${index + 1}`;
}

/** Properties of the packages that this one takes the place of: each row of Upgrade has its own (ICE61). */
export function replacedProperties(plan: Plan): string[] {
  return plan.windows.replaces.map((_, index) => (index === 0 ? REPLACED : `${REPLACED}${index + 1}`));
}

/**
 * Major upgrades: whatever is older, or of the same version, is removed (`choice-tables.ts` takes its features over); what is
 * newer is left and setup refuses. So it is with packages that this one takes the place of, which share their data.
 */
export function upgradeTables(plan: Plan): Tables {
  const { windows, version } = plan;
  const properties = replacedProperties(plan);
  const replaced: Row[] = windows.replaces.flatMap((code, index) => [
    [code, null, version, null, VERSION_MAX_INCLUSIVE, null, properties[index] ?? REPLACED],
    [code, version, null, null, ONLY_DETECT, null, newerProperty(index)],
  ]);
  return {
    Upgrade: [
      [windows.upgradeCode, null, version, null, VERSION_MAX_INCLUSIVE, null, OLDER],
      [windows.upgradeCode, version, null, null, ONLY_DETECT, null, NEWER],
      ...replaced,
    ],
    LaunchCondition: [
      [
        `Installed OR NOT ${NEWER}`,
        'A newer version of [ProductName] is installed. Remove it first if you want this one: Windows Settings, Apps.',
      ],
      ...windows.replaces.map((_, index) => [
        `Installed OR NOT ${newerProperty(index)}`,
        'A newer version of what [ProductName] would replace is installed. Remove it first if you want this one: Windows Settings, Apps.',
      ]),
      ['Installed OR VersionNT64', '[ProductName] needs a 64-bit Windows.'],
      ['Installed OR Privileged', 'Administrator rights are needed to install [ProductName] for this machine.'],
    ],
  };
}
