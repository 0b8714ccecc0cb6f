import { posix } from 'node:path';
import { PackwrightError } from '../model/errors.ts';
import type { Entry, FileTree } from '../model/file-tree.ts';
import type { Package, Placement } from '../model/package.ts';
import { elfOf, isHelper, peOf } from './machine-code.ts';
import { webOf } from './web.ts';

/** One rule over a placed tree: gives a fault for each breach. */
interface Rule {
  name: string;
  find(placement: Placement, pkg: Package): Iterable<string> | AsyncIterable<string>;
}

/** What must never be in a package, and why. */
const MUST_NOT_HAVE: readonly { pattern: RegExp; why: string }[] = [
  {
    pattern: /\/(\.git|\.svn|\.hg|\.env|\.npmrc|\.netrc|\.ssh|\.aws)(\/|$)/,
    why: 'belongs to a developer and may hold secrets',
  },
  { pattern: /\/(id_rsa|id_ed25519)$/, why: 'is a private key' },
  {
    pattern: /^(\/usr\/lib|\/ProgramFiles)?\/[^/]+\/app\/[^/]+\.map$/,
    why: 'is a source map; they are kept beside the packages',
  },
  {
    pattern: /^\/(home|root|tmp|var\/tmp|run|proc|sys|dev|usr\/local)\//,
    why: 'is not a place for packages (FHS 3.0)',
  },
];
const RUNTIME_LEAST = 1024 * 1024;
/** The loader's place: the home, and on Windows the end of a program's name. */
const RUNTIME = /^(.*)\/bin\/runtime(\.exe)?$/;
const findRuntime = (tree: FileTree) => tree.find((entry) => RUNTIME.test(entry.path));

const RULES: readonly Rule[] = [
  {
    name: 'every program has its executable, its link and its module',
    *find({ tree }, pkg) {
      const paths = new Set(tree.map((entry) => entry.path));
      const edition = pkg.product.editions.find((one) => one.name === pkg.target.edition);
      const runtime = findRuntime(tree);
      const [place, home = '', end = ''] = RUNTIME.exec(runtime?.path ?? '/bin/runtime') ?? [];
      for (const name of edition?.programs ?? []) {
        for (const path of [`${home}/bin/${name}${end}`, `${home}/app/${name}.mjs`])
          if (!paths.has(path)) yield `${path} is missing`;
      }
      if (runtime?.kind !== 'file') yield `${place} is missing`;
      else if (runtime.content.size < RUNTIME_LEAST || (end === '' && runtime.mode !== 0o755))
        yield `${place} is not an executable`;
    },
  },
  {
    name: 'every page for browsers is there',
    *find({ tree }, pkg) {
      const edition = pkg.product.editions.find((one) => one.name === pkg.target.edition);
      for (const { folder } of edition ? webOf(pkg.product, edition) : [])
        if (!tree.some((entry) => entry.path.endsWith(`/app/${folder}/index.html`)))
          yield `app/${folder}/index.html is missing`;
    },
  },
  {
    name: 'the licence and the notices travel along',
    *find({ tree }) {
      for (const word of ['copyright', 'LICENSE', 'NOTICES']) {
        const found = tree.some(
          (entry) => entry.path.toLowerCase().includes(word.toLowerCase()) && entry.kind === 'file',
        );
        if (word === 'NOTICES' && !found) yield 'no file with the third-party notices';
        if (word === 'LICENSE' && !found && !tree.some((entry) => entry.path.endsWith('/copyright')))
          yield 'no licence text';
      }
    },
  },
  {
    name: 'nothing that must not be there',
    *find({ tree }, pkg) {
      for (const { path, layer } of tree) {
        const base = pkg.target.format === 'oci' && layer === 'base'; // an image holds a whole system's folders
        for (const { pattern, why } of MUST_NOT_HAVE) if (!base && pattern.test(path)) yield `${path} ${why}`;
      }
    },
  },
  {
    name: 'modes are safe',
    *find({ tree }, pkg) {
      for (const entry of tree) {
        if (entry.kind === 'link' || isSharedFolder(entry, pkg)) continue;
        if ((entry.mode & 0o7000) !== 0) yield `${entry.path} has special mode bits (${entry.mode.toString(8)})`;
        if ((entry.mode & 0o022) !== 0) yield `${entry.path} can be written by others (${entry.mode.toString(8)})`;
      }
    },
  },
  {
    name: 'links lead to something',
    *find({ tree, lifecycle }, pkg) {
      const paths = new Set(tree.map((entry) => entry.path));
      const folders = new Set(tree.map((entry) => posix.dirname(entry.path)));
      for (const entry of tree) {
        if (entry.kind !== 'link' || entry.layer === 'base') continue;
        const target = posix.resolve(posix.dirname(entry.path), entry.to);
        const made = lifecycle.alternatives.some((one) => one.link === target);
        if (!paths.has(target) && !folders.has(target) && !made)
          yield `${entry.path} points to ${target}, which is not in ${pkg.name}`;
      }
    },
  },
  {
    name: 'machine code is for the right processor and has no library search path of its own',
    async *find({ tree, arch }) {
      const isWindows = findRuntime(tree)?.path.endsWith('.exe');
      for (const entry of tree) {
        if (entry.kind !== 'file' || entry.layer === 'base') continue;
        const pe = isWindows && !isHelper(entry.path) && (await peOf(entry.path, entry.content));
        if (pe && pe.arch !== arch) yield `${entry.path} is for ${pe.arch}, not ${arch}`;
        const elf = await elfOf(entry.path, entry.content);
        if (!elf) continue;
        if (elf.arch !== arch) yield `${entry.path} is for ${elf.arch}, not ${arch}`;
        if (elf.runpath && !elf.runpath.startsWith('$ORIGIN'))
          yield `${entry.path} searches libraries in ${elf.runpath}`;
      }
    },
  },
];

/** An image's volume must be usable by whatever account it is run as. */
function isSharedFolder(entry: Entry, pkg: Package): boolean {
  return pkg.target.format === 'oci' && entry.kind === 'dir';
}

/**
 * Holds every rule against a package before it is written.
 * @throws PackwrightError listing every breach.
 */
export async function checkPackage(pkg: Package): Promise<void> {
  const faults: string[] = [];
  for (const placement of pkg.placements) {
    for (const rule of RULES) {
      for await (const fault of rule.find(placement, pkg)) faults.push(`${fault} (rule: ${rule.name})`);
    }
  }
  if (faults.length > 0) throw new PackwrightError(pkg.target.id, `it breaks its rules:\n  ${faults.join('\n  ')}`);
}

/** Files and their bytes, for progress lines. */
export function measureTree(tree: FileTree): { files: number; bytes: number } {
  const files = tree.filter((entry) => entry.kind === 'file');
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.content.size, 0) };
}
