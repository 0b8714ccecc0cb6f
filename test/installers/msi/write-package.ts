import type { ExecutionContext } from 'ava';
import type { Package } from '../../../build/model/package.ts';
import { msi } from '../../../installers/msi/msi.ts';
import { openTestBlobs } from '../../build/host/compress/open-blobs.ts';

/** A package's bytes, which are as many as its artifact says. */
export async function writePackage(
  t: ExecutionContext,
  pkg: Package,
  compression = msi.compressions[0]!,
): Promise<Buffer> {
  const { blobs } = await openTestBlobs(t);
  const [artifact] = await msi.write(pkg, blobs, compression);
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifact!.open()) chunks.push(chunk);
  t.is(Buffer.concat(chunks).length, artifact!.size);
  return Buffer.concat(chunks);
}
