import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { HashName } from '../volumes/hash-text.ts';
import { nodeHash } from '../volumes/hash-text.ts';
import { type Keys, openVolume, type Volume } from '../volumes/open-volume.ts';
import { parseRemoteName, type RemoteName } from '../volumes/remote-name.ts';
import { damaged, type VolumeError } from '../volumes/volume-error.ts';

/** What the engine needs of a destination to read from it; `runtime/storage` has them. */
export interface Source {
  list(signal: AbortSignal): AsyncIterable<{ name: string; size: number; isFolder?: boolean }>;
  /** Into a new local file. */
  get(name: string, file: string, signal: AbortSignal): Promise<void>;
}

/** A file at the destination that is a volume of this backup. */
export interface RemoteVolume extends RemoteName {
  name: string;
  size: number;
}

/** What its bytes have to be, where that is known. */
export interface Expected {
  hash?: Buffer | undefined;
  hashName: HashName;
}

/** A volume that lies here as it was at the destination. */
export interface Brought {
  file: string;
  remove(): void;
}

/** What opens a volume that lies here: values, which another thread can be given. */
export interface OpenOrder {
  name: RemoteName;
  keys: Keys;
  expected: Expected | undefined;
}

export interface Remote {
  /** All volumes with this backup's prefix, by name. */
  list(): Promise<RemoteVolume[]>;
  /** Brings one here, looks at its hash, decrypts it. `close` takes it away again. @throws VolumeError, and the destination's errors */
  open(volume: Pick<RemoteVolume, 'name'>, expected?: Expected): Promise<Volume>;
  /** Brings one here, and does nothing else with it. @throws VolumeError, and the destination's errors */
  bring(volume: Pick<RemoteVolume, 'name'>): Promise<Brought>;
  /** How one that was brought is opened, by `openBrought`. @throws VolumeError when its name is none */
  order(volume: Pick<RemoteVolume, 'name'>, expected?: Expected): OpenOrder;
  /** Brings one here, looks at its hash alone, and takes it away. @throws VolumeError, and the destination's errors */
  verify(volume: Pick<RemoteVolume, 'name'>, expected: Required<Expected>): Promise<void>;
}

/** Hashes of which nobody makes two files with the same. */
const FORGERY_PROOF: ReadonlySet<HashName> = new Set(['SHA256', 'SHA384', 'SHA512']);

export interface RemoteOptions {
  prefix: string;
  keys: Keys;
  /** A folder of this machine that only this account can read. What lies in it is as encrypted as at the destination. */
  scratch: string;
  signal: AbortSignal;
}

export function openRemote(source: Source, { prefix, keys, scratch, signal }: RemoteOptions): Remote {
  function orderOf({ name }: Pick<RemoteVolume, 'name'>, expected?: Expected): OpenOrder {
    const parts = parseRemoteName(name);
    if (!parts) throw damaged('its name is none of a volume');
    return { name: parts, keys, expected };
  }
  async function bring({ name }: Pick<RemoteVolume, 'name'>): Promise<Brought> {
    const file = path.join(scratch, `volume-${randomUUID()}`);
    try {
      await source.get(name, file, signal);
    } catch (thrown) {
      await rm(file, { force: true });
      throw thrown;
    }
    return { file, remove: () => void rm(file, { force: true }) };
  }
  return {
    async list() {
      // By name: some destinations list a file twice that changes meanwhile.
      const volumes = new Map<string, RemoteVolume>();
      for await (const { name, size, isFolder } of source.list(signal)) {
        const parts = isFolder ? undefined : parseRemoteName(name);
        if (parts?.prefix === prefix) volumes.set(name, { ...parts, name, size });
      }
      return [...volumes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async open(volume, expected) {
      const order = orderOf(volume, expected);
      const { file, remove } = await bring(volume);
      try {
        const opened = await openBrought(file, order);
        return {
          ...opened,
          close() {
            opened.close();
            remove();
          },
        };
      } catch (thrown) {
        await rm(file, { force: true });
        throw thrown;
      }
    },
    bring,
    order: orderOf,
    async verify({ name }, { hash, hashName }) {
      const file = path.join(scratch, `volume-${randomUUID()}`);
      try {
        await source.get(name, file, signal);
        if (!hash || !(await hashOf(file, hashName)).equals(hash)) throw changed();
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

/** Looks at a volume's hash, where that is known, and decrypts it. Its file stays. @throws VolumeError */
export async function openBrought(file: string, { name, keys, expected }: OpenOrder): Promise<Volume> {
  if (expected?.hash && !(await hashOf(file, expected.hashName)).equals(expected.hash)) throw changed();
  return openVolume(file, name, keys, expected?.hash !== undefined && FORGERY_PROOF.has(expected.hashName));
}

function changed(): VolumeError {
  return damaged('its bytes are not those that were uploaded: its hash is another');
}

export async function hashOf(file: string, name: HashName): Promise<Buffer> {
  const hash = createHash(nodeHash(name));
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(part);
  return hash.digest();
}
