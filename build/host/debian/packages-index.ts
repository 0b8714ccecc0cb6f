import { PackwrightError } from '../../model/errors.ts';
import type { DebianPin } from '../../model/lock.ts';
import { compareDebianVersions } from './compare-versions.ts';

const LONGEST_PARAGRAPH = 1 << 20;

/**
 * The newest version of each wanted package in a `Packages` file (Debian repository format).
 * @param bytes the file as a stream; it may hold a hundred thousand paragraphs.
 */
export async function findPackages(
  bytes: AsyncIterable<Uint8Array>,
  wanted: ReadonlySet<string>,
  where: string,
): Promise<Map<string, DebianPin>> {
  const found = new Map<string, DebianPin>();
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  const take = (paragraph: string): void => {
    const name = /^Package: (\S+)$/m.exec(paragraph)?.[1];
    if (name === undefined || !wanted.has(name)) return;
    const entry = parseParagraph(paragraph, name, where);
    const known = found.get(name);
    if (!known || compareDebianVersions(entry.version, known.version) > 0) found.set(name, entry);
  };
  for await (const chunk of bytes) {
    const paragraphs = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = paragraphs.pop()!;
    if (rest.length > LONGEST_PARAGRAPH) throw new PackwrightError(where, 'a paragraph of it has no end');
    for (const paragraph of paragraphs) take(paragraph);
  }
  take(rest);
  return found;
}

function parseParagraph(paragraph: string, name: string, where: string): DebianPin {
  const field = (key: string) => new RegExp(`^${key}: (\\S+)$`, 'm').exec(paragraph)?.[1];
  const [version, file, size, sha256] = ['Version', 'Filename', 'Size', 'SHA256'].map(field);
  if (version === undefined || file === undefined || size === undefined || sha256 === undefined) {
    throw new PackwrightError(where, `its paragraph of ${name} lacks a version, file name, size or SHA-256`);
  }
  return { package: name, version, file, size: Number(size), sha256 };
}
