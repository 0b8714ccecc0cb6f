import { AES_OPTIONS, CORE_OPTIONS, GPG_OPTIONS, type OptionRow, ZIP_OPTIONS } from '../engine/options/table.ts';
import { JOB_OPTIONS, SERVER_OPTIONS } from './engine-options.ts';
import { FILE_OPTIONS, RCLONE_OPTIONS, S3_OPTIONS, SSH_OPTIONS, WEBDAV_OPTIONS } from './module-options.ts';

/** An option in the form that clients know. */
export interface OptionForm {
  Aliases: string[] | null;
  Name: string;
  Type: string;
  ValidValues: string[] | null;
  DefaultValue: string;
  ShortDescription: string;
  LongDescription: string;
  Typename: string;
  Deprecated: boolean;
  DeprecationMessage: string;
}

/** The engine's options in the form that clients know. */
function showOptions(table: Readonly<Record<string, OptionRow>>): OptionForm[] {
  return Object.entries(table).map(([name, row]) => ({
    Aliases: row.aliases ? [...row.aliases] : null,
    Name: name,
    Type: row.type,
    ValidValues: row.values ? [...row.values] : null,
    DefaultValue: row.default ?? '',
    ShortDescription: describe(name),
    LongDescription: '',
    Typename: row.type,
    Deprecated: row.isDeprecated ?? false,
    DeprecationMessage: '',
  }));
}

const describe = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;

/** Reads rows of a table of options. */
function readOptions(table: string): OptionForm[] {
  const words = (text = '') => (text === '' ? null : text.split(' '));
  return table
    .trim()
    .split('\n')
    .map((row) => {
      const [name = '', type = '', value = '', aliases, values] = row.split('|');
      const plain = type.replace('!', '');
      return {
        Aliases: words(aliases),
        Name: name,
        Type: plain,
        ValidValues: words(values),
        DefaultValue: value,
        ShortDescription: describe(name),
        LongDescription: '',
        Typename: plain,
        Deprecated: type.endsWith('!'),
        DeprecationMessage: '',
      };
    });
}

function makeModule(key: string, name: string, description: string, options: OptionForm[]) {
  return {
    Key: key,
    Description: description,
    DisplayName: name,
    Options: options,
    Lookups: null,
    IsDeprecated: false,
    IsUntested: false,
  };
}

/** Options and modules that a backup can be configured with. */
export function listModules() {
  const backends = [
    makeModule(
      'file',
      'Local folder or drive',
      'A folder of this machine. Allowed formats are "file://folder" and "folder".',
      readOptions(FILE_OPTIONS),
    ),
    makeModule(
      's3',
      'S3 compatible',
      'Storage with the protocol of Amazon S3. Allowed format is "s3://bucket/prefix".',
      readOptions(S3_OPTIONS),
    ),
    makeModule(
      'ssh',
      'SFTP (SSH)',
      'A folder of an SSH server. Allowed format is "ssh://hostname:port/folder".',
      readOptions(SSH_OPTIONS),
    ),
    makeModule(
      'webdav',
      'WebDAV',
      'A folder of a WebDAV server. Allowed format is "webdav://hostname:port/folder".',
      readOptions(WEBDAV_OPTIONS),
    ),
    makeModule(
      'rclone',
      'Rclone',
      'A remote of rclone, where an administrator of this machine allows it.',
      readOptions(RCLONE_OPTIONS),
    ),
  ];
  return {
    Options: [...showOptions(CORE_OPTIONS), ...readOptions(JOB_OPTIONS)],
    ServerOnlyOptions: readOptions(SERVER_OPTIONS),
    CompressionModules: [makeModule('zip', 'ZIP compression', 'Volumes are ZIP files.', showOptions(ZIP_OPTIONS))],
    EncryptionModules: [
      makeModule(
        'aes',
        'AES-256 encryption, built in',
        'Volumes are encrypted as AES Crypt does.',
        showOptions(AES_OPTIONS),
      ),
      makeModule(
        'gpg',
        'GNU Privacy Guard',
        'Volumes are encrypted by the program gpg, where an administrator of this machine allows it.',
        showOptions(GPG_OPTIONS),
      ),
    ],
    BackendModules: backends,
    SourceProviderModules: [],
  };
}
