import { setTimeout as sleep } from 'node:timers/promises';
import type { Given, Option } from '../command-line/arguments.ts';
import { UserError } from '../errors.ts';
import { loadWindows } from '../windows/windows.ts';
import type { ServiceIdentity } from './identity.ts';
import { commandOf, installService, uninstallService } from './install-service.ts';

export type ServiceCommandOption = 'account';

/** What a program that can be a Windows service adds to its usage, commands and options; nothing elsewhere, where packages bring units. */
const IS_WINDOWS = process.platform === 'win32';

export const serviceUsage: readonly string[] = IS_WINDOWS
  ? ['install-service [--account=ACCOUNT] [options]', 'uninstall-service']
  : [];

export const serviceCommands: readonly { name: string; help: string }[] = IS_WINDOWS
  ? [
      {
        name: 'install-service',
        help: 'Register and start a Windows service that runs with the options given. The installer does this already.',
      },
      { name: 'uninstall-service', help: 'Stop and remove that service; data and settings stay.' },
    ]
  : [];

export const serviceCommandOptions: readonly Option<ServiceCommandOption>[] = IS_WINDOWS
  ? [
      {
        name: 'account',
        value: 'ACCOUNT',
        default: 'system',
        choices: ['system', 'virtual'],
        help: 'With install-service: system reads the whole machine; virtual is an account of the service alone, which reads what it is given.',
      },
    ]
  : [];

/** True for the words that `manageService` carries out. */
export function isServiceCommand(word: string | undefined): word is string {
  return serviceCommands.some(({ name }) => name === word);
}

/** Carries out install-service or uninstall-service. @throws UserError. */
export async function manageService<Name extends string>(
  word: string,
  identity: ServiceIdentity,
  given: Given<Name | ServiceCommandOption | 'server-datafolder'>,
  options: readonly Option<Name>[],
  argv: readonly string[] = process.argv.slice(2),
): Promise<number> {
  const surroundings = {
    windows: loadWindows(),
    say: (line: string) => void process.stdout.write(`${line}\n`),
    sleep: (milliseconds: number) => sleep(milliseconds),
    command: commandOf(identity),
  };
  if (word === 'uninstall-service') await uninstallService(identity, surroundings);
  else {
    const wanted = {
      account: given.text('account') ?? 'system',
      dataFolder: given.text('server-datafolder'),
      args: optionsToKeep(argv, given, options),
    };
    await installService(identity, wanted, surroundings);
  }
  return 0;
}

/**
 * The options of a command line that become part of the service's own, written out. @throws UserError (2) for a secret, since every user
 * can read a service's command line.
 */
export function optionsToKeep<Name extends string>(
  argv: readonly string[],
  given: Given<Name>,
  options: readonly Option<Name>[],
): string[] {
  const named = new Set(argv.map((argument) => /^--([^=]+)/.exec(argument)?.[1]?.toLowerCase()));
  const kept: string[] = [];
  for (const option of options) {
    if (![option.name, ...(option.aliases ?? [])].some((name) => named.has(name))) continue;
    if (option.secret) {
      throw new UserError(
        `--${option.name} cannot be kept for a service: every user can read its command line; leave it out and put the password ` +
          'into the file "initial-password" of the data folder',
        2,
      );
    }
    kept.push(`--${option.name}=${given.text(option.name)}`);
  }
  return kept;
}
