import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { openCache } from '../../../../build/host/cache.ts';
import { type BlobsOptions, openBlobs } from '../../../../build/host/compress/compress.ts';
import type { BlobReport } from '../../../../build/host/compress/piece-maker.ts';
import type { Compressed, Method, Unpacker } from '../../../../build/model/format.ts';
import { memorySource, seededBytes } from '../../../suites/blobs.ts';

/** Contents from 50 kB on stand alone, in pieces of 40 kB. The folder goes when the test ends. */
export async function openTestBlobs(t: ExecutionContext, options: Partial<BlobsOptions> & { folder?: string } = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'blobs-')));
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const cache = options.cache ?? (await openCache(join(folder, 'cache'), { warn: (line) => t.log(line) }));
  const reports: BlobReport[] = [];
  const blobs = await openBlobs({
    cache,
    scratch: join(folder, 'scratch'),
    jobs: 1,
    threshold: 50_000,
    limit: 40_000,
    report: (report) => reports.push(report),
    ...options,
  });
  t.teardown(() => blobs.close());
  return { folder, cache, blobs, reports };
}

/** Half noise, half pattern: compressible, the same each time. */
export function sampleBytes(size: number, seed: number): Buffer {
  const noise = seededBytes(seed, Math.ceil(size / 2));
  return Buffer.concat([noise, Buffer.alloc(size - noise.length, `${seed} and some text that repeats\n`)]);
}

export async function streamOf({ open }: Compressed): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function unpackBytes(unpacker: Unpacker, stream: Uint8Array, method: Method): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unpacker.unpack(memorySource('stream', stream), 0, stream.length, method))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}
