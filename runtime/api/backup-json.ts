import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Backup, type Definition, runsUnattended } from '../backups/backup.ts';
import { nameSources, writeSchedule } from '../backups/configuration.ts';
import { holdsMask, isSecretOption, MASK, maskAddress, stripAddress, unmaskAddress } from '../backups/secrets.ts';
import { Refusal } from '../http/route.ts';

/** How secrets are written: behind a mask, as they are, or not at all. */
export type Secrets = 'masked' | 'shown' | 'left out';

export const hideSecrets: Readonly<Record<Secrets, (address: string) => string>> = {
  masked: maskAddress,
  shown: (address) => address,
  'left out': stripAddress,
};

/** A source can be an address too: `@/folder|ssh://…`. */
export function hideSource(source: string, secrets: Secrets): string {
  const [, mount, address] = /^(@[^|]*\|)(.*)$/s.exec(source) ?? [];
  return mount === undefined || address === undefined ? source : `${mount}${hideSecrets[secrets](address)}`;
}

/** A backup in the form that clients know, without its schedule. */
export function writeBackup(backup: Backup, folder: string, secrets: Secrets) {
  const options = backup.options.flatMap(({ name, value, filter }) => {
    const isSecret = isSecretOption(name) && value !== '';
    if (isSecret && secrets === 'left out') return [];
    const shown = isSecret && secrets === 'masked' ? MASK : hideSecrets[secrets](value);
    return [{ Filter: filter, Name: name, Value: shown, Argument: null }];
  });
  const database = path.resolve(folder, backup.database);
  return {
    ID: backup.id,
    ExternalID: null,
    Name: backup.name,
    Description: backup.description,
    Tags: backup.tags,
    TargetURL: hideSecrets[secrets](backup.targetUrl),
    ConnectionStringID: backup.connection,
    OperationType: 'Backup',
    DBPath: database,
    DBPathExists: existsSync(database),
    Sources: backup.sources.map((source) => hideSource(source, secrets)),
    Settings: options,
    Filters: backup.filters.map(({ include, expression }, index) => ({
      Order: index,
      Include: include,
      Expression: expression,
    })),
    Metadata: backup.metadata,
    IsTemporary: !/^\d+$/.test(backup.id),
    IsUnencryptedOrPassphraseStored: runsUnattended(backup),
    AdditionalTargetURLs: [],
  };
}

/** A backup with all that belongs to it. */
export function writeWhole(backup: Backup, folder: string) {
  return {
    Schedule: writeSchedule(backup.schedule, backup.id),
    Backup: writeBackup(backup, folder, 'masked'),
    DisplayNames: nameSources(backup.sources.map((source) => hideSource(source, 'masked'))),
  };
}

/** The list of backups; their insides are asked for one by one. */
export function writeList(backups: readonly Backup[], folder: string) {
  return backups.map((backup) => ({
    Backup: {
      ...writeBackup({ ...backup, sources: [], options: [], filters: [] }, folder, 'masked'),
      ExternalID: '',
      Settings: null,
      Filters: null,
      IsUnencryptedOrPassphraseStored: runsUnattended(backup),
    },
    Schedule: writeSchedule(backup.schedule, backup.id),
  }));
}

/** An exported configuration, as Duplicati's export writes it. */
export function writeConfiguration(backup: Backup, version: string, secrets: 'shown' | 'left out') {
  const { DBPathExists: _, IsUnencryptedOrPassphraseStored: __, ...rest } = writeBackup(backup, '', secrets);
  const sources = rest.Sources;
  return {
    CreatedByVersion: version,
    Schedule: writeSchedule(backup.schedule, backup.id, true),
    Backup: { ...rest, DBPath: backup.database, Sources: sources },
    DisplayNames: nameSources(sources),
  };
}

/** Puts stored secrets back where a client sent the mask. @throws Refusal 400 where none is stored that may go there. */
export function unmask(sent: Definition, stored: Backup | undefined): Definition {
  const address = (text: string, known: readonly string[]) => {
    if (!holdsMask(text)) return text;
    for (const one of known) {
      const whole = unmaskAddress(text, one);
      if (whole !== undefined) return whole;
    }
    throw new Refusal(400, 'A password is hidden and belongs to another destination: enter it again.');
  };
  const parts = (source: string) => /^(@[^|]*\|)(.*)$/s.exec(source);
  const known = (stored?.sources ?? []).flatMap((source) => parts(source)?.[2] ?? []);
  return {
    ...sent,
    targetUrl: address(sent.targetUrl, stored ? [stored.targetUrl] : []),
    sources: sent.sources.map((source) => {
      const [, mount, text] = parts(source) ?? [];
      return mount === undefined || text === undefined ? source : `${mount}${address(text, known)}`;
    }),
    options: sent.options.map((option) => {
      if (!holdsMask(option.value)) return option;
      const old = stored?.options.find(({ name, filter }) => name === option.name && filter === option.filter);
      if (option.value === MASK && old) return { ...option, value: old.value };
      return { ...option, value: address(option.value, old ? [old.value] : []) };
    }),
  };
}
