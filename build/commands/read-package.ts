import { formatOfFile } from '../catalogue.ts';
import { openSource } from '../host/byte-source.ts';
import { openUnpacker } from '../host/compress/unpack/unpack.ts';
import type { Finding } from '../model/format.ts';
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

/** What the rules of the format's makers find; nothing where a format has no such rules here. */
export async function lintPackage(file: string): Promise<readonly Finding[]> {
  const { lint } = formatOfFile(file);
  if (!lint) return [];
  const source = await openSource(file);
  try {
    return await lint(source);
  } finally {
    await source.close();
  }
}
