import type { Content } from '../../model/content.ts';
import type { Compression } from '../../model/format.ts';
import { findCodeRange } from './code-range.ts';
import type { Encoding, Filter } from './jobs.ts';
import { MSZIP_BLOCK } from './mszip-blocks.ts';
import type { Cut, CutPiece } from './piece-maker.ts';
import { cutRange } from './segments.ts';

/** A compression that is one. */
export type PackedCompression = Compression & { method: Exclude<Encoding['method'], 'lzx'> };

/** Raised when the rule below cuts the same file elsewhere. */
const RULE = 1;

/** How a run of small parts is encoded, or a content of no particular processor. */
export function plainEncoding({ method, level }: PackedCompression): Encoding {
  if (method === 'xz') return { method, level, filter: 'none' };
  if (method === 'zstd') return { method, level, threaded: false };
  return { method, level };
}

/** Cuts a content's file into pieces of at most `limit` bytes; xz treats machine code apart from what surrounds it. */
export async function cutContent(
  content: Content,
  file: string,
  compression: PackedCompression,
  limit: number,
): Promise<Cut> {
  const { method, level } = compression;
  const pieces: CutPiece[] = [];
  const add = (offset: number, end: number, encoding: Encoding) => {
    if (end <= offset) return;
    const unit = method === 'mszip' ? MSZIP_BLOCK : undefined;
    for (const source of cutRange({ file, offset, length: end - offset }, limit, unit))
      pieces.push({ source, encoding });
  };
  const plain = plainEncoding(compression);
  const filter: Filter = content.machineCode ?? 'none';
  if (method === 'xz' && filter !== 'none') {
    const code = await findCodeRange(file, content.size);
    add(0, code.offset, plain);
    add(code.offset, code.offset + code.length, { method, level, filter });
    add(code.offset + code.length, content.size, plain);
  } else add(0, content.size, plain);
  const key = [RULE, method, level, method === 'xz' ? filter : '', limit].join(' ');
  return { sha256: content.sha256, pieces, key };
}
