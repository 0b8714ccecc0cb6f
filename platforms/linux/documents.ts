import type { Entry } from '../../build/model/file-tree.ts';
import type { Payload } from '../../build/model/platform.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { renderCopyright } from './copyright.ts';
import { textFile } from './entries.ts';
import type { Places } from './places.ts';
import { renderReadme } from './readme.ts';

/** Licences, the notices of everything bundled, and a page for the administrator. The change log is the format's business. */
export function placeDocuments(product: Product, edition: Edition, payload: Payload, places: Places): Entry[] {
  const notices = `${places.licences}/third-party-notices.txt`;
  const entries: Entry[] = [
    textFile(`${places.documents}/README`, 'doc', renderReadme(product, edition, places)),
    { path: notices, role: 'licence', kind: 'file', mode: 0o644, layer: 'app', content: payload.notices },
  ];
  if (places.family === 'deb') {
    entries.push(textFile(`${places.documents}/copyright`, 'licence', renderCopyright(product, payload, notices)));
  } else {
    entries.push({
      path: `${places.licences}/LICENSE`,
      role: 'licence',
      kind: 'file',
      mode: 0o644,
      layer: 'app',
      content: payload.licence,
    });
  }
  return entries;
}
