import { readCabinetRecords } from './cabinet-records.ts';
import { findKnownPiece, type Knowledge, readKnownPiece } from './known-piece.ts';
import { openLzxDecoder } from './lzx-decoder.ts';
import { corrupt, type Stretch } from './stretch.ts';

/**
 * The bytes of a cabinet's folder compressed with LZX, whose records are the stretch.
 * @param exponent of the window: 15 to 21, as the cabinet says.
 * @throws PackwrightError on anything that is not records to the last byte.
 */
export async function* unpackLzx(stretch: Stretch, known: Knowledge, exponent: number): AsyncGenerator<Uint8Array> {
  // Only a whole folder: what a record means depends on all before it.
  const piece = await findKnownPiece(stretch, 0, known);
  if (piece?.packed.length === stretch.length) return yield* readKnownPiece(piece);
  const decoder = openLzxDecoder(exponent);
  for await (const { at, data, rawSize } of readCabinetRecords(stretch, 'lzx')) {
    let frame: Buffer;
    try {
      frame = decoder.decodeFrame(data, rawSize);
    } catch (cause) {
      throw corrupt(stretch, 'lzx', at, cause instanceof Error ? cause.message : String(cause), cause);
    }
    yield frame;
  }
}
