/**
 * Options of the engine, as a real Duplicati 2.3.0 lists them: names, types, defaults, aliases, values. Which of them have an effect here is
 * in `effects.ts`.
 */
export interface OptionRow {
  type:
    | 'Size'
    | 'Timespan'
    | 'Boolean'
    | 'Integer'
    | 'Decimal'
    | 'Enumeration'
    | 'Flags'
    | 'DateTime'
    | 'String'
    | 'Password'
    | 'Path';
  /** In the form in which a person would give it; absent where there is none. */
  default?: string;
  /** The default is that of the machine where it was recorded: shown to clients, never taken. */
  isOfMachine?: true;
  aliases?: readonly string[];
  values?: readonly string[];
  isDeprecated?: true;
  /** What a `String` or `Path` is read as, where it has a grammar of its own. */
  reads?: 'Versions' | 'RetentionPolicy' | 'Prefix' | 'Names';
  /** Of a size that is given without one. */
  unit?: 'kb' | 'mb' | 'gb';
  /** Smallest and largest number, in bytes for sizes; the smallest is 0 where none is given. */
  least?: number;
  most?: number;
  /** Value of an enumeration that is given without one. */
  bare?: string;
}

export const CORE_OPTIONS = {
  'dblock-size': { type: 'Size', default: '50mb', aliases: ['remote-volume-size'], unit: 'mb', least: 1048576 },
  'auto-cleanup': { type: 'Boolean', default: 'false' },
  'control-files': { type: 'Path' },
  'skip-file-hash-checks': { type: 'Boolean', default: 'false' },
  'dont-read-manifests': { type: 'Boolean', default: 'false' },
  'restore-path': { type: 'String' },
  time: { type: 'DateTime', default: 'now' },
  version: { type: 'String', reads: 'Versions' },
  'all-versions': { type: 'Boolean', default: 'false' },
  'list-prefix-only': { type: 'Boolean', default: 'false' },
  'soft-delete-prefix': { type: 'String' },
  'prevent-backend-rename': { type: 'Boolean', default: 'false' },
  'list-folder-contents': { type: 'Boolean', default: 'false' },
  'list-sets-only': { type: 'Boolean', default: 'false' },
  'disable-autocreate-folder': { type: 'Boolean', default: 'false' },
  'allow-missing-source': { type: 'Boolean', default: 'false' },
  'abort-if-source-missing': { type: 'Boolean', default: 'false' },
  'prevent-empty-source': { type: 'Boolean', default: 'false' },
  'disable-filetime-check': { type: 'Boolean', default: 'false' },
  'check-filetime-only': { type: 'Boolean', default: 'false' },
  'disable-time-tolerance': { type: 'Boolean', default: 'false' },
  tempdir: { type: 'Path', default: '/tmp/', isOfMachine: true },
  'thread-priority': {
    type: 'Enumeration',
    default: 'normal',
    values: ['highest', 'high', 'abovenormal', 'normal', 'belownormal', 'low', 'lowest', 'idle'],
    isDeprecated: true,
  },
  prefix: { type: 'String', default: 'duplicati', reads: 'Prefix' },
  passphrase: { type: 'Password' },
  'new-passphrase': { type: 'Password' },
  'no-encryption': { type: 'Boolean', default: 'false' },
  'number-of-retries': { type: 'Integer', default: '5' },
  'retry-delay': { type: 'Timespan', default: '10s' },
  'retry-with-exponential-backoff': { type: 'Boolean', default: 'false' },
  'synchronous-upload': { type: 'Boolean', default: 'false' },
  'asynchronous-upload-limit': { type: 'Integer', default: '4', aliases: ['asynchronous-concurrent-upload-limit'] },
  'asynchronous-upload-folder': { type: 'Path', default: '/tmp/', isOfMachine: true },
  'disable-streaming-transfers': { type: 'Boolean', default: 'false' },
  'throttle-upload': { type: 'Size', default: '0kb', unit: 'kb' },
  'throttle-download': { type: 'Size', default: '0kb', unit: 'kb' },
  'throttle-disabled': { type: 'Boolean', default: 'false' },
  'throttle-disabled-backends': { type: 'String' },
  'skip-files-larger-than': { type: 'Size', unit: 'mb' },
  'upload-unchanged-backups': { type: 'Boolean', default: 'false' },
  'encryption-module': { type: 'String', default: 'aes' },
  'compression-module': { type: 'String', default: 'zip' },
  'parity-module': { type: 'String' },
  'enable-module': { type: 'String' },
  'disable-module': { type: 'String' },
  'debug-output': { type: 'Boolean', default: 'false' },
  'debug-retry-errors': { type: 'Boolean', default: 'false' },
  'log-file': { type: 'Path' },
  'log-file-log-level': {
    type: 'Enumeration',
    default: 'Warning',
    values: ['ExplicitOnly', 'Profiling', 'Verbose', 'Retry', 'Information', 'DryRun', 'Warning', 'Error'],
  },
  'log-file-log-filter': { type: 'String' },
  'log-file-log-ignore': { type: 'String' },
  'console-log-level': {
    type: 'Enumeration',
    default: 'Warning',
    values: ['ExplicitOnly', 'Profiling', 'Verbose', 'Retry', 'Information', 'DryRun', 'Warning', 'Error'],
  },
  'console-log-filter': { type: 'String' },
  'console-log-ignore': { type: 'String' },
  'log-level': {
    type: 'Enumeration',
    default: 'Warning',
    values: ['ExplicitOnly', 'Profiling', 'Verbose', 'Retry', 'Information', 'DryRun', 'Warning', 'Error'],
    isDeprecated: true,
  },
  'suppress-warnings': { type: 'String' },
  'log-http-requests': { type: 'Boolean', default: 'false' },
  'log-socket-data': { type: 'Integer', default: '-1', least: -1 },
  'profile-all-database-queries': { type: 'Boolean', default: 'false' },
  'long-database-query-threshold': { type: 'Timespan', default: '30m' },
  'store-metadata-content-in-database': { type: 'Boolean', default: 'false' },
  'list-verify-uploads': { type: 'Boolean', default: 'false' },
  'allow-sleep': { type: 'Boolean', default: 'false' },
  'use-background-io-priority': { type: 'Boolean', default: 'false' },
  'no-connection-reuse': { type: 'Boolean', default: 'false' },
  'quota-size': { type: 'Size', unit: 'mb' },
  'quota-warning-threshold': { type: 'Integer', default: '10', most: 100 },
  'quota-disable': { type: 'Boolean', default: 'false' },
  'symlink-policy': { type: 'Enumeration', default: 'Store', values: ['Store', 'Follow', 'Ignore'] },
  'hardlink-policy': { type: 'Enumeration', default: 'All', values: ['First', 'All', 'None'] },
  'exclude-files-attributes': {
    type: 'Flags',
    values: [
      'ReadOnly',
      'Hidden',
      'System',
      'Directory',
      'Archive',
      'Device',
      'Normal',
      'Temporary',
      'SparseFile',
      'ReparsePoint',
      'Compressed',
      'Offline',
      'NotContentIndexed',
      'Encrypted',
      'IntegrityStream',
      'NoScrubData',
    ],
  },
  'compression-extension-file': {
    type: 'Path',
    default: '/usr/lib/duplicati/default_compressed_extensions.txt',
    isOfMachine: true,
  },
  'machine-id': { type: 'String' },
  'machine-name': { type: 'String', default: 'vm', isOfMachine: true },
  'backup-id': { type: 'String' },
  'backup-name': { type: 'String', default: 'Duplicati.Server', isOfMachine: true },
  'next-scheduled-run': { type: 'String' },
  verbose: { type: 'Boolean', default: 'false', isDeprecated: true },
  'full-result': { type: 'Boolean', default: 'false', aliases: ['full-results'] },
  overwrite: { type: 'Boolean', default: 'false' },
  dbpath: { type: 'Path' },
  blocksize: { type: 'Size', default: '1mb', unit: 'kb', least: 1024, most: 2147483647 },
  'file-read-buffer-size': { type: 'Size', default: '0kb', isDeprecated: true, unit: 'kb' },
  'skip-metadata': { type: 'Boolean', default: 'false' },
  'restore-permissions': { type: 'Boolean', default: 'false' },
  'skip-restore-verification': { type: 'Boolean', default: 'false' },
  'disable-filepath-cache': { type: 'Boolean', default: 'true', isDeprecated: true },
  'changed-files': { type: 'Path', reads: 'Names' },
  'deleted-files': { type: 'Path', reads: 'Names' },
  'disable-synthetic-filelist': { type: 'Boolean', default: 'false' },
  threshold: { type: 'Integer', default: '25', most: 100 },
  'index-file-policy': { type: 'Enumeration', default: 'Full', values: ['None', 'Lookup', 'Full'] },
  'no-backend-verification': { type: 'Boolean', default: 'false' },
  'case-insensitive-remote': { type: 'Boolean', default: 'false' },
  'backup-test-samples': { type: 'Integer', default: '1' },
  'backup-test-percentage': { type: 'Decimal', default: '0.1', most: 100 },
  'full-remote-verification': {
    type: 'Enumeration',
    default: 'False',
    values: ['True', 'False', 'ListAndIndexes', 'IndexesOnly', 'IndexOnly'],
    bare: 'True',
  },
  'dont-replace-faulty-index-files': { type: 'Boolean', default: 'false' },
  'dry-run': { type: 'Boolean', default: 'false', aliases: ['dryrun'] },
  'block-hash-algorithm': {
    type: 'Enumeration',
    default: 'SHA256',
    values: ['SHA1', 'MD5', 'SHA256', 'SHA384', 'SHA512'],
  },
  'file-hash-algorithm': {
    type: 'Enumeration',
    default: 'SHA256',
    values: ['SHA1', 'MD5', 'SHA256', 'SHA384', 'SHA512'],
  },
  'no-auto-compact': { type: 'Boolean', default: 'false' },
  'small-file-size': { type: 'Size', unit: 'mb' },
  'small-file-max-count': { type: 'Integer', default: '20' },
  'patch-with-local-blocks': { type: 'Boolean', default: 'false', isDeprecated: true },
  'no-local-db': { type: 'Boolean', default: 'false' },
  'dont-compress-restore-paths': { type: 'Boolean', default: 'false' },
  'allow-restore-outside-target-directory': { type: 'Boolean', default: 'false' },
  'keep-versions': { type: 'Integer', default: '0' },
  'keep-time': { type: 'Timespan' },
  'remote-file-lock-duration': { type: 'Timespan' },
  'retention-policy': { type: 'String', reads: 'RetentionPolicy' },
  'upload-verification-file': { type: 'Boolean', default: 'false' },
  'allow-passphrase-change': { type: 'Boolean', default: 'false' },
  'no-local-blocks': { type: 'Boolean', default: 'false', isDeprecated: true },
  'restore-with-local-blocks': { type: 'Boolean', default: 'false' },
  'full-block-verification': { type: 'Boolean', default: 'false' },
  'allow-full-removal': { type: 'Boolean', default: 'false' },
  'log-retention': { type: 'Timespan', default: '30D' },
  'repair-only-paths': { type: 'Boolean', default: 'false' },
  'repair-force-block-use': { type: 'Boolean', default: 'false' },
  'repair-ignore-outdated-database': { type: 'Boolean', default: 'false' },
  'force-locale': { type: 'String' },
  'force-actual-date': { type: 'Boolean', default: 'false' },
  'concurrency-max-threads': { type: 'Integer', default: '0' },
  'concurrency-block-hashers': { type: 'Integer', default: '1', isOfMachine: true },
  'concurrency-compressors': { type: 'Integer', default: '1', isOfMachine: true },
  'concurrency-fileprocessors': { type: 'Integer', default: '1', isOfMachine: true },
  'auto-vacuum': { type: 'Boolean', default: 'false' },
  'disable-file-scanner': { type: 'Boolean', default: 'false' },
  'disable-filelist-consistency-checks': { type: 'Boolean', default: 'false' },
  'disable-on-battery': { type: 'Boolean', default: 'false' },
  'exclude-empty-folders': { type: 'Boolean', default: 'false' },
  'ignore-filenames': { type: 'Path', default: 'CACHEDIR.TAG', reads: 'Names' },
  'restore-symlink-metadata': { type: 'Boolean', default: 'false' },
  'rebuild-missing-dblock-files': { type: 'Boolean', default: 'false' },
  'disable-partial-dblock-recovery': { type: 'Boolean', default: 'false' },
  'disable-replace-missing-metadata': { type: 'Boolean', default: 'false' },
  'reduced-purge-statistics': { type: 'Boolean', default: 'false' },
  'repair-refresh-lock-info': { type: 'Boolean', default: 'false' },
  'refresh-lock-info-complete': { type: 'Boolean', default: 'false' },
  'auto-compact-interval': { type: 'Timespan', default: '0m' },
  'auto-vacuum-interval': { type: 'Timespan', default: '0m' },
  'secret-provider': { type: 'Password' },
  'secret-provider-pattern': { type: 'String', default: '$' },
  'secret-provider-cache': { type: 'Enumeration', default: 'None', values: ['None', 'InMemory', 'Persistent'] },
  'cpu-intensity': {
    type: 'Integer',
    default: '10',
    values: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
    least: 1,
    most: 10,
  },
  'remote-sync-json-config': { type: 'String' },
  'restore-cache-max': { type: 'Size', default: '4gb', unit: 'mb' },
  'restore-cache-evict': { type: 'Integer', default: '50', most: 100 },
  'restore-file-processors': { type: 'Integer', default: '1', isOfMachine: true },
  'restore-all-files': { type: 'Enumeration', default: 'False', values: ['False', 'True', 'Unique'], bare: 'True' },
  'restore-legacy': { type: 'Boolean', default: 'false' },
  'restore-preallocate-size': { type: 'Boolean', default: 'false' },
  'restore-volume-cache-hint': { type: 'Size', unit: 'mb' },
  'restore-volume-cache-min-free': { type: 'Size', default: '1gb', unit: 'gb' },
  'restore-volume-decompressors': { type: 'Integer', default: '1', isOfMachine: true },
  'restore-volume-decryptors': { type: 'Integer', default: '1', isOfMachine: true },
  'restore-volume-downloaders': { type: 'Integer', default: '1', isOfMachine: true },
  'restore-channel-buffer-size': { type: 'Integer', default: '2', isOfMachine: true },
  'internal-profiling': { type: 'Boolean', default: 'false' },
  'ignore-update-if-version-exists': { type: 'Boolean', default: 'false' },
  'allow-paths-in-log-messages': { type: 'Boolean', default: 'false' },
  'sync-recheck': { type: 'Boolean', default: 'false' },
  'sync-then-delete': { type: 'Boolean', default: 'false' },
  'sync-verify-hash': { type: 'Boolean', default: 'false' },
  'sync-remote-state': {
    type: 'Enumeration',
    default: 'UseRemoteState',
    values: ['UseRemoteState', 'UseLocalState', 'BlindlyUpload'],
  },
  'snapshot-policy': { type: 'Enumeration', default: 'Off', values: ['Auto', 'On', 'Off', 'Required'] },
  'ignore-advisory-locking': { type: 'Boolean', default: 'false' },
  'disable-backup-exclusion-xattr': { type: 'Boolean', default: 'false' },
} as const satisfies Readonly<Record<string, OptionRow>>;

