import { formatOfFile } from '../catalogue.ts';
import { openSource } from '../host/byte-source.ts';
import { openUnpacker } from '../host/compress/unpack/unpack.ts';
import type { PackageFacts } from '../model/package.ts';

/** Everything a package file says and holds, with every digest checked. */
export async function readPackage(file: string): Promise<PackageFacts> {
  const format = formatOfFile(file);
  const source = await openSource(file);
  try {
    return await format.read(source, openUnpacker());
  } finally {
    await source.close();
  }
}
