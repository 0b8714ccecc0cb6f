import { existsSync } from 'node:fs';
import path from 'node:path';
import { readJsonObject } from '../manifest/read-json.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Arch, System } from '../model/target.ts';
import { installHint } from './foreign-addons.ts';

/** A package that a program may load. Folders are relative to the project, with `/`. */
export interface InstalledPackage {
  /** Where it is looked for: `node_modules/x`, `packages/a/node_modules/x`. */
  folder: string;
  /** Where it really is, when that is a link to a package of the project's own workspace: `packages/x`. */
  linked?: string;
}

/** An entry of package-lock.json (npm's documentation, package-lock.json, "packages"). */
interface LockedPackage {
  dev?: boolean;
  link?: boolean;
  resolved?: string;
  optional?: boolean;
  /** Somebody in production wants it too, but can do without. */
  devOptional?: boolean;
  os?: readonly string[];
  cpu?: readonly string[];
  libc?: readonly string[];
}
interface Machine {
  os: string;
  cpu: string;
  libc: string;
}

const LOCK = 'package-lock.json';

/**
 * The packages that package-lock.json does not mark as for development only, and what of them is for other systems alone.
 * @throws PackwrightError when one that is needed is not there, is for another system, or is a link out of the project.
 */
export async function productionPackages(
  root: string,
  system: System,
  arch: Arch,
): Promise<{ packages: InstalledPackage[]; forOthers: string[] }> {
  const locked = await readLocked(root);
  const target = { os: system, cpu: arch, libc: system === 'linux' ? 'glibc' : '' };
  const name = `${system}-${arch}`;
  const host = { os: process.platform, cpu: process.arch, libc: '' };
  const isThere = (folder: string) => existsSync(path.join(root, folder));
  const isForAnother = locked.some(([folder, entry]) => isThere(folder) && !fits(entry, host));
  const packages: InstalledPackage[] = [];
  const forOthers: string[] = [];
  for (const [folder, entry] of locked) {
    if (entry.dev) continue;
    if (entry.link) {
      packages.push({ folder, linked: linkedFolder(root, folder, entry) });
      continue;
    }
    const isSpare = entry.optional || entry.devOptional;
    if (fits(entry, target)) {
      if (isThere(folder)) packages.push({ folder });
      else if (!isSpare) throw new PackwrightError(LOCK, `${folder} is not there`, 'run "npm install"');
      else if (!fits(entry, host) || (isForAnother && entry.cpu)) {
        // npm leaves out what does not fit the machine it runs on, or is told to install for: only the program would miss it.
        throw new PackwrightError(LOCK, `${folder} is for ${name} and not installed here`, installHint(system, arch));
      }
    } else if (isSpare) {
      if (isThere(folder)) forOthers.push(folder);
    } else {
      throw new PackwrightError(LOCK, `${folder} is not for ${name}`, `take "${arch}" out of "arches"`);
    }
  }
  return { packages: packages.sort((a, b) => (a.folder < b.folder ? -1 : 1)), forOthers: forOthers.sort() };
}

/** What lies in node_modules, of the project or of its linked packages. */
async function readLocked(root: string): Promise<[string, LockedPackage][]> {
  const file = path.join(root, LOCK);
  if (!existsSync(file)) throw new PackwrightError(LOCK, 'it is missing', 'run "npm install" to write it');
  const lock: { packages?: Record<string, LockedPackage> } = await readJsonObject(file);
  if (!lock.packages)
    throw new PackwrightError(LOCK, 'it is of an old form without "packages"', 'write it anew with npm 7 or newer');
  const all = Object.entries(lock.packages);
  const linked = all.filter(([, { link, dev }]) => link && !dev).map(([, { resolved = '' }]) => `${resolved}/`);
  return all.filter(([folder]) => /(^|\/)node_modules\//.test(folder) && isBelow(folder, ['node_modules/', ...linked]));
}

function isBelow(folder: string, starts: readonly string[]): boolean {
  return starts.some((start) => folder.startsWith(start));
}

function linkedFolder(root: string, folder: string, { resolved = '' }: LockedPackage): string {
  const linked = path.posix.normalize(resolved);
  if (linked === '.' || /^(\.\.(\/|$)|\/|[A-Za-z]:)/.test(linked)) {
    throw new PackwrightError(
      LOCK,
      `${folder} is a link to ${resolved || 'the project itself'}, outside the project, which cannot be shipped as it is`,
      'bundle the program (remove "bundle": false), or install the tarball that "npm pack" makes of that folder',
    );
  }
  if (existsSync(path.join(root, linked, 'package.json'))) return linked;
  throw new PackwrightError(LOCK, `${linked} is not there`, 'run "npm install"');
}

/** npm's rule (package.json, "os", "cpu", "libc"): in a list, or not taken out by it with `!`. */
function fits(entry: LockedPackage, machine: Machine): boolean {
  const admits = (list: readonly string[] | undefined, word: string) => {
    if (!list || word === '') return true;
    if (list.includes(`!${word}`)) return false;
    return list.includes(word) || list.includes('any') || list.every((one) => one.startsWith('!'));
  };
  return admits(entry.os, machine.os) && admits(entry.cpu, machine.cpu) && admits(entry.libc, machine.libc);
}
