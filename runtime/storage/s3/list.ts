/** One page of a list of objects, of either version (ListObjects, ListObjectsV2). */
import { readXml } from '../http/xml.ts';
import type { RemoteEntry } from '../storage.ts';

export interface Page {
  entries: RemoteEntry[];
  /** Where the next page begins; undefined behind the last. */
  next: string | undefined;
}

/** @param folder what the keys begin with, which is taken off */
export async function readPage(body: AsyncIterable<Uint8Array>, folder: string, where: string): Promise<Page> {
  const found: { key: string; size?: number; modified?: number }[] = [];
  const top = new Map<string, string>();
  let object = new Map<string, string>();
  await readXml(body, where, {
    open(name) {
      if (name === 'Contents' || name === 'CommonPrefixes') object = new Map();
    },
    close(name, text, depth) {
      if (depth === 2 && name === 'Contents') {
        const modified = Date.parse(object.get('LastModified') ?? '');
        found.push({
          key: object.get('Key') ?? '',
          size: Number(object.get('Size') ?? 0),
          ...(Number.isNaN(modified) ? {} : { modified }),
        });
      } else if (depth === 2 && name === 'CommonPrefixes') {
        found.push({ key: object.get('Prefix') ?? '' });
      } else if (depth === 2) top.set(name, text);
      else if (depth === 3) object.set(name, text);
    },
  });
  // A server that does not encode says nothing of it.
  const read = top.get('EncodingType') === 'url' ? decode : (text: string) => text;
  const entries: RemoteEntry[] = [];
  for (const { key, size, ...rest } of found) {
    const name = nameBelow(size === undefined ? read(key).replace(/\/$/, '') : read(key), folder);
    if (name !== undefined)
      entries.push({ name, size: size ?? 0, ...rest, ...(size === undefined ? { isFolder: true } : {}) });
  }
  if (top.get('IsTruncated') !== 'true') return { entries, next: undefined };
  const token = top.get('NextContinuationToken');
  const last = found
    .map(({ key }) => read(key))
    .reduce((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a), '');
  return { entries, next: token ?? (top.has('NextMarker') ? read(top.get('NextMarker')!) : last) };
}

function nameBelow(key: string, folder: string): string | undefined {
  if (!key.startsWith(folder)) return undefined;
  const name = key.slice(folder.length);
  return name === '' || name.includes('/') ? undefined : name;
}

/** `encoding-type=url`: a plus is a space. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
