import type { Entry, Role } from '../../build/model/file-tree.ts';
import type { Payload, PayloadFile } from '../../build/model/platform.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { textFile } from './entries.ts';
import type { Places } from './places.ts';

/** Icons go where desktops look for them (desktop-entry.ts), not beside the programs. */
export const ICON_FILE = /^icon(?:-(\d{2,4}))?\.(svg|png)$/;

/** The programs and what they load, below /usr/lib; and the file by which the editions that replace each other know who is there. */
export function placePayload(product: Product, edition: Edition, payload: Payload, places: Places): Entry[] {
  const entries: Entry[] = [editionMarker(product, edition, places)];
  for (const file of payload.files) {
    if (ICON_FILE.test(file.path)) continue;
    const path = file.path.startsWith('/') ? file.path : `${places.lib}/${file.path}`;
    const role = roleOf(product, file);
    if (file.kind === 'link') {
      entries.push({ path, role, kind: 'link', to: file.to, layer: file.layer });
    } else {
      entries.push({
        path,
        role,
        kind: 'file',
        mode: file.executable ? 0o755 : 0o644,
        content: file.content,
        layer: file.layer,
      });
    }
  }
  return entries;
}

export function markerPath(home: string, edition: string): string {
  return `/usr/lib/${home}/edition-${edition}`;
}

function editionMarker(product: Product, edition: Edition, places: Places): Entry {
  return textFile(markerPath(places.home, edition.name), 'data', `${edition.package} ${product.version}\n`);
}

function roleOf(product: Product, file: PayloadFile): Role {
  const extra = product.files?.find(({ to }) => file.path === to || file.path.startsWith(`${to}/`));
  if (extra) return extra.role ?? 'data';
  if (file.path.startsWith('bin/')) return 'program';
  return file.path.endsWith('.node') ? 'library' : 'data';
}
