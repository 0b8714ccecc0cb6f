import { type Elf, looksLikeElf, readElf } from '../elf/read-elf.ts';
import { bytesSource, openSource } from '../host/byte-source.ts';
import { type Content, readContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { ByteSource } from '../model/format.ts';
import type { Payload, PayloadFile } from '../model/platform.ts';
import type { Arch, System } from '../model/target.ts';
import { looksLikePe, type PeHeaders, readPeHeaders } from '../pe/headers.ts';
import { readVersion } from '../pe/read-version.ts';
import { installHint } from './foreign-addons.ts';

/** The ELF facts of a content, or undefined when it is none. */
export async function elfOf(name: string, content: Content): Promise<Elf | undefined> {
  return readContentAs(name, content, looksLikeElf, readElf);
}

/** The headers of a content that is a program or library of Windows, or undefined when it is none. */
export async function peOf(name: string, content: Content): Promise<PeHeaders | undefined> {
  return readContentAs(name, content, looksLikePe, readPeHeaders);
}

async function readContentAs<T>(
  name: string,
  content: Content,
  looksRight: (head: Uint8Array) => boolean,
  read: (source: ByteSource) => Promise<T>,
): Promise<T | undefined> {
  if (content.size < 64) return undefined;
  if (!content.file) {
    const bytes = await readContent(content);
    return looksRight(bytes) ? read(bytesSource(name, bytes)) : undefined;
  }
  const source = await openSource(content.file, name);
  try {
    return looksRight(await source.read(0, 4)) ? await read(source) : undefined;
  } finally {
    await source.close();
  }
}

/** What the ELF files need that is not among them: sonames and symbol versions, merged and sorted. */
export async function librariesOf(files: readonly PayloadFile[], arch: Arch): Promise<Payload['libraries']> {
  const needs = new Map<string, Set<string>>();
  const own = new Set<string>();
  for (const file of files) {
    if (file.kind !== 'file') continue;
    const elf = await elfOf(file.path, file.content);
    if (!elf) continue;
    if (elf.arch !== arch) throw foreignCode(file.path, elf.arch, 'linux', arch);
    if (elf.soname) own.add(elf.soname);
    for (const { soname, versions } of elf.needed) {
      const set = needs.get(soname) ?? new Set();
      for (const version of versions) set.add(version);
      needs.set(soname, set);
    }
  }
  return [...needs.entries()]
    .filter(([soname]) => !own.has(soname))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([soname, versions]) => ({ soname, versions: [...versions].sort() }));
}

/**
 * Files of a payload for Windows: programs and libraries are for its processor, and nothing is a link, which no package of it can hold.
 * @throws PackwrightError that names the file.
 */
export async function assertWindowsFiles(files: readonly PayloadFile[], arch: Arch): Promise<void> {
  for (const file of files) {
    if (file.kind === 'link') {
      const what = `it is a link to ${file.to}, which packages for Windows cannot hold`;
      throw new PackwrightError(file.path, what, 'bundle the program, or ship what the link points to');
    }
    const pe = isHelper(file.path) ? undefined : await peOf(file.path, file.content);
    if (pe && pe.arch !== arch) throw foreignCode(file.path, pe.arch, 'win32', arch);
  }
}

/** The files with the versions that their resources say, which Windows Installer compares. */
export async function withVersions(files: readonly PayloadFile[]): Promise<PayloadFile[]> {
  const result: PayloadFile[] = [];
  for (const file of files) {
    // Of a dependency's program for another processor nothing is read: it may be of a form that is not known here.
    const isRead = file.kind === 'file' && !isHelper(file.path);
    const version = isRead ? await readContentAs(file.path, file.content, looksLikePe, readVersion) : undefined;
    result.push(version && file.kind === 'file' ? { ...file, version } : file);
  }
  return result;
}

/** A program that a dependency brings and starts: Windows runs those of other processors as well. */
export function isHelper(file: string): boolean {
  return file.includes('/node_modules/') && /\.exe$/i.test(file);
}

function foreignCode(file: string, found: Arch, system: System, arch: Arch): PackwrightError {
  return new PackwrightError(
    file,
    `it is machine code for ${found}, but the package is for ${arch}`,
    file.includes('/node_modules/') ? installHint(system, arch) : 'ship the right one',
  );
}
