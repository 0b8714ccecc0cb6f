import { createReadStream } from 'node:fs';
import { type StripPiece, stripElf } from '../elf/strip-elf.ts';
import { openSource } from '../host/byte-source.ts';

/** The bytes of an ELF file without symbols and debug information. @throws PackwrightError when it is not a sound ELF file. */
export async function* strippedBytes(file: string, name = file): AsyncIterable<Uint8Array> {
  const source = await openSource(file, name);
  try {
    for (const piece of await stripElf(source)) yield* pieceBytes(piece, file);
  } finally {
    await source.close();
  }
}

async function* pieceBytes(piece: StripPiece, file: string): AsyncIterable<Uint8Array> {
  if ('bytes' in piece) yield piece.bytes;
  else if (piece.length > 0) {
    yield* createReadStream(file, {
      start: piece.offset,
      end: piece.offset + piece.length - 1,
      highWaterMark: 1 << 20,
    });
  }
}
