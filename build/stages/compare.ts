import type { Entry } from '../model/file-tree.ts';
import type { FactEntry, Package, PackageFacts } from '../model/package.ts';

/**
 * What differs between a package as it was meant and as it was read back from its bytes: one line each, none when all is well.
 * The reader may find more directories than were asked for (parents), and files that the format itself makes.
 */
export function* compareFacts(pkg: Package, facts: PackageFacts, ownFiles: readonly string[] = []): Generator<string> {
  if (facts.name !== pkg.name) yield `its name is ${facts.name}, not ${pkg.name}`;
  for (const placement of pkg.placements) {
    const found = facts.trees.find((tree) => tree.arch === placement.arch);
    if (!found) {
      yield `it holds nothing for ${placement.arch}`;
      continue;
    }
    const read = new Map(found.entries.map((entry) => [entry.path, entry]));
    for (const entry of placement.tree) {
      const other = read.get(entry.path);
      read.delete(entry.path);
      if (!other) yield `${entry.path} is missing`;
      else yield* compareEntry(entry, other);
    }
    for (const extra of read.values()) {
      if (extra.kind !== 'dir' && !ownFiles.includes(extra.path)) yield `${extra.path} was never asked for`;
    }
  }
}

function* compareEntry(meant: Entry, read: FactEntry): Generator<string> {
  const differs = (what: string, a: unknown, b: unknown) => `${meant.path}: its ${what} is ${b}, not ${a}`;
  if (read.kind !== meant.kind) {
    yield differs('kind', meant.kind, read.kind);
    return;
  }
  const owner = meant.owner?.user ?? 'root';
  if (read.user !== owner && read.user !== String(meant.owner?.uid ?? 0)) yield differs('owner', owner, read.user);
  if (meant.kind === 'link') {
    if (read.to !== meant.to) yield differs('target', meant.to, read.to);
    return;
  }
  if (read.mode !== meant.mode) yield differs('mode', meant.mode.toString(8), read.mode.toString(8));
  if (meant.kind !== 'file' || read.flags.includes('ghost')) return;
  if (read.size !== meant.content.size) yield differs('size', meant.content.size, read.size);
  if (read.sha256 !== meant.content.sha256) yield differs('SHA-256', meant.content.sha256, read.sha256);
}
