import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openCache } from '../../../../build/host/cache.ts';
import { openBlobs } from '../../../../build/host/compress/compress.ts';
import { openUnpacker } from '../../../../build/host/compress/unpack/unpack.ts';
import { bytesContent } from '../../../../build/model/content.ts';
import type { Method } from '../../../../build/model/format.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Half noise, half pattern: the same each time. */
function sample(size: number, seed: string): Buffer {
  const noise = createHash('shake256', { outputLength: Math.ceil(size / 2) })
    .update(seed)
    .digest();
  return Buffer.concat([noise, Buffer.alloc(size - noise.length, `${seed} and some text that repeats\n`)]);
}

const tools: Record<Exclude<Method, 'none'>, string> = { xz: 'xz', zstd: 'zstd', gzip: 'gzip' };

for (const [method, level] of [
  ['xz', 1],
  ['zstd', 3],
  ['gzip', 6],
] as const) {
  test(`a stream of large and small parts in ${method} is what the real tool and our unpacker read back`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'blobs-'));
    t.teardown(() => rm(dir, { recursive: true }));
    const cache = await openCache(join(dir, 'cache'), { warn: (line) => t.fail(line) });
    const blobs = await openBlobs({ cache, scratch: join(dir, 'scratch'), threshold: 50_000, limit: 40_000, jobs: 2 });
    const large = sample(150_000, 'large');
    const parts = [
      Buffer.from('head'),
      bytesContent('small'),
      { ...bytesContent(large), machineCode: 'x64' as const },
      sample(90_000, 'run'),
    ];
    const raw = Buffer.concat([Buffer.from('headsmall'), large, sample(90_000, 'run')]);
    const made = await blobs.compress(parts, { method, level });
    const chunks: Uint8Array[] = [];
    for await (const chunk of made.open()) chunks.push(chunk);
    const stream = Buffer.concat(chunks);
    t.is(made.size, stream.length);
    t.is(made.sha256, sha256(stream));
    t.is(made.rawSize, raw.length);
    t.is(made.rawSha256, sha256(raw));
    await writeFile(join(dir, 'stream'), stream);
    execFileSync(tools[method], ['-t'], { input: stream });
    t.is(sha256(execFileSync(tools[method], ['-dc'], { input: stream })), made.rawSha256);
    const source = {
      name: 'stream',
      size: stream.length,
      read: async (offset: number, length: number) => stream.subarray(offset, offset + length),
    };
    for (const unpacker of [openUnpacker(), openUnpacker({ cache })]) {
      const hash = createHash('sha256');
      for await (const chunk of unpacker.unpack(source, 0, stream.length, method)) hash.update(chunk);
      t.is(hash.digest('hex'), made.rawSha256);
    }
    await blobs.close();
  });
}
