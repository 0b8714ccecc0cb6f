import { differs } from './differs.ts';
import { encodeLzxRecords, type LzxPlace } from './lzx-records.ts';
import { WINDOW_EXPONENT } from './lzx-slots.ts';
import { FRAME, NEUTRAL_LENGTH, NEUTRAL_MAIN } from './lzx-writer.ts';
import { undoCalls } from './unpack/lzx-calls.ts';
import { openLzxDecoder } from './unpack/lzx-decoder.ts';

/** encodeLzxRecords(), decoded by the reader's decoder and compared. @throws PackwrightError when it differs. */
export function encodeLzxPiece(raw: Uint8Array, place: LzxPlace): Uint8Array<ArrayBuffer> {
  const { records, translated, translation } = encodeLzxRecords(raw, place);
  assertLzxDecodes(records, raw, translated, translation, place);
  return records;
}

/**
 * Compares what matches see, byte by byte, since the piece behind will point into it, and apart from that whether the translation of calls
 * can be undone. What a decoder knows from the piece before is what that one was found to leave behind.
 */
export function assertLzxDecodes(
  records: Uint8Array,
  raw: Uint8Array,
  translated: Uint8Array,
  translation: number,
  { history, position }: LzxPlace,
): void {
  const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
  const found = Buffer.from(translated.buffer, translated.byteOffset, translated.byteLength);
  const state = { history: found.subarray(0, history), mainLengths: NEUTRAL_MAIN, lengthLengths: NEUTRAL_LENGTH };
  const decoder = openLzxDecoder(WINDOW_EXPONENT, position > 0 ? state : undefined);
  let from = 0;
  try {
    for (let at = history; at < raw.byteLength; at += FRAME) {
      const size = Math.min(FRAME, raw.byteLength - at);
      const end = from + 8 + bytes.readUInt16LE(from + 4);
      if (bytes.readUInt16LE(from + 6) !== size) throw new Error(`the record at byte ${from} stands for other bytes`);
      const frame = decoder.decodeFrame(bytes.subarray(from + 8, end), size, true);
      if (!frame.equals(found.subarray(at, at + size))) throw new Error(`the frame at byte ${at} differs`);
      undoCalls(frame, position - history + at, translation);
      if (!frame.equals(raw.subarray(at, at + size))) throw new Error(`calls in the frame at byte ${at} differ`);
      from = end;
    }
    if (from !== bytes.length) throw new Error(`${bytes.length - from} bytes too many`);
  } catch (cause) {
    throw differs('lzx', cause);
  }
}
