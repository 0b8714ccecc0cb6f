import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Unpacker } from '../../build/model/format.ts';
import { readTar, type TarEntry, type TarKind } from '../archives/tar.ts';
import type { ReadLayer } from './read-manifests.ts';

/** An entry of a layer as the archive has it. */
export interface LayerEntry {
  path: string;
  kind: TarKind;
  mode: number;
  user: string;
  group: string;
  size: number;
  /** Of a file's bytes; empty for others. */
  sha256: string;
  to: string;
  /** The bytes of a file that was asked for. */
  bytes?: Buffer;
}

export const MOST_ENTRIES = 1_000_000;
const MOST_LAYER_BYTES = 64 * 2 ** 30;
const LONGEST_KEPT = 1 << 20;

/**
 * The entries of a layer, unpacked and compared with its diff_id; or from an earlier time, when the bytes have the same digest.
 * @param keep paths whose bytes are wanted, at most 1 MiB each.
 * @throws PackwrightError when the layer is damaged or is not the one its diff_id names.
 */
export async function readLayer(
  layer: ReadLayer,
  unpacker: Unpacker,
  where: string,
  keep: readonly string[],
): Promise<readonly LayerEntry[]> {
  const notes = keep.length === 0 ? unpacker.notes : undefined;
  const key = `oci layer 1 ${layer.sha256} ${layer.method} ${layer.diffId}`;
  const note = await notes?.read(key);
  // Written below, under a key that holds the digest of the very bytes.
  if (note !== undefined) return JSON.parse(note) as LayerEntry[];
  const entries = await unpackLayer(layer, unpacker, where, keep);
  await notes?.write(key, JSON.stringify(entries));
  return entries;
}

async function unpackLayer(
  layer: ReadLayer,
  unpacker: Unpacker,
  where: string,
  keep: readonly string[],
): Promise<LayerEntry[]> {
  const { offset, size, source } = layer.slice;
  const hash = createHash('sha256');
  const raw = hashWhileReading(unpacker.unpack(source, offset, size, layer.method), hash, where);
  const entries: LayerEntry[] = [];
  for await (const entry of readTar(raw, where)) {
    if (entry.path !== '/') entries.push(await readEntry(entry, keep.includes(entry.path)));
    if (entries.length > MOST_ENTRIES) throw new PackwrightError(where, `it has more than ${MOST_ENTRIES} entries`);
  }
  if (`sha256:${hash.digest('hex')}` !== layer.diffId) {
    throw new PackwrightError(where, 'its bytes are not those that the configuration names', 'make the image again');
  }
  return entries;
}

async function* hashWhileReading(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(data: Uint8Array): unknown },
  where: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > MOST_LAYER_BYTES) throw new PackwrightError(where, `it unpacks to more than ${MOST_LAYER_BYTES} bytes`);
    hash.update(chunk);
    yield chunk;
  }
}

async function readEntry(entry: TarEntry, wanted: boolean): Promise<LayerEntry> {
  const { path, kind, mode, size, to } = entry;
  const user = entry.user || String(entry.uid);
  const group = entry.group || String(entry.gid);
  const common = { path, kind, mode, user, group, size, to };
  if (kind !== 'file') return { ...common, sha256: '' };
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  const keep = wanted && size <= LONGEST_KEPT;
  for await (const chunk of entry.data) {
    hash.update(chunk);
    if (keep) chunks.push(Buffer.from(chunk));
  }
  return { ...common, sha256: hash.digest('hex'), ...(keep ? { bytes: Buffer.concat(chunks) } : {}) };
}
