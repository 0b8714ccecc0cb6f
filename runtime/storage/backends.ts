/** The kinds of destinations, each with its options. A backend is loaded when it is used. */
import { FILE_OPTIONS } from './file/options.ts';
import { AFTP_OPTIONS, FTP_OPTIONS } from './ftp/options.ts';
import { namesOf, type OptionTable, type StorageOptions } from './options/options.ts';
import { CERTIFICATE_OPTIONS } from './options/shared.ts';
import { RCLONE_OPTIONS } from './rclone/options.ts';
import { S3_OPTIONS } from './s3/options.ts';
import { SSH_OPTIONS } from './ssh/options.ts';
import type { Storage } from './storage.ts';
import { WEBDAV_OPTIONS } from './webdav/options.ts';
import type { Transfers } from './wrap/transfers.ts';

/** What a backend is opened with. */
export interface Opening {
  /** The address as it was given, with its options and secrets. */
  url: string;
  /** Options beside it that this backend has. */
  options: StorageOptions;
  transfers: Transfers;
}

export interface Backend {
  options: OptionTable;
  /** Nothing is sent before the first operation. @throws StorageError `invalid` */
  load(): Promise<(opening: Opening) => Promise<Storage>>;
}

const WEBDAV: Backend = {
  options: WEBDAV_OPTIONS,
  load: async () => (await import('./webdav/webdav.ts')).openWebdavStorage,
};

/** By the scheme of their addresses. */
export const BACKENDS: Readonly<Record<string, Backend>> = {
  file: { options: FILE_OPTIONS, load: async () => (await import('./file/file.ts')).openFileStorage },
  s3: { options: S3_OPTIONS, load: async () => (await import('./s3/s3.ts')).openS3Storage },
  ftp: { options: FTP_OPTIONS, load: async () => (await import('./ftp/ftp.ts')).openFtpStorage },
  aftp: { options: AFTP_OPTIONS, load: async () => (await import('./ftp/ftp.ts')).openAftpStorage },
  ssh: { options: SSH_OPTIONS, load: async () => (await import('./ssh/ssh.ts')).openSshStorage },
  rclone: { options: RCLONE_OPTIONS, load: async () => (await import('./rclone/rclone.ts')).openRcloneStorage },
  webdav: WEBDAV,
  webdavs: WEBDAV,
};

/** Options of every connection: a destination without TLS has nothing to do with them. */
const OF_EVERY_CONNECTION: ReadonlySet<string> = new Set(Object.keys(CERTIFICATE_OPTIONS));

/** All options of all backends, by name. */
export function backendOptions(): OptionTable {
  return Object.assign({}, ...Object.values(BACKENDS).map(({ options }) => options));
}

/** What is meant for a backend, without the options of every connection where it has none. */
export function optionsFor({ options: table }: Backend, options: StorageOptions): StorageOptions {
  const names = namesOf(table);
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => names.has(name.toLowerCase()) || !OF_EVERY_CONNECTION.has(name.toLowerCase()),
    ),
  );
}
