/** CFDATA records ([MS-CAB] 2.4) of a folder that is not compressed: the others' are the unpacker's. */
import { PackwrightError } from '../../../build/model/errors.ts';
import type { ByteSource } from '../../../build/model/format.ts';
import type { Folder } from './tables.ts';

// Checksum 0, cbData 4, cbUncomp 6, data 8.
const RECORD_HEADER = 8;
const LARGEST_RECORD = 32768;

/** The bytes of all the folder's files. @throws PackwrightError on damage. */
export async function* readStored(source: ByteSource, { offset, length }: Folder): AsyncGenerator<Uint8Array> {
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const where = `${source.name}: byte ${at}`;
    if (end - at < RECORD_HEADER) throw new PackwrightError(where, 'a record is cut off', 'get the file again');
    const header = viewOf(await source.read(at, RECORD_HEADER));
    const size = header.getUint16(4, true);
    if (size === 0 || size > LARGEST_RECORD || size !== header.getUint16(6, true) || at + RECORD_HEADER + size > end) {
      throw new PackwrightError(where, `no record of ${size} stored bytes begins here`, 'get the file again');
    }
    const bytes = await source.read(at + RECORD_HEADER, size);
    const stored = header.getUint32(0, true);
    if (stored !== 0 && stored !== (sumWords(viewOf(bytes)) ^ header.getUint32(4, true)) >>> 0) {
      throw new PackwrightError(where, 'the checksum of a record differs', 'get the file again');
    }
    yield bytes;
    at += RECORD_HEADER + size;
  }
}

/** [MS-CAB] 3.1: exclusive or of little-endian words; one to three bytes at the end are a big-endian number. */
function sumWords(data: DataView): number {
  let sum = 0;
  let at = 0;
  for (; at + 4 <= data.byteLength; at += 4) sum ^= data.getUint32(at, true);
  let rest = 0;
  for (; at < data.byteLength; at++) rest = (rest << 8) | data.getUint8(at);
  return sum ^ rest;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
