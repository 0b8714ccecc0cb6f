import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { array, maxLength, minLength, nullish, object, pipe, string, trim } from 'valibot';
import type { Backups } from '../backups/backups.ts';
import { isoTime, text } from '../backups/configuration.ts';
import type { Connection, Connections } from '../backups/connections.ts';
import { type AllowedPrograms, findInText } from '../backups/programs.ts';
import { maskAddress, mergeAddress, unmaskAddress } from '../backups/secrets.ts';
import { readSize } from '../engine/options/sizes.ts';
import { CORE_OPTIONS } from '../engine/options/table.ts';
import { Refusal, type Route, routeWithBody } from '../http/route.ts';
import { findBackup, judgeDefinition, requireAllowed } from './backup-routes.ts';
import { envelope, wrap } from './envelope.ts';

const ConnectionForm = object({
  Name: pipe(text, trim(), minLength(1), maxLength(1024)),
  Description: nullish(text, ''),
  BaseUrl: pipe(text, trim(), minLength(1)),
});

export interface SecondRoutesNeeds {
  backups: Backups;
  connections: Connections;
  allowed: AllowedPrograms;
  /** The data folder. */
  folder: string;
}

/** The second API, but for what needs the engine: connection strings, and the room for temporary files. */
export function secondRoutes({ backups, connections, allowed, folder }: SecondRoutesNeeds): Route[] {
  const write = ({ id, name, description, url, created, updated }: Connection) => ({
    ID: id,
    Name: name,
    Description: description,
    BaseUrl: maskAddress(url),
    CreatedAt: isoTime(created),
    UpdatedAt: isoTime(updated),
    Backups: backups
      .list()
      .filter(({ connection }) => connection === id)
      .map((backup) => ({ ID: backup.id, Name: backup.name })),
  });
  const find = (id: string | undefined) => {
    const found = /^[1-9]\d{0,14}$/.test(id ?? '') ? connections.find(Number(id)) : undefined;
    if (!found) throw new Refusal(404, 'Connection string not found');
    return found;
  };
  const one = { access: 'session', path: '/api/v2/connection-string/{id}' } as const;
  return [
    {
      method: 'GET',
      access: 'session',
      path: '/api/v2/connection-strings',
      answer: () => wrap(connections.list().map(write)),
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/connection-strings',
      body: ConnectionForm,
      answer: envelope(({ body }) => {
        const { Name, Description, BaseUrl } = body as { Name: string; Description: string; BaseUrl: string }; // the schema's
        requireAllowed(findInText(BaseUrl), allowed);
        const url = unmaskAddress(BaseUrl, '');
        if (url === undefined) throw new Refusal(400, 'A password is hidden: enter it.');
        return wrap(write(connections.add({ name: Name, description: Description, url })));
      }),
    }),
    { ...one, method: 'GET', answer: envelope(({ parameters }) => wrap(write(find(parameters.id)))) },
    routeWithBody({
      ...one,
      method: 'PUT',
      body: ConnectionForm,
      answer: envelope(({ body, parameters }) => {
        const { Name, Description, BaseUrl } = body as { Name: string; Description: string; BaseUrl: string }; // the schema's
        const stored = find(parameters.id);
        requireAllowed(findInText(BaseUrl), allowed);
        const url = unmaskAddress(BaseUrl, stored.url);
        if (url === undefined)
          throw new Refusal(400, 'A password is hidden and belongs to another destination: enter it again.');
        connections.update(stored.id, { name: Name, description: Description, url });
        return wrap(write(find(parameters.id)));
      }),
    }),
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/connection-string/{id}/update-backups',
      body: object({ BackupIDs: pipe(array(string()), maxLength(10_000)) }),
      answer: envelope(({ body, parameters }) => {
        const { BackupIDs } = body as { BackupIDs: string[] }; // the schema's
        const { id, url } = find(parameters.id);
        // All are judged before the first is changed.
        const changed = [...new Set(BackupIDs)].map((one) => {
          const backup = findBackup(backups, one);
          if (backup.connection !== id)
            throw new Refusal(400, `The backup "${backup.name}" does not use this connection string`);
          const targetUrl = mergeAddress(backup.targetUrl, url);
          if (targetUrl === undefined)
            throw new Refusal(
              400,
              `The destination of "${backup.name}" is on another machine than the connection string: its password does not follow there.`,
            );
          const { id: own, database: _, metadata: __, ...rest } = backup;
          const definition = { ...rest, targetUrl };
          judgeDefinition(definition, { backups, connections, allowed, folder }, own);
          return { own, definition };
        });
        for (const { own, definition } of changed) backups.update(own, definition);
        return wrap({ UpdatedBackupIDs: changed.map(({ own }) => own) });
      }),
    }),
    {
      ...one,
      method: 'DELETE',
      answer: envelope(({ parameters }) => {
        const { id } = find(parameters.id);
        if (backups.list().some(({ connection }) => connection === id))
          throw new Refusal(409, 'Cannot delete connection string because it is used by backups');
        connections.remove(id);
        return wrap(null);
      }),
    },
    routeWithBody({
      method: 'POST',
      access: 'session',
      path: '/api/v2/system/temp-disk-space',
      body: object({ BackupId: nullish(string()) }),
      answer: envelope(async ({ body }) => {
        const { BackupId } = body as { BackupId?: string | null }; // the schema's
        const options = BackupId ? findBackup(backups, BackupId).options : [];
        const folder = os.tmpdir();
        const { bavail, blocks, bsize } = await statfs(folder).catch(() => ({ bavail: 0, blocks: 0, bsize: 0 }));
        return wrap({
          TempPath: `${folder}/`,
          FreeSpace: bavail * bsize,
          TotalSpace: blocks * bsize,
          DblockSize: readVolumeSize(options.find(({ name }) => name === 'dblock-size')?.value),
          RestoreCacheMax: 4096,
        });
      }),
    }),
  ];
}

/** The size of a volume that a backup is configured with, in bytes; the default where it cannot be read. */
export function readVolumeSize(text: string | undefined): number {
  try {
    return readSize('dblock-size', text ?? DEFAULT_VOLUME_SIZE, 'mb');
  } catch {
    return readSize('dblock-size', DEFAULT_VOLUME_SIZE, 'mb');
  }
}

const DEFAULT_VOLUME_SIZE = CORE_OPTIONS['dblock-size'].default;
