import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import type { FileEntry } from '../../build/model/file-tree.ts';
import type { Package, Placement } from '../../build/model/package.ts';
import type { WindowsFacts } from '../../build/model/windows-facts.ts';
import { componentId, keyOf, productCode, shortNames } from './identifiers.ts';
import { describeValue } from './rows.ts';
import { productVersion } from './version.ts';

/** A file with its keys. `sequence` is its place in the cabinet, from 1. */
export interface PlannedFile {
  key: string;
  component: string;
  componentId: string;
  directory: string;
  /** As File.FileName has it. */
  name: string;
  sequence: number;
  /** Alone in its folder of the cabinet, so that its compressed form can be used again. */
  isAlone: boolean;
  entry: FileEntry;
}

export interface PlannedDirectory {
  key: string;
  parent: string;
  /** As Directory.DefaultDir has it. */
  name: string;
  path: string;
}

/** What all tables of one database are made of. */
export interface Plan {
  pkg: Package;
  placement: Placement;
  windows: WindowsFacts;
  version: string;
  productCode: string;
  files: readonly PlannedFile[];
  directories: readonly PlannedDirectory[];
}

/** Places of the system by the first folder of a path ("System Folder Properties"). */
const SYSTEM_FOLDERS: Readonly<Record<string, string>> = {
  '/ProgramFiles': 'ProgramFiles64Folder',
  '/ProgramData': 'CommonAppDataFolder',
};
/** What a person may choose is a public property: the folder of the programs. */
export const INSTALL_FOLDER = 'INSTALLFOLDER';
export const STATE_FOLDER = 'STATEFOLDER';
/** Every file is of this feature, which cannot be left out. */
export const MAIN_FEATURE = 'Main';
/** A file of this size or more is compressed alone. */
const LARGE = 1 << 20;

/** @throws PackwrightError when the package is not one for Windows. */
export function planDatabase(pkg: Package): Plan {
  const placement = pkg.placements[0];
  const windows = placement?.windows;
  if (!placement || !windows) throw new PackwrightError(pkg.target.id, 'it was not placed for Windows');
  const version = productVersion(pkg.version, pkg.target.id);
  const directories = planDirectories(placement, windows);
  return {
    pkg,
    placement,
    windows,
    version,
    productCode: productCode(windows.upgradeCode, placement.arch, `${pkg.product.version} ${contentDigest(placement)}`),
    files: planFiles(placement, windows, directories),
    directories,
  };
}

/** Of every path and content and of all settings: packages that differ in any are different products, which take each other's place. */
function contentDigest({ tree, windows }: Placement): string {
  const hash = createHash('sha256').update(describeValue(windows));
  for (const entry of tree) hash.update(`${entry.path} ${entry.kind === 'file' ? entry.content.sha256 : ''}\n`);
  return hash.digest('hex');
}

/** The key of the component that holds the file at `path`. */
export function componentOf(plan: Plan, path: string): string {
  return fileAt(plan, path).component;
}

export function fileAt(plan: Plan, path: string): PlannedFile {
  const file = plan.files.find(({ entry }) => entry.path === path);
  if (!file) throw new PackwrightError(plan.pkg.target.id, `${path} is not in the package`, 'this is a defect');
  return file;
}

/** The key of the directory at `path`. */
export function directoryAt(plan: Plan, path: string): string {
  const directory = plan.directories.find((one) => one.path === path);
  if (!directory) throw new PackwrightError(plan.pkg.target.id, `the folder ${path} is not in the package`);
  return directory.key;
}

function planDirectories(placement: Placement, windows: WindowsFacts): PlannedDirectory[] {
  const paths = new Set<string>([windows.folder, windows.state]);
  for (const { path } of placement.tree) for (const folder of foldersOf(path)) paths.add(folder);
  const sorted = [...paths].sort();
  const names = new Map<string, Map<string, string>>();
  for (const path of sorted) {
    const parent = parentOf(path);
    if (!names.has(parent))
      names.set(parent, shortNames(sorted.filter((one) => parentOf(one) === parent).map((one) => nameOf(one))));
  }
  const keys: Record<string, string> = { [windows.folder]: INSTALL_FOLDER, [windows.state]: STATE_FOLDER };
  const key = (path: string) => keys[path] ?? keyOf('d', path.slice(windows.folder.length + 1));
  return sorted.map((path) => ({
    key: key(path),
    parent: SYSTEM_FOLDERS[parentOf(path)] ?? key(parentOf(path)),
    name: names.get(parentOf(path))?.get(nameOf(path)) ?? nameOf(path),
    path,
  }));
}

function planFiles(placement: Placement, windows: WindowsFacts, directories: readonly PlannedDirectory[]) {
  const entries = placement.tree.filter((entry) => entry.kind === 'file');
  if (entries.length !== placement.tree.length) {
    const other = placement.tree.find((entry) => entry.kind !== 'file');
    throw new PackwrightError(other?.path ?? '', 'it is no file, and packages for Windows hold files alone');
  }
  // Small files first: a reader has the texts before it comes to the large executables.
  const order = [...entries.filter((one) => !isLarge(one)), ...entries.filter(isLarge)];
  const names = new Map<string, Map<string, string>>();
  return order.map((entry, index): PlannedFile => {
    const parent = parentOf(entry.path);
    const beside =
      names.get(parent) ??
      shortNames(entries.filter((one) => parentOf(one.path) === parent).map((one) => nameOf(one.path)));
    names.set(parent, beside);
    const path = entry.path.slice(windows.folder.length + 1);
    const directory = directories.find((one) => one.path === parent);
    return {
      key: keyOf('f', path),
      component: keyOf('c', path),
      componentId: componentId(windows.upgradeCode, placement.arch, path),
      directory: directory?.key ?? '',
      name: beside.get(nameOf(entry.path)) ?? nameOf(entry.path),
      sequence: index + 1,
      isAlone: isLarge(entry),
      entry,
    };
  });
}

function isLarge(entry: FileEntry): boolean {
  return entry.content.size >= LARGE;
}

/** Every folder on the way to `path` below the place of the system. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.slice(1).map((_, index) => `/${parts.slice(0, index + 2).join('/')}`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
