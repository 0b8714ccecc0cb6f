import { constants, gzipSync } from 'node:zlib';

/** One gzip member (RFC 1952): MTIME 0, OS 255 (unknown), no name, so that every host writes the same. */
export function encodeGzipMember(raw: Uint8Array, level: number): Buffer {
  const bytes = gzipSync(raw, { level, memLevel: 9, chunkSize: 1 << 20, strategy: constants.Z_DEFAULT_STRATEGY });
  // Offsets of RFC 1952, section 2.3: XFL 8, OS 9.
  bytes[8] = 0;
  bytes[9] = 255;
  return bytes;
}
