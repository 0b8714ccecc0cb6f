import type { Payload } from '../../build/model/platform.ts';
import type { Product } from '../../build/model/product.ts';

/**
 * Names of the machine-readable format 1.0 where they differ from SPDX's, and licences that every Debian system holds below
 * /usr/share/common-licenses, which must be pointed to instead of repeated (Debian Policy 12.5).
 */
const LICENCES: Readonly<Record<string, { name: string; common?: string }>> = {
  MIT: { name: 'Expat' },
  'Apache-2.0': { name: 'Apache-2.0', common: 'Apache-2.0' },
  'GPL-2.0-only': { name: 'GPL-2', common: 'GPL-2' },
  'GPL-2.0-or-later': { name: 'GPL-2+', common: 'GPL-2' },
  'GPL-3.0-only': { name: 'GPL-3', common: 'GPL-3' },
  'GPL-3.0-or-later': { name: 'GPL-3+', common: 'GPL-3' },
  'LGPL-2.1-only': { name: 'LGPL-2.1', common: 'LGPL-2.1' },
  'LGPL-2.1-or-later': { name: 'LGPL-2.1+', common: 'LGPL-2.1' },
  'LGPL-3.0-only': { name: 'LGPL-3', common: 'LGPL-3' },
  'LGPL-3.0-or-later': { name: 'LGPL-3+', common: 'LGPL-3' },
  'MPL-2.0': { name: 'MPL-2.0', common: 'MPL-2.0' },
};

/** Debian's copyright file, https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
export function renderCopyright(product: Product, payload: Payload, notices: string): string {
  const licence = LICENCES[product.licence] ?? {
    name: product.licence.replace(/\bOR\b/g, 'or').replace(/\bAND\b/g, 'and'),
  };
  const pointer = `The full text is in /usr/share/common-licenses/${licence.common} on Debian systems.`;
  const text = licence.common === undefined ? (payload.licenceText ?? `See ${product.homepage}`) : pointer;
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${product.title}
Upstream-Contact: ${product.maintainer.name} <${product.maintainer.email}>
Source: ${product.homepage}
Comment: What the programs bundle has licences of its own; they are in
 ${notices}

Files: *
Copyright: ${product.copyright.replace(/^copyright\s+(?:\(c\)|©)?\s*/i, '')}
License: ${licence.name}
${indentText(text)}`;
}

/** A multi-line field: each line begins with a space, an empty one is a lone full stop. */
function indentText(text: string): string {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.map((line) => ` ${line.trim() === '' ? '.' : line.trimEnd()}\n`).join('');
}
