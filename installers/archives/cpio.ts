// The "new ASCII" cpio format (SVR4, magic 070701): cpio(5). A header of 13 eight-digit hexadecimal fields behind a six-byte magic,
// the name with its NUL padded to 4 bytes, the data padded to 4 bytes; a member named TRAILER!!! ends the archive.
import { PackwrightError } from '../../build/model/errors.ts';
import { byteCursor } from './byte-cursor.ts';

/** What a member's header says. Sizes in bytes, `mtime` in seconds since 1970. */
export interface CpioMember {
  name: string;
  ino: number;
  /** File type and permissions, as in `st_mode`. */
  mode: number;
  nlink: number;
  mtime: number;
  size: number;
}

const MAGIC = '070701';
const HEADER_SIZE = 110;
const TRAILER = 'TRAILER!!!';
/** The largest size an eight-digit field can say: 4 GiB less one byte. */
export const CPIO_MAX_SIZE = 0xffffffff;
/** Linux's PATH_MAX; a longer name is taken for damage. */
const MAX_NAME = 4096;
/** cpio pads archives to a block, of 512 bytes unless told; more is no padding. */
const MAX_PADDING = 1 << 16;

/** A member's header and name, padded. The owner is 0:0 and the device 0:1: a consumer that needs owners has them from elsewhere. */
export function encodeCpioHeader(member: CpioMember): Buffer {
  const name = Buffer.from(`${member.name}\0`);
  const numbers = [member.ino, member.mode, 0, 0, member.nlink, member.mtime, member.size, 0, 1, 0, 0, name.length, 0];
  const header = Buffer.from(MAGIC + numbers.map((number) => number.toString(16).padStart(8, '0')).join(''));
  return Buffer.concat([header, name, cpioPadding(HEADER_SIZE + name.length)]);
}

/** The NUL bytes that follow `size` bytes of data. */
export function cpioPadding(size: number): Buffer {
  return Buffer.alloc((4 - (size % 4)) % 4);
}

/** The member that ends an archive. */
export function encodeCpioTrailer(): Buffer {
  return encodeCpioHeader({ name: TRAILER, ino: 0, mode: 0, nlink: 1, mtime: 0, size: 0 });
}

/** One member as it is read: the data is to be read before the next member is asked for; what is left then is skipped. */
export interface CpioReadMember extends CpioMember {
  data: AsyncIterable<Uint8Array>;
}

/**
 * The members of an archive, streamed. Bytes after the trailer must be zero.
 * @throws PackwrightError naming the offset in the archive where it is damaged or ends early.
 */
export async function* readCpio(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<CpioReadMember> {
  const cursor = byteCursor(bytes, where);
  try {
    for (;;) {
      const member = await readMember(() => cursor.position, cursor.take, where);
      if (member.name === TRAILER) break;
      const data = cursor.run(member.size);
      yield { ...member, data: data.bytes };
      await data.skip();
      await cursor.take(-member.size & 3);
    }
    const end = cursor.position;
    for await (const chunk of cursor.rest()) {
      if (chunk.some((byte) => byte !== 0) || cursor.position - end > MAX_PADDING) {
        throw damaged(where, end, 'data follows the end of the cpio archive');
      }
    }
  } finally {
    await cursor.close();
  }
}

async function readMember(
  position: () => number,
  take: (length: number) => Promise<Buffer>,
  where: string,
): Promise<CpioMember> {
  const start = position();
  const header = (await take(HEADER_SIZE)).toString('latin1');
  if (!header.startsWith(MAGIC)) throw damaged(where, start, 'no cpio member of the format "newc" begins here');
  if (!/^[0-9a-fA-F]+$/.test(header)) throw damaged(where, start, 'a cpio header has a digit that is not hexadecimal');
  const field = (index: number) => Number.parseInt(header.slice(6 + index * 8, 14 + index * 8), 16);
  const nameSize = field(11);
  if (nameSize < 2 || nameSize > MAX_NAME) throw damaged(where, start, `a cpio name has ${nameSize} bytes`);
  const name = (await take(nameSize + (-(HEADER_SIZE + nameSize) & 3))).subarray(0, nameSize);
  if (name.indexOf(0) !== nameSize - 1) throw damaged(where, start, 'a cpio name does not end with its only NUL');
  return {
    name: name.toString('utf8', 0, nameSize - 1),
    ino: field(0),
    mode: field(1),
    nlink: field(4),
    mtime: field(5),
    size: field(6),
  };
}

function damaged(where: string, offset: number, what: string): PackwrightError {
  return new PackwrightError(
    where,
    `${what} (byte ${offset} of the unpacked payload)`,
    'the file is damaged; get it again',
  );
}
