import { constants, zstdCompressSync } from 'node:zlib';

/**
 * One zstd frame (RFC 8878) with its content size and checksum. `threaded` cuts the frame into jobs for several threads: the bytes
 * depend on whether there are jobs, not on how many threads do them.
 *
 * Only the synchronous call: with ZSTD_c_nbWorkers the asynchronous ones of Node 26 lose data.
 */
export function encodeZstdFrame(raw: Uint8Array, level: number, threaded: boolean): Buffer {
  return zstdCompressSync(raw, {
    chunkSize: 1 << 20,
    pledgedSrcSize: raw.byteLength,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_contentSizeFlag]: 1,
      [constants.ZSTD_c_checksumFlag]: 1,
      ...(threaded ? { [constants.ZSTD_c_nbWorkers]: 2 } : {}),
    },
  });
}
