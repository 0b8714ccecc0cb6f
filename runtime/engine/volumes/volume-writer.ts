import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';
import type { Clock } from '../clock/clock.ts';
import type { Disk } from '../disk/disk.ts';
import { type Encryptor, encryptAes, plain } from './aes-writer.ts';
import { nodeHash } from './hash-text.ts';
import { isNoise } from './is-noise.ts';
import { MANIFEST, type Manifest, writeManifest } from './manifest.ts';
import { createZip, type PackedContent } from './zip-writer.ts';

/** How volumes are written; one value for a run. */
export interface VolumeForm {
  manifest: Omit<Manifest, 'created'>;
  /** Absent where nothing is encrypted. */
  passphrase?: string;
  /** Begins the encryption of a volume by GnuPG, in place of AES Crypt. */
  gpg?: () => Encryptor;
  compression: Compression;
}

/** What the names of its volumes end with. */
export function encryptionOf({ passphrase, gpg }: Pick<VolumeForm, 'passphrase' | 'gpg'>): { encryption?: string } {
  if (passphrase === undefined) return {};
  return { encryption: gpg ? 'gpg' : 'aes' };
}

export interface Compression {
  method: 0 | 8 | 93;
  /** 1 to 9 of deflate, 1 to 19 of zstd. */
  level: number;
}

/** A volume that is being written, in one pass: compressed, encrypted, hashed and on the disk. Nothing plain is. */
export interface VolumeWriter {
  /** Bytes of the file so far, and those that its directory will take. */
  readonly size: number;
  add(name: string, content: PackedContent): void;
  /** An entry that may be too large for memory; nothing comes between its parts. */
  addParts(name: string, parts: Iterable<string>): void;
  /** Ends the file and returns when it is on the disk. */
  finish(): { size: number; hash: Buffer };
  /** Leaves nothing behind. */
  discard(): void;
}

/** Buffers smaller than this are gathered: a cipher's and a disk's call cost more than the copy. */
const GATHER = 1 << 18;
/** Characters of a long text that are compressed at once. */
const CHUNK = 4 << 20;
const DEFLATE = 8;
/** Bytes from which on it is compressed: the metadata of most entries is smaller, and would lose some fifty bytes for the time of a page of text. */
const WORTH_IT = 256;
/** An empty block with the mark of the last one (RFC 1951, 3.2.6), behind blocks that end at a whole byte. */
const LAST_BLOCK = Buffer.from([3, 0]);

export function createVolume(disk: Disk, clock: Clock, file: string, form: VolumeForm): VolumeWriter {
  const created = Math.floor(clock.now() / 1000);
  const handle = disk.create(file);
  const hash = createHash(nodeHash(form.manifest.fileHash));
  const encryptor = beginEncryption(form, clock);
  let [size, taken] = [0, 0];
  const gathered = Buffer.allocUnsafe(GATHER);
  let held = 0;
  const emit = (bytes: Uint8Array) => {
    if (bytes.byteLength === 0) return;
    size += bytes.byteLength;
    hash.update(bytes);
    disk.append(handle, bytes);
  };
  const encrypt = (bytes: Uint8Array) => {
    taken += bytes.byteLength;
    emit(encryptor.update(bytes));
  };
  const flush = () => {
    if (held > 0) encrypt(gathered.subarray(0, held));
    held = 0;
  };
  const put = (bytes: Uint8Array) => {
    if (held + bytes.byteLength > GATHER) flush();
    if (bytes.byteLength > GATHER) return encrypt(bytes);
    gathered.set(bytes, held);
    held += bytes.byteLength;
  };
  let isOpen = true;
  const close = () => {
    if (isOpen) disk.close(handle);
    isOpen = false;
  };
  emit(encryptor.head());
  const zip = createZip(put, created);
  zip.add(MANIFEST, packContent(writeManifest({ ...form.manifest, created }), form.compression));
  return {
    get size() {
      // What a program encrypts comes out later than it goes in.
      return Math.max(size, taken) + held + zip.directorySize;
    },
    add: (name, content) => zip.add(name, content),
    addParts(name, parts) {
      const chunks = chunksOf(parts);
      const first = chunks.next().value ?? Buffer.alloc(0);
      const second = chunks.next().value;
      if (second === undefined) return zip.add(name, packContent(first, form.compression));
      // Always deflate: its blocks can be put one behind the other, while readers of zip expect one frame of zstd.
      const entry = zip.begin(name, DEFLATE);
      let [crc, length] = [0, 0];
      for (const chunk of concat([first, second], chunks)) {
        crc = crc32(chunk, crc);
        length += chunk.length;
        entry.part(
          deflateRawSync(chunk, { level: Math.min(form.compression.level, 9), finishFlush: constants.Z_SYNC_FLUSH }),
        );
      }
      entry.part(LAST_BLOCK);
      entry.end(crc, length);
    },
    finish() {
      zip.end();
      flush();
      emit(encryptor.final());
      disk.sync(handle);
      close();
      return { size, hash: hash.digest() };
    },
    discard() {
      encryptor.discard?.();
      close();
      disk.remove(file);
    },
  };
}

function beginEncryption({ passphrase, gpg }: VolumeForm, clock: Clock): Encryptor {
  if (passphrase === undefined) return plain;
  return gpg ? gpg() : encryptAes(passphrase, clock.random(64));
}

/** Texts in pieces that are worth compressing by themselves. */
function* chunksOf(parts: Iterable<string>): Generator<Buffer, undefined> {
  let gathered: string[] = [];
  let length = 0;
  for (const part of parts) {
    gathered.push(part);
    length += part.length;
    if (length < CHUNK) continue;
    yield Buffer.from(gathered.join(''));
    [gathered, length] = [[], 0];
  }
  if (length > 0) yield Buffer.from(gathered.join(''));
}

function* concat<Item>(first: Iterable<Item>, second: Iterable<Item>): Generator<Item> {
  yield* first;
  yield* second;
}

/** A content as it stands in a volume: stored where compression does not make it smaller, or saves less than it costs. */
export function packContent(bytes: Uint8Array, { method, level }: Compression): PackedContent {
  const [crc, size] = [crc32(bytes), bytes.byteLength];
  if (size < WORTH_IT || (method !== 0 && isNoise(bytes))) return { method: 0, crc, size, packed: bytes };
  const packed = method === 8 ? deflateRawSync(bytes, { level }) : method === 93 ? zstdCompress(bytes, level) : bytes;
  return packed.byteLength < size ? { method, crc, size, packed } : { method: 0, crc, size, packed: bytes };
}

function zstdCompress(bytes: Uint8Array, level: number): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
}
