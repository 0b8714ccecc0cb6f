import { createHash } from 'node:crypto';
import type { WindowsFacts } from '../../build/model/windows-facts.ts';
import { IS_64_BIT } from './components.ts';
import { componentId } from './identifiers.ts';
import { MAIN_FEATURE, type Plan, STATE_FOLDER } from './plan.ts';
import type { Tables } from './rows.ts';

/** msidbComponentAttributesPermanent: what services wrote is the user's and stays. */
const PERMANENT = 0x10;

/** The services' data folder: made before any of them starts, for SYSTEM, Administrators and the services' own accounts alone. */
export function stateTables(plan: Plan): Tables {
  const { windows, placement } = plan;
  if (windows.services.length === 0) return {};
  const component = 'c_State';
  return {
    Component: [
      [
        component,
        componentId(windows.upgradeCode, placement.arch, 'state'),
        STATE_FOLDER,
        IS_64_BIT | PERMANENT,
        null,
        null,
      ],
    ],
    FeatureComponents: [[MAIN_FEATURE, component]],
    CreateFolder: [[STATE_FOLDER, component]],
    MsiLockPermissionsEx: [['State', STATE_FOLDER, 'CreateFolder', privateSddl(serviceAccounts(windows)), null]],
  };
}

/**
 * A security descriptor (SDDL) that inherits nothing: full control, for what is inside too, for SYSTEM, Administrators and the given
 * accounts; nobody else.
 */
export function privateSddl(sids: readonly string[]): string {
  const accounts = ['SY', 'BA', ...sids].map((account) => `(A;OICI;FA;;;${account})`);
  return `O:BAG:SYD:PAI${accounts.join('')}`;
}

/** SIDs of the services that run as accounts of their own, and not as SYSTEM. */
export function serviceAccounts({ services }: WindowsFacts): string[] {
  return services.flatMap(({ name, account }) => (account === 'virtual' ? [serviceSid(name)] : []));
}

/** The account of a service, as the system derives it: S-1-5-80 and the SHA-1 of the name in upper case, UTF-16. */
export function serviceSid(name: string): string {
  const hash = createHash('sha1').update(Buffer.from(name.toUpperCase(), 'utf16le')).digest();
  return `S-1-5-80-${[0, 4, 8, 12, 16].map((offset) => hash.readUInt32LE(offset)).join('-')}`;
}
