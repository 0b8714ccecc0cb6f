/** Reads the answer to PROPFIND with depth 1 (RFC 4918, 9.1 and 13). */
import { readXml } from '../http/xml.ts';
import type { RemoteEntry } from '../storage.ts';

/** @param root path of the folder as it was asked for, decoded, with a slash at its end */
export async function readMultistatus(
  body: AsyncIterable<Uint8Array>,
  root: string,
  where: string,
): Promise<RemoteEntry[]> {
  const entries: RemoteEntry[] = [];
  let found = { href: '', size: 0, modified: Number.NaN, isFolder: false };
  let isOfProperties = false;
  await readXml(body, where, {
    open(name) {
      if (name === 'response') found = { href: '', size: 0, modified: Number.NaN, isFolder: false };
      if (name === 'propstat') isOfProperties = true;
      if (name === 'collection') found.isFolder = true;
    },
    close(name, text) {
      if (name === 'propstat') isOfProperties = false;
      else if (name === 'href' && !isOfProperties && found.href === '') found.href = text;
      else if (name === 'getcontentlength' && /^\d+$/.test(text)) found.size = Number(text);
      else if (name === 'getlastmodified') found.modified = Date.parse(text);
      else if (name === 'response') {
        const own = nameOf(found.href, root);
        if (own === undefined) return;
        const { size, modified, isFolder } = found;
        entries.push({
          name: own,
          size,
          ...(Number.isNaN(modified) ? {} : { modified }),
          ...(isFolder ? { isFolder } : {}),
        });
      }
    },
  });
  return entries;
}

/** The last part of a path or address; undefined for the folder itself, and for what is not in it. */
function nameOf(href: string, root: string): string | undefined {
  const path = decode(href.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')).replace(/\/+$/, '');
  // Behind a proxy the server may know the folder by another path: one more part than the folder itself is what counts.
  const at = path.lastIndexOf('/');
  const [above, name] = [path.slice(0, at + 1), path.slice(at + 1)];
  if (name === '' || `${path}/` === root) return undefined;
  return above === root || root.endsWith(above) || above.endsWith(root) ? name : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
