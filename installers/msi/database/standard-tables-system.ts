/** What of the system is changed beside files: registry, environment, services, permissions. */
import type { TableRows } from './standard-tables.ts';

const INT32 = 0x7fffffff;
const COMPONENT = ['Component_ s72', 'Identifier', { keyTable: 'Component', keyColumn: 1 }] as const;

export const SYSTEM_TABLES: TableRows = {
  Registry: [
    ['*Registry s72', 'Identifier'],
    ['Root i2', [-1, 3]],
    ['Key l255', 'RegPath'],
    ['Name L255', 'Formatted'],
    ['Value L0', 'Formatted'],
    COMPONENT,
  ],
  RemoveRegistry: [
    ['*RemoveRegistry s72', 'Identifier'],
    ['Root i2', [-1, 3]],
    ['Key l255', 'RegPath'],
    ['Name L255', 'Formatted'],
    COMPONENT,
  ],
  Environment: [['*Environment s72', 'Identifier'], ['Name l255', 'Text'], ['Value L255', 'Formatted'], COMPONENT],
  ServiceInstall: [
    ['*ServiceInstall s72', 'Identifier'],
    ['Name s255', 'Formatted'],
    ['DisplayName L255', 'Formatted'],
    ['ServiceType i4', [-INT32, INT32]],
    ['StartType i4', [0, 4]],
    ['ErrorControl i4', [-INT32, INT32]],
    ['LoadOrderGroup S255', 'Formatted'],
    ['Dependencies S255', 'Formatted'],
    ['StartName S255', 'Formatted'],
    ['Password S255', 'Formatted'],
    ['Arguments S255', 'Formatted'],
    COMPONENT,
    ['Description L255', 'Formatted'],
  ],
  ServiceControl: [
    ['*ServiceControl s72', 'Identifier'],
    ['Name l255', 'Formatted'],
    ['Event i2', [0, 187]],
    ['Arguments L255', 'Formatted'],
    ['Wait I2', [0, 1]],
    COMPONENT,
  ],
  MsiServiceConfig: [
    ['*MsiServiceConfig s72', 'Identifier'],
    ['Name s255', 'Formatted'],
    ['Event i2', [0, 7]],
    ['ConfigType i4', [-INT32, INT32]],
    ['Argument S0', 'Formatted'],
    COMPONENT,
  ],
  MsiServiceConfigFailureActions: [
    ['*MsiServiceConfigFailureActions s72', 'Identifier'],
    ['Name s255', 'Formatted'],
    ['Event i2', [0, 7]],
    ['ResetPeriod I4', [0, INT32]],
    ['RebootMessage L255', 'Formatted'],
    ['Command L255', 'Formatted'],
    ['Actions S0', 'Text'],
    ['DelayActions S0', 'Text'],
    COMPONENT,
  ],
  MsiLockPermissionsEx: [
    ['*MsiLockPermissionsEx s72', 'Identifier'],
    ['LockObject s72', 'Identifier'],
    ['Table s32', 'Text', { set: 'CreateFolder;File;Registry;ServiceInstall' }],
    ['SDDLText s0', 'FormattedSDDLText'],
    ['Condition S255', 'Condition'],
  ],
};
