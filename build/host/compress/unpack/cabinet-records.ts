import { corrupt, peek, type Stretch } from './stretch.ts';

/** A CFDATA record of a cabinet ([MS-CAB] 2.4). Offsets: checksum 0, cbData 4, cbUncomp 6, data 8. */
export interface CabinetRecord {
  /** Of its header, in the stretch. */
  at: number;
  /** As it is stored; its checksum was verified, if there is one. */
  data: Buffer;
  /** Bytes that it stands for. */
  rawSize: number;
}

const HEADER = 8;
const FULL = 32768;
/** What common readers accept; no method takes more. */
const LARGEST = FULL + 6144;
const WINDOW = 1 << 20;

/**
 * The records of one folder, which are the whole stretch. `data` is good until the next is asked for.
 * @throws PackwrightError on a record that is cut off or too large, on a wrong checksum, on less than 32 KiB before the last record.
 */
export async function* readCabinetRecords(stretch: Stretch, method: string): AsyncGenerator<CabinetRecord> {
  let windowAt = 0;
  let window: Buffer = Buffer.alloc(0);
  async function bytesAt(at: number, length: number): Promise<Buffer> {
    if (at + length > windowAt + window.length) {
      windowAt = at;
      window = await peek(stretch, at, Math.max(length, WINDOW));
    }
    if (length > window.length - (at - windowAt)) throw corrupt(stretch, method, at, 'it ends inside a record');
    return window.subarray(at - windowAt, at - windowAt + length);
  }

  for (let at = 0; at < stretch.length; ) {
    const header = await bytesAt(at, HEADER);
    const stored = header.readUInt32LE(0);
    const sizes = header.readUInt32LE(4);
    const size = header.readUInt16LE(4);
    const rawSize = header.readUInt16LE(6);
    if (size === 0 || size > LARGEST || rawSize === 0 || rawSize > FULL) {
      throw corrupt(stretch, method, at, `a record of ${size} bytes cannot stand for ${rawSize}`);
    }
    const end = at + HEADER + size;
    if (rawSize < FULL && end < stretch.length) throw corrupt(stretch, method, at, 'a record before the last is short');
    const data = await bytesAt(at + HEADER, size);
    // Zero says that nobody took one.
    if (stored !== 0 && stored !== (xorWords(data) ^ sizes) >>> 0) {
      throw corrupt(stretch, method, at, 'the checksum of a record differs');
    }
    yield { at, data, rawSize };
    at = end;
  }
}

/** [MS-CAB] 3.1. */
function xorWords(data: Buffer): number {
  let sum = 0;
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) sum ^= data.readInt32LE(at);
  const rest = data.length - whole;
  // One to three bytes, the first of them the most significant.
  return rest === 0 ? sum : sum ^ data.readUIntBE(whole, rest);
}
