import type { Content } from '../../model/content.ts';
import type { Compression } from '../../model/format.ts';
import { FRAME } from './lzx-writer.ts';
import type { Cut, CutPiece } from './piece-maker.ts';
import type { FileRange } from './source.ts';

/** A compression whose stream hangs together from first to last, so that no part of one is any use in another. */
export type FolderCompression = Compression & { method: 'lzx' };

export function isOfFolders(compression: Compression): compression is FolderCompression {
  return compression.method === 'lzx';
}

/** Raised when the rule below cuts the same bytes elsewhere. */
const RULE = 1;
/** What a piece gets to see of those before: half a window costs a sixteenth of the time, and less than a thousandth of the size. */
const HISTORY = 1 << 20;

/** Cuts a cabinet's folder at its frames into pieces of at most `limit` bytes, each with what stands before it as history. */
export function cutFolder(
  range: FileRange,
  { sha256, machineCode }: Pick<Content, 'sha256' | 'machineCode'>,
  { method, level }: FolderCompression,
  limit: number,
): Cut {
  const step = Math.max(1, Math.floor(limit / FRAME)) * FRAME;
  const calls = machineCode !== 'arm64';
  const pieces: CutPiece[] = [];
  for (let position = 0; position < range.length; position += step) {
    const history = Math.min(position, HISTORY);
    const length = history + Math.min(step, range.length - position);
    const source = { file: range.file, offset: range.offset + position - history, length };
    pieces.push({ source, encoding: { method, level, place: { history, position, total: range.length, calls } } });
  }
  return { sha256, pieces, key: ['folder', RULE, method, level, step, HISTORY, calls].join(' ') };
}
