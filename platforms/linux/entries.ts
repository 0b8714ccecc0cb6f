import { gzipSync } from 'node:zlib';
import { bytesContent } from '../../build/model/content.ts';
import type { DirEntry, Entry, FileEntry, LinkEntry, Role } from '../../build/model/file-tree.ts';

/** A generated text, readable by everybody. */
export function textFile(path: string, role: Role, text: string): FileEntry {
  return { path, role, kind: 'file', mode: 0o644, layer: 'app', content: bytesContent(text) };
}

/** A generated text as gzip (RFC 1952): no name, no time, "Unix" as the system whatever the host, so that the bytes are the same everywhere. */
export function gzipFile(path: string, role: Role, text: string): FileEntry {
  const bytes = gzipSync(text, { level: 9 });
  bytes.fill(0, 4, 8); // MTIME
  bytes[9] = 3; // OS
  return { path, role, kind: 'file', mode: 0o644, layer: 'app', content: bytesContent(bytes) };
}

export function symbolicLink(path: string, to: string): LinkEntry {
  return { path, role: 'program', kind: 'link', to, layer: 'app' };
}

/** The folders that lead to `entries`, from each of `roots` downwards, roots included: what the package itself must own. */
export function foldersBelow(roots: readonly string[], entries: readonly Entry[]): DirEntry[] {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const root = roots.find((candidate) => path.startsWith(`${candidate}/`));
    if (root === undefined) continue;
    for (let folder = parentOf(path); folder.length >= root.length; folder = parentOf(folder)) folders.add(folder);
  }
  return [...folders].map((path) => ({ path, role: 'data', kind: 'dir', mode: 0o755 }));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
