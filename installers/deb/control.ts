/** The control file of a binary package (Debian Policy 5.3, deb-control(5)). */
import { PackwrightError } from '../../build/model/errors.ts';
import type { Entry, FileTree } from '../../build/model/file-tree.ts';
import type { Package, Placement } from '../../build/model/package.ts';
import { foldWords } from './fold.ts';
import { libraryDepends } from './libraries.ts';
import { debVersion } from './version.ts';

/**
 * @param architecture in Debian's word.
 * @param installedKib the Installed-Size, in KiB.
 * @throws PackwrightError when a value cannot stand in its field.
 */
export function renderControl(
  pkg: Package,
  placement: Placement,
  architecture: string,
  installedKib: number,
  where: string,
): string {
  const { product } = pkg;
  const { relations } = placement;
  const depends = new Set([...libraryDepends(relations.libraries, where), ...relations.depends]);
  const conflicts = new Set([...relations.replaces, ...relations.conflicts]);
  const fields: [string, string][] = [
    ['Package', pkg.name],
    ['Version', debVersion(pkg.version)],
    ['Architecture', architecture],
    ['Maintainer', `${product.maintainer.name} <${product.maintainer.email}>`],
    ['Installed-Size', String(installedKib)],
    ['Depends', [...depends].join(', ')],
    ['Conflicts', [...conflicts].sort().join(', ')],
    ['Replaces', [...new Set(relations.replaces)].sort().join(', ')],
    ['Section', product.section ?? 'utils'],
    ['Priority', 'optional'],
    ['Homepage', product.homepage],
  ];
  checkName(pkg.name, where);
  checkRelations([...depends, ...conflicts], where);
  const lines: string[] = [];
  for (const [name, value] of fields) {
    if (/[\n\r\0]/.test(value))
      throw new PackwrightError(where, `the field ${name} has a line end`, 'keep it on one line');
    if (value !== '') lines.push(`${name}: ${value}`);
  }
  return [...lines, ...describe(pkg, where), ''].join('\n');
}

/** One package with what is asked of its version and architecture, or alternatives between bars (Policy 7.1). */
const RELATION = (() => {
  const one = '[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?( ?\\((<<|<=|=|>=|>>) ?[0-9A-Za-z.+~:-]+\\))?';
  return new RegExp(`^${one}( ?\\| ?${one})*$`);
})();

/** dpkg reads a field as a whole: one relation that is none makes a package that nobody can install. */
function checkRelations(relations: Iterable<string>, where: string): void {
  for (const text of relations) {
    if (RELATION.test(text)) continue;
    const what = `${JSON.stringify(text)} is no Debian relation`;
    throw new PackwrightError(where, what, 'write it like "name", "name (>= 1.2)" or "name | other"');
  }
}

/** Policy 5.6.7: lower case letters, digits and `+-.`, at least two characters. */
function checkName(name: string, where: string): void {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return;
  throw new PackwrightError(where, `"${name}" is not a Debian package name`, 'use lower case letters, digits and +-.');
}

/** Synopsis, then the product's paragraphs, folded; a line with a full stop alone stands for an empty one. */
function describe(pkg: Package, where: string): string[] {
  const synopsis = pkg.summary.trim();
  if (synopsis === '' || /[\n\r\0]/.test(synopsis)) {
    throw new PackwrightError(
      where,
      'the summary is empty or has a line end',
      "give the edition's summary in one line",
    );
  }
  const paragraphs = pkg.product.description.filter((paragraph) => paragraph.trim() !== '');
  const lines = [`Description: ${synopsis}`];
  for (const paragraph of paragraphs.length > 0 ? paragraphs : [pkg.product.summary]) {
    if (lines.length > 1) lines.push(' .');
    lines.push(...foldParagraph(paragraph));
  }
  return lines;
}

/** A continuation line starts with a space; one that would start with ` .` gets a second space, which shows it as it is. */
function foldParagraph(paragraph: string): string[] {
  return foldWords(paragraph, 1).map((text) => (text.startsWith('.') ? `  ${text}` : ` ${text}`));
}

/** A file whose changes by the administrator dpkg keeps (Policy 10.7): configuration below /etc. */
export function isConffile(entry: Entry): boolean {
  return entry.kind === 'file' && entry.role === 'config' && entry.path.startsWith('/etc/');
}

/** Absolute paths, a line each (deb-conffiles(5)). */
export function renderConffiles(tree: FileTree): string {
  return tree
    .filter(isConffile)
    .map((entry) => `${entry.path}\n`)
    .join('');
}
