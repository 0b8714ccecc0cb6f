/** Pax extended header records: `LENGTH KEY=VALUE\n`, LENGTH in decimal and counting itself (POSIX.1-2017 pax, "Extended Header"). */
import { PackwrightError } from '../../build/model/errors.ts';

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Keys whose values are bytes, not text: never needed here, never decoded. */
const BINARY = ['SCHILY.xattr.', 'LIBARCHIVE.xattr.'];

/** @throws PackwrightError when a record is longer than the header, has no key or is not UTF-8. */
export function parsePaxRecords(header: Buffer, where: string): Map<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < header.length; ) {
    const space = header.indexOf(SPACE, start);
    const digits = space < 0 || space - start > 7 ? '' : header.toString('latin1', start, space);
    const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
    const end = start + length;
    const equals = header.indexOf(EQUALS, space + 1);
    if (
      length === 0 ||
      end > header.length ||
      end <= space ||
      equals < 0 ||
      equals >= end ||
      header[end - 1] !== NEWLINE
    ) {
      throw new PackwrightError(where, `the pax record at byte ${start} of its header is broken`);
    }
    const key = header.toString('latin1', space + 1, equals);
    if (!BINARY.some((prefix) => key.startsWith(prefix))) {
      records.set(key, decode(header.subarray(equals + 1, end - 1), key, where));
    }
    start = end;
  }
  return records;
}

function decode(value: Uint8Array, key: string, where: string): string {
  try {
    return UTF8.decode(value);
  } catch (cause) {
    throw new PackwrightError(where, `the pax record "${key}" is not UTF-8`, '', cause);
  }
}
