/** Takes exact numbers of bytes from a stream, then the rest but for its end. */
export interface Take {
  /** @throws Error when the stream ends before. */
  bytes(count: number): Promise<Buffer>;
  /** Everything that is left but the last `held` bytes, in multiples of `block`; afterwards `bytes` gives what is left. */
  blocks(block: number, held: number): AsyncGenerator<Buffer>;
}

export function takeFrom(source: AsyncIterable<Uint8Array>): Take {
  const iterator = source[Symbol.asyncIterator]();
  let have = Buffer.alloc(0);
  let isOver = false;
  const more = async () => {
    const { value, done } = await iterator.next();
    if (done) isOver = true;
    else have = have.length === 0 ? Buffer.from(value) : Buffer.concat([have, value]);
  };
  const cut = (count: number) => {
    const part = have.subarray(0, count);
    have = have.subarray(count);
    return part;
  };
  return {
    async bytes(count) {
      while (have.length < count && !isOver) await more();
      if (have.length < count) throw new Error('the stream ends too early');
      return cut(count);
    },
    async *blocks(block, held) {
      for (;;) {
        const count = Math.floor((have.length - held) / block) * block;
        if (count > 0) yield cut(count);
        if (isOver) return;
        await more();
      }
    },
  };
}
