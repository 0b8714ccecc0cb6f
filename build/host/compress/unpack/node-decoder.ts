import type { Transform } from 'node:stream';

/** A decoder of node:zlib. `bytesWritten` counts the input that it took. */
export type NodeDecoder = Transform & { readonly bytesWritten: number };

/**
 * Runs chunks through a decoder until its stream ends, and yields what comes out. Afterwards `decoder.bytesWritten` tells where in the
 * input the stream ended: Node itself stays silent about bytes behind it.
 * @throws what the decoder throws, also when the input ends before the stream.
 */
export async function* runDecoder(decoder: NodeDecoder, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // A decoder that fails never answers the write that made it fail.
  const closed = new Promise<void>((resolve) => decoder.once('close', resolve));
  async function feed(): Promise<void> {
    let fed = 0;
    for await (const chunk of chunks) {
      fed += chunk.byteLength;
      const written = new Promise<void>((resolve, reject) => {
        decoder.write(chunk, (cause) => (cause ? reject(cause) : resolve()));
      });
      await Promise.race([written, closed]);
      if (decoder.destroyed) return;
      // It left something: its stream has ended.
      if (decoder.bytesWritten < fed) return;
    }
    decoder.end();
  }
  const feeding = feed().catch((cause: unknown) => {
    decoder.destroy(cause instanceof Error ? cause : new Error(String(cause)));
  });
  try {
    for await (const chunk of decoder) yield chunk;
  } finally {
    decoder.destroy();
    await feeding;
  }
}
