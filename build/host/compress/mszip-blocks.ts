import { deflateRawSync } from 'node:zlib';

/** Bytes before compression in every block of a cabinet's folder but the last ([MS-MCI] 2.1). */
export const MSZIP_BLOCK = 32768;
const HEADER = 8;
const SIGNATURE = Buffer.from('CK');

/**
 * CFDATA records ([MS-CAB] 2.4) of MSZIP blocks ([MS-MCI]): each a deflate stream of its own that may refer to the 32 KiB before it. The
 * first refers to nothing, so that pieces of a folder can be compressed apart: a decoder keeps the window, and no block needs it.
 */
export function encodeMszipBlocks(raw: Uint8Array, level: number): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < raw.byteLength; at += MSZIP_BLOCK) {
    const block = raw.subarray(at, at + MSZIP_BLOCK);
    const options = at === 0 ? { level } : { level, dictionary: raw.subarray(at - MSZIP_BLOCK, at) };
    const packed = shorterOf(deflateRawSync(block, options), block);
    const header = Buffer.allocUnsafe(HEADER);
    header.writeUInt16LE(SIGNATURE.length + packed.length, 4);
    header.writeUInt16LE(block.byteLength, 6);
    const payload = Buffer.concat([SIGNATURE, packed]);
    header.writeUInt32LE((foldWords(payload) ^ header.readUInt32LE(4)) >>> 0, 0);
    records.push(header, payload);
  }
  return Buffer.concat(records);
}

/** What does not get smaller stands in one stored block (RFC 1951, 3.2.4): zlib would cut it, and be longer than a record may be. */
function shorterOf(packed: Buffer, block: Uint8Array): Buffer {
  if (packed.length <= block.byteLength + 5) return packed;
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt16LE(block.byteLength, 1);
  head.writeUInt16LE(block.byteLength ^ 0xffff, 3);
  return Buffer.concat([head, block]);
}

/** The checksum of [MS-CAB] 3.1 without its seed: 32-bit words one over another, and what is left at the end as one more, back to front. */
export function foldWords(bytes: Uint8Array): number {
  const words = Math.floor(bytes.byteLength / 4);
  // A copy, since words have to begin at a multiple of four.
  const aligned = new Uint8Array(bytes);
  let sum = 0;
  for (const word of new Int32Array(aligned.buffer, 0, words)) sum ^= word;
  let rest = 0;
  for (const byte of aligned.subarray(words * 4)) rest = (rest << 8) | byte;
  return sum ^ rest;
}
