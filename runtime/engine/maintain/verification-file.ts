/** `PREFIX-verification.json`: what a destination should hold, for tools that look at it there (`--upload-verification-file`). */
import path from 'node:path';
import type { Machine } from '../backup/backup.ts';

/** Duplicati's numbers of the kinds and states. */
const TYPES: Readonly<Record<string, number>> = { dblock: 0, dlist: 1, dindex: 2 };
const STATES: Readonly<Record<string, number>> = {
  temporary: 0,
  uploading: 1,
  uploaded: 2,
  verified: 3,
  deleting: 4,
  deleted: 5,
};

/** It is no volume: no program reads it back. With a byte order mark, not encrypted. */
export async function uploadVerificationFile(
  { database, sink, disk }: Pick<Machine, 'database' | 'sink' | 'disk'>,
  { prefix, scratch }: { prefix: string; scratch: string },
  signal: AbortSignal,
): Promise<void> {
  const rows = database
    .prepare("SELECT id, name, hash, size, kind, state FROM volume WHERE state <> 'missing' ORDER BY id")
    .all()
    .map(({ id, name, hash, size, kind, state }) => ({
      ID: Number(id),
      Name: String(name),
      Hash: hash instanceof Uint8Array ? Buffer.from(hash).toString('base64') : null,
      Size: size === null ? -1 : Number(size),
      Type: TYPES[String(kind)],
      State: STATES[String(state)],
    }));
  const name = `${prefix}-verification.json`;
  const file = path.join(scratch, name);
  disk.remove(file);
  const handle = disk.create(file);
  try {
    disk.append(handle, Buffer.from(`\ufeff${JSON.stringify(rows)}`));
    disk.sync(handle);
  } finally {
    disk.close(handle);
  }
  await sink.put(name, file, signal);
  disk.remove(file);
}
