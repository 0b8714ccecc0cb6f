import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';

const CHUNK = 1024 * 1024;

/** Reads a file in large chunks. */
export function readFileChunks(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK });
}

/** A digest of a file's bytes, lower-case hex. */
export async function hashFile(path: string, algorithm: 'sha256' | 'sha512' = 'sha256'): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of readFileChunks(path)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * A file as content. Hashes it once, unless the caller knows its hash already.
 * @throws PackwrightError when there is no such regular file.
 */
export async function fileContent(
  path: string,
  known: { sha256?: string; machineCode?: 'x64' | 'arm64'; where?: string } = {},
): Promise<Content> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new PackwrightError(known.where ?? path, `${path} cannot be read (${cause.code})`, 'check the path', cause);
  });
  if (!found.isFile()) throw new PackwrightError(known.where ?? path, `${path} is not a regular file`, 'name a file');
  const sha256 = known.sha256 ?? (await hashFile(path));
  return {
    size: found.size,
    sha256,
    file: path,
    ...(known.machineCode ? { machineCode: known.machineCode } : {}),
    open: () => readFileChunks(path),
  };
}
