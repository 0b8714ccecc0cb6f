import { crc32 } from 'node:zlib';

// The .xz file format, version 1.2.1: https://tukaani.org/xz/xz-file-format.txt

/** Check of every block: CRC32 (section 2.1.1.2), as dpkg-deb and rpm write it; whole packages carry stronger digests. */
export const XZ_CHECK = 1;

/** Bytes of Stream Header and of Stream Footer (section 2.1). */
const EDGE = 12;
const STREAM_FLAGS = Uint8Array.of(0, XZ_CHECK);

/** Header Magic, Stream Flags, CRC32 of the flags (section 2.1.1). */
export function xzStreamHeader(): Uint8Array {
  const header = Buffer.alloc(EDGE);
  header.set([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
  header.set(STREAM_FLAGS, 6);
  header.writeUInt32LE(crc32(STREAM_FLAGS), 8);
  return header;
}

/** The Index of all blocks in their order (section 4) and the Stream Footer (section 2.1.2). */
export function xzIndexAndFooter(blocks: readonly { unpaddedSize: number; rawSize: number }[]): Uint8Array {
  // Index Indicator, Number of Records, then Unpadded Size and Uncompressed Size of each.
  const bytes = [0, ...multibyte(blocks.length)];
  for (const block of blocks) bytes.push(...multibyte(block.unpaddedSize), ...multibyte(block.rawSize));
  while (bytes.length % 4 !== 0) bytes.push(0);
  const indexSize = bytes.length + 4;
  const all = Buffer.alloc(indexSize + EDGE);
  all.set(bytes);
  all.writeUInt32LE(crc32(all.subarray(0, bytes.length)), bytes.length);
  // Backward Size is stored as four-byte units less one.
  all.writeUInt32LE(indexSize / 4 - 1, indexSize + 4);
  all.set(STREAM_FLAGS, indexSize + 8);
  all.writeUInt32LE(crc32(all.subarray(indexSize + 4, indexSize + 10)), indexSize);
  all.write('YZ', indexSize + 10, 'latin1');
  return all;
}

/** The one block of a stream that liblzma wrote for `rawSize` bytes. */
export function cutBlock(
  stream: Uint8Array<ArrayBuffer>,
  rawSize: number,
): { bytes: Uint8Array<ArrayBuffer>; unpaddedSize: number } {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const indexSize = (view.getUint32(stream.byteLength - 8, true) + 1) * 4;
  const end = stream.byteLength - EDGE - indexSize;
  const index = stream.subarray(end, stream.byteLength - EDGE);
  const first = readMultibyte(index, 2);
  const second = readMultibyte(index, first.next);
  if (index[1] !== 1 || second.value !== rawSize || Math.ceil(first.value / 4) * 4 !== end - EDGE) {
    throw new Error('liblzma wrote something other than one block');
  }
  return { bytes: stream.slice(EDGE, end), unpaddedSize: first.value };
}

/** Multibyte integer (section 1.2): seven bits a byte, the lowest first. */
function multibyte(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

function readMultibyte(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let next = at; ; next++) {
    const byte = bytes[next]!;
    value += (byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80) return { value, next: next + 1 };
  }
}
