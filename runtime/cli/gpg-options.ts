/** What encrypts volumes, and how the program gpg is called. */
import type { Option } from '../command-line/arguments.ts';
import { type GpgOptions, splitSwitches } from '../engine/volumes/gpg-call.ts';
import { UserError } from '../errors.ts';
import type { CliOption, GivenOptions } from './options.ts';

export const gpgOptions: readonly Option<CliOption>[] = [
  {
    name: 'encryption-module',
    value: 'NAME',
    help: 'What new volumes are encrypted by: aes, gpg (the program of GnuPG), or nothing for an empty value. Default: what the backup has, aes for a new one.',
  },
  { name: 'gpg-program-path', value: 'FILE', default: 'gpg', help: 'GnuPG, for backups that it encrypts.' },
  { name: 'gpg-encryption-command', value: 'TEXT', help: 'What GnuPG does with new volumes. Default: --symmetric.' },
  {
    name: 'gpg-encryption-switches',
    value: 'TEXT',
    help: 'Switches of GnuPG before that, such as "--cipher-algo AES256 --recipient me".',
  },
  { name: 'gpg-encryption-enable-armor', help: 'Volumes are text, and a third larger.' },
  { name: 'gpg-decryption-command', value: 'TEXT', help: 'What GnuPG does to read volumes. Default: --decrypt.' },
  { name: 'gpg-decryption-switches', value: 'TEXT', help: 'Switches of GnuPG before that.' },
];

/** The module that was asked for; '' is none, undefined where nothing was said. @throws UserError (200) for another */
export function readEncryptionModule(given: GivenOptions): 'aes' | 'gpg' | '' | undefined {
  const text = given.text('encryption-module')?.trim().toLowerCase();
  if (text === undefined || text === '' || text === 'aes' || text === 'gpg') return text;
  throw new UserError(`--encryption-module=${text} is not there; aes and gpg are, and an empty value for none`, 200);
}

/** @throws UserError (200) for switches that cannot be split */
export function readGpgOptions(given: GivenOptions): GpgOptions {
  const words = (name: 'gpg-encryption-switches' | 'gpg-decryption-switches') =>
    splitSwitches(name, given.text(name) ?? '');
  const command = (name: 'gpg-encryption-command' | 'gpg-decryption-command', standard: string) => {
    const text = given.text(name)?.trim();
    return text ? splitSwitches(name, text) : [standard];
  };
  const armor = given.flag('gpg-encryption-enable-armor') ? ['--armor'] : [];
  return {
    program: given.text('gpg-program-path')!,
    encryption: [...armor, ...words('gpg-encryption-switches'), ...command('gpg-encryption-command', '--symmetric')],
    decryption: [...words('gpg-decryption-switches'), ...command('gpg-decryption-command', '--decrypt')],
  };
}
