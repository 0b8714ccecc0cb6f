import { BlockList, isIP } from 'node:net';
import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import type { GateRule } from '../http/gate.ts';
import { isHostName } from '../http/host-rule.ts';
import { type DataFolderOption, dataFolderOptions } from '../service/data-folder.ts';
import { type SettingsKeyOption, settingsKeyOptions } from '../settings/settings-key.ts';
import { type TlsOption, tlsOptions } from '../tls/options.ts';
import { type AuthOption, authOptions } from './auth-options.ts';
import { type FirstPasswordOption, firstPasswordOptions } from './first-password.ts';
import { type LogOption, logOptions } from './log-options.ts';
import { type RefusedOption, refusedOptions } from './refused-options.ts';
import { type StartSetting, startSettings } from './start-settings.ts';
import { type WebOption, webOptions } from './web-options.ts';

export type ServerOption =
  | 'webservice-port'
  | 'webservice-interface'
  | 'webservice-allowed-hostnames'
  | 'webservice-cors-origins'
  | 'webservice-trusted-proxies'
  | 'webservice-password'
  | 'webservice-password-file'
  | 'webservice-enable-forever-token'
  | 'webservice-reset-jwt-config'
  | LogOption
  | TlsOption
  | AuthOption
  | StartSetting
  | FirstPasswordOption
  | RefusedOption
  | WebOption
  | SettingsKeyOption
  | DataFolderOption;

/** Rows for the option table of every program that hosts a server. */
export const serverOptions: readonly Option<ServerOption>[] = [
  {
    name: 'webservice-port',
    value: 'PORTS',
    default: '8200',
    help: 'Port to listen on; of a comma-separated list, the first that is free.',
  },
  {
    name: 'webservice-interface',
    value: 'ADDRESS',
    default: 'loopback',
    help: 'Where to listen: loopback, any, or an IP address of this machine.',
  },
  {
    name: 'webservice-allowed-hostnames',
    aliases: ['webservice-allowedhostnames'],
    value: 'NAMES',
    help: 'Host names to answer to beside localhost and IP addresses, separated by semicolons; * switches the check off.',
  },
  {
    name: 'webservice-cors-origins',
    value: 'ORIGINS',
    help: 'Web pages of other addresses that may use the API, such as https://app.example, separated by semicolons.',
  },
  {
    name: 'webservice-trusted-proxies',
    value: 'ADDRESSES',
    help: 'Reverse proxies whose X-Forwarded headers are believed: IP addresses or networks such as 10.0.0.0/8, separated by semicolons.',
  },
  {
    name: 'webservice-password',
    value: 'PASSWORD',
    secret: true,
    help: 'Password of the server. Taken when it is another than the last one given this way: a change made since stays.',
  },
  {
    name: 'webservice-password-file',
    value: 'FILE',
    help: 'File that holds the password, as --webservice-password would.',
  },
  {
    name: 'webservice-enable-forever-token',
    help: 'Let a signed-in client ask for one token that lasts ten years. Start without it afterwards.',
  },
  {
    name: 'webservice-reset-jwt-config',
    help: 'Make new keys: everybody has to sign in again.',
  },
  ...logOptions,
  ...authOptions,
  ...startSettings,
  ...firstPasswordOptions,
  ...refusedOptions,
  ...tlsOptions,
  ...webOptions,
  ...settingsKeyOptions,
  ...dataFolderOptions,
];

/** Whom the server answers, by its options. @throws UserError (2) */
export function readGateRule(given: Given<ServerOption>, loopbackOnly: boolean): GateRule {
  return {
    host: { loopbackOnly, allowed: readHostNames(given.text('webservice-allowed-hostnames') ?? '') },
    origins: readOrigins(given.text('webservice-cors-origins') ?? ''),
    isProxy: readProxies(given.text('webservice-trusted-proxies') ?? ''),
  };
}

function readHostNames(text: string): Set<string> {
  const names = splitList(text.toLowerCase()).map((name) => name.replace(/^\[(.*)\]$/, '$1'));
  for (const name of names) {
    if (name === '*' || isHostName(name) || /^[0-9a-f:.]+$/.test(name)) continue;
    throw new UserError(
      `--webservice-allowed-hostnames: "${name}" is not a host name (no port, no scheme, no wildcard)`,
      2,
    );
  }
  return new Set(names);
}

function readOrigins(text: string): Set<string> {
  const origins = splitList(text.toLowerCase());
  for (const origin of origins) {
    if (origin === '*' || URL.parse(origin)?.origin === origin) continue;
    throw new UserError(`--webservice-cors-origins: "${origin}" is not an origin such as https://app.example:8443`, 2);
  }
  return new Set(origins);
}

function readProxies(text: string): GateRule['isProxy'] {
  const known = new BlockList();
  for (const one of splitList(text)) {
    const [address = '', bits, ...rest] = one.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const isSound = isIP(address) > 0 && rest.length === 0 && (bits === undefined || /^\d{1,3}$/.test(bits));
    if (!isSound || Number(bits ?? 0) > most)
      throw new UserError(
        `--webservice-trusted-proxies: "${one}" is not an IP address or a network such as 10.0.0.0/8`,
        2,
      );
    known.addSubnet(address, Number(bits ?? most), family);
  }
  return (address) => isIP(address) > 0 && known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function splitList(text: string): string[] {
  return text
    .split(/[;,]/)
    .map((one) => one.trim())
    .filter(Boolean);
}
