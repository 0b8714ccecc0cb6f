/** Blocks that are new go into volumes; each volume that is full goes to the destination with its index. */
import path from 'node:path';
import type { Clock } from '../clock/clock.ts';
import type { Disk } from '../disk/disk.ts';
import type { LocalDatabase } from '../local-database/local-database.ts';
import { entryNameOf } from '../volumes/hash-text.ts';
import { type Block, LIST_FOLDER, VOLUME_FOLDER, writeIndexedVolume } from '../volumes/index.ts';
import { formatRemoteName, type VolumeKind } from '../volumes/remote-name.ts';
import {
  createVolume,
  encryptionOf,
  packContent,
  type VolumeForm,
  type VolumeWriter,
} from '../volumes/volume-writer.ts';
import type { PackedContent } from '../volumes/zip-writer.ts';
import { storedContent } from '../volumes/zip-writer.ts';
import type { Ready, Uploads } from './uploads.ts';

/** How this backup's volumes are called and cut. */
export interface VolumePlan {
  prefix: string;
  form: VolumeForm;
  /** Bytes of a full dblock, `--dblock-size`. */
  volumeSize: number;
  /** A folder of this machine for volumes that wait, of this backup alone; what lies there is encrypted as at the destination. */
  scratch: string;
}

export interface BlockWriter {
  /** The row of a block, which is written when no volume has it. @param pack called then only. */
  add(hash: Buffer, size: number, pack: () => PackedContent): number;
  /** True when a volume has a block. */
  has(hash: Buffer, size: number): boolean;
  /** The same of a blocklist, which the index holds besides. */
  addList(hash: Buffer, bytes: Buffer): number;
  /** True when the volume that is being written is full: `flush` before more is added. */
  readonly isFull: boolean;
  /** Ends the volume that is being written and hands it over. */
  flush(): Promise<void>;
  /** Leaves no file behind. */
  discard(): void;
}

interface Open {
  id: number;
  name: string;
  file: string;
  writer: VolumeWriter;
  blocks: Block[];
  lists: Map<string, Buffer>;
}

/**
 * A transaction has to be open, and is open again after `flush`: everything that is recorded of a volume's blocks is committed together with the
 * word that it is about to be uploaded, and no earlier.
 */
export function createBlockWriter(
  { database, disk, clock, uploads }: { database: LocalDatabase; disk: Disk; clock: Clock; uploads: Uploads },
  plan: VolumePlan,
): BlockWriter {
  const find = database.prepare('SELECT id, volume FROM block WHERE hash = ? AND size = ?');
  const insert = database.prepare('INSERT INTO block(hash, size, volume) VALUES (?, ?, ?)');
  const place = database.prepare('UPDATE block SET volume = ? WHERE id = ?');
  const newVolume = database.prepare("INSERT INTO volume(name, kind, state) VALUES (?, ?, 'temporary')");
  const ready = database.prepare("UPDATE volume SET state = 'uploading', size = ?, hash = ? WHERE id = ?");
  const link = database.prepare('INSERT INTO indexed_by(dblock, dindex) VALUES (?, ?)');
  let open: Open | undefined;

  function begin(kind: VolumeKind): { id: number; name: string; file: string; writer: VolumeWriter } {
    const encryption = encryptionOf(plan.form);
    const ident = clock.random(16).toString('hex');
    const name = formatRemoteName({ prefix: plan.prefix, kind, ident, compression: 'zip', ...encryption });
    const file = path.join(plan.scratch, name);
    return {
      id: Number(newVolume.run(name, kind).lastRowId),
      name,
      file,
      writer: createVolume(disk, clock, file, plan.form),
    };
  }
  function end({ id, name, file, writer }: Omit<Open, 'blocks' | 'lists'>): Ready & { size: number; hash: Buffer } {
    const { size, hash } = writer.finish();
    ready.run(size, hash, id);
    return { id, name, file, size, hash };
  }
  function add(hash: Buffer, size: number, pack: () => PackedContent): number {
    const found = find.get(hash, size);
    if (found && found.volume !== null) return Number(found.id);
    open ??= { ...begin('dblock'), blocks: [], lists: new Map() };
    const text = hash.toString('base64');
    open.writer.add(entryNameOf(text), pack());
    open.blocks.push({ hash: text, size });
    if (!found) return Number(insert.run(hash, size, open.id).lastRowId);
    place.run(open.id, found.id!);
    return Number(found.id);
  }
  return {
    add,
    has: (hash, size) => (find.get(hash, size)?.volume ?? null) !== null,
    addList(hash, bytes) {
      const id = add(hash, bytes.length, () => storedContent(bytes));
      const text = hash.toString('base64');
      if (open?.blocks.at(-1)?.hash === text) open.lists.set(text, bytes);
      return id;
    },
    get isFull() {
      return open !== undefined && open.writer.size > plan.volumeSize - plan.form.manifest.blocksize;
    },
    async flush() {
      if (!open) return;
      const { blocks, lists } = open;
      const dblock = end(open);
      open = undefined;
      const index = begin('dindex');
      for (const [hash, bytes] of lists) index.writer.add(LIST_FOLDER + entryNameOf(hash), storedContent(bytes));
      const { size, hash } = dblock;
      const body = writeIndexedVolume({ blocks, file: { hash: hash.toString('base64'), size } });
      index.writer.add(VOLUME_FOLDER + dblock.name, packContent(body, plan.form.compression));
      const dindex = end(index);
      link.run(dblock.id, dindex.id);
      database.exec('COMMIT; BEGIN IMMEDIATE');
      await uploads.add([dblock, dindex]);
    },
    discard() {
      open?.writer.discard();
      open = undefined;
    },
  };
}
