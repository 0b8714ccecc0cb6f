import { crc32, createInflateRaw } from 'node:zlib';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { runDecoder } from './node-decoder.ts';
import { corrupt, peek, readRange, type Stretch } from './stretch.ts';

// RFC 1952, section 2.3: members one after another, each a header, deflate data, CRC32 and ISIZE.

const FHCRC = 0x02;
const FEXTRA = 0x04;
const FNAME = 0x08;
const FCOMMENT = 0x10;
const RESERVED = 0xe0;
/** The fixed fields, an extra field of 64 KiB, and names of any sensible length. */
const LONGEST_HEADER = 256 * 1024;

/** The bytes of all members. @throws PackwrightError on anything that is not members to the last byte. */
export async function* unpackGzip(stretch: Stretch, known: Knowledge): AsyncGenerator<Uint8Array> {
  let at = 0;
  do {
    const piece = await findKnownPiece(stretch, at, known);
    if (piece) {
      yield* readKnownPiece(piece);
      at += piece.packed.length;
      continue;
    }
    at = yield* unpackMember(stretch, at);
  } while (at < stretch.length);
}

/** Yields a member's bytes and returns where the next one begins. */
async function* unpackMember(stretch: Stretch, from: number): AsyncGenerator<Uint8Array, number> {
  const data = from + (await memberHeaderLength(stretch, from));
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  let checksum = 0;
  let size = 0;
  try {
    for await (const chunk of runDecoder(inflate, readRange(stretch, data, stretch.length - data))) {
      checksum = crc32(chunk, checksum);
      size += chunk.byteLength;
      yield chunk;
    }
  } catch (cause) {
    throw corrupt(stretch, 'gzip', from, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const trailerAt = data + inflate.bytesWritten;
  const trailer = await peek(stretch, trailerAt, 8);
  if (trailer.length < 8) throw corrupt(stretch, 'gzip', trailerAt, 'it ends inside a member');
  if (trailer.readUInt32LE(0) !== checksum) throw corrupt(stretch, 'gzip', trailerAt, 'the CRC32 differs');
  if (trailer.readUInt32LE(4) !== size % 2 ** 32) throw corrupt(stretch, 'gzip', trailerAt, 'the size differs');
  return trailerAt + 8;
}

async function memberHeaderLength(stretch: Stretch, from: number): Promise<number> {
  const fixed = await peek(stretch, from, 10);
  const header = fixed.length === 10 && fixed[3] !== 0 ? await peek(stretch, from, LONGEST_HEADER) : fixed;
  if (header.length < 10) throw corrupt(stretch, 'gzip', from, 'it ends inside a member header');
  if (header[0] !== 0x1f || header[1] !== 0x8b) throw corrupt(stretch, 'gzip', from, 'no member begins here');
  const flags = header[3]!;
  if (header[2] !== 8 || (flags & RESERVED) !== 0) throw corrupt(stretch, 'gzip', from, 'an unknown method or flag');
  let at = 10;
  if (flags & FEXTRA) at += 2 + (at + 2 <= header.length ? header.readUInt16LE(at) : LONGEST_HEADER);
  for (const flag of [FNAME, FCOMMENT]) {
    if (!(flags & flag)) continue;
    const zero = header.indexOf(0, at);
    at = zero < 0 ? LONGEST_HEADER + 1 : zero + 1;
  }
  if (flags & FHCRC) at += 2;
  if (at > header.length) throw corrupt(stretch, 'gzip', from, 'it ends inside a member header');
  return at;
}