export const ZIP_OPTIONS = {
  'zip-compression-level': {
    type: 'Enumeration',
    default: '9',
    values: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  },
  'compression-level': {
    type: 'Enumeration',
    default: '9',
    values: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    isDeprecated: true,
  },
  'zip-compression-method': {
    type: 'Enumeration',
    default: 'Deflate',
    values: ['None', 'Deflate', 'BZip2', 'LZMA', 'PPMd', 'GZip', 'Xz', 'Deflate64', 'ZStandard'],
  },
  'zip-compression-zip64': { type: 'Boolean', default: 'true', isDeprecated: true },
  'zip-compression-library': { type: 'Enumeration', default: 'Auto', values: ['Auto', 'SharpCompress', 'BuiltIn'] },
} as const satisfies Readonly<Record<string, OptionRow>>;

export const AES_OPTIONS = {
  'aes-version': { type: 'Enumeration', default: '2', values: ['2', '3'] },
  'aes-v3-iterations': { type: 'Integer', default: '300000', least: 1, most: 5000000 },
  'aes-minimal-header': { type: 'Boolean', default: 'false' },
} as const satisfies Readonly<Record<string, OptionRow>>;

export const GPG_OPTIONS = {
  'gpg-encryption-enable-armor': { type: 'Boolean', default: 'false' },
  'gpg-encryption-command': { type: 'String', default: '--symmetric' },
  'gpg-decryption-command': { type: 'String', default: '--decrypt' },
  'gpg-encryption-switches': { type: 'String' },
  'gpg-decryption-switches': { type: 'String' },
  'gpg-program-path': { type: 'Path', default: '/usr/bin/gpg', isOfMachine: true },
} as const satisfies Readonly<Record<string, OptionRow>>;

export const ENGINE_OPTIONS = { ...CORE_OPTIONS, ...ZIP_OPTIONS, ...AES_OPTIONS, ...GPG_OPTIONS } as const;

export type OptionName = keyof typeof ENGINE_OPTIONS;
