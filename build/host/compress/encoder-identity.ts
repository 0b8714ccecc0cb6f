import type { Encoding } from './jobs.ts';
import { liblzmaIdentity } from './liblzma.ts';

/** Raised when our own code changes what the encoders write. */
const REVISION = 2;

const zlib = () => process.versions.zlib;

/** Raised when the code of LZX changes what it writes. */
const own = () => 'lzx 1';

const identities = new Map<string, string>();

/** Tells encoders apart that may write other bytes for the same input: part of every cache key. */
export function encoderIdentity(method: Encoding['method']): string {
  let identity = identities.get(method);
  if (identity === undefined) {
    const version = {
      xz: liblzmaIdentity,
      zstd: () => process.versions.zstd,
      gzip: zlib,
      deflate: zlib,
      mszip: zlib,
      lzx: own,
    }[method]();
    identity = `${version} ${REVISION}`;
    identities.set(method, identity);
  }
  return identity;
}
