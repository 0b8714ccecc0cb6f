/** The suites' blobs, and xz through the command of that name. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { PackwrightError } from '../../../build/model/errors.ts';
import type { Blobs, Unpacker } from '../../../build/model/format.ts';
import { memoryBlobs, memoryUnpacker } from '../../suites/blobs.ts';

export const blobs: Blobs = {
  ...memoryBlobs,
  async compress(parts, compression) {
    if (compression.method !== 'xz') return memoryBlobs.compress(parts, compression);
    const raw = await memoryBlobs.compress(parts, { method: 'none', level: 0 });
    const input: Uint8Array[] = [];
    for await (const chunk of raw.open()) input.push(chunk);
    const bytes = runXz(['-c', `-${compression.level}`, '--check=crc32'], Buffer.concat(input));
    return {
      ...raw,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      async *open() {
        yield bytes;
      },
    };
  },
};

export const unpacker: Unpacker = {
  async *unpack(source, offset, length, method) {
    if (method !== 'xz') yield* memoryUnpacker.unpack(source, offset, length, method);
    else yield runXz(['-dc'], await source.read(offset, length));
  },
};

function runXz(args: readonly string[], input: Uint8Array): Buffer {
  const run = spawnSync('xz', args, { input, maxBuffer: 1 << 28 });
  if (run.error) throw run.error;
  if (run.status !== 0) throw new PackwrightError('xz', run.stderr.toString());
  return run.stdout;
}
