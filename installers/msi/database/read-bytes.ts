import { PackwrightError } from '../../../build/model/errors.ts';
import type { StreamContent } from './database.ts';

/** Reports what is not sound. */
export type Refuse = (what: string, cause?: unknown) => never;

export function refuser(where: string): Refuse {
  return (what, cause) => {
    throw new PackwrightError(where, what, 'the package is damaged, or is none; get it again', cause);
  };
}

/** The whole of a stream. @throws PackwrightError when it has more than `most` bytes. */
export async function readStream(stream: StreamContent, most: number, what: string, refuse: Refuse): Promise<Buffer> {
  if (stream.size > most) refuse(`${what} has ${stream.size} bytes, and ${most} are the most`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
