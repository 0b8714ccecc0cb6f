import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readJsonObject } from '../manifest/read-json.ts';

/** What must be said of a third-party package whose code is in ours. */
export interface Notice {
  name: string;
  version: string;
  licence: string;
  /** Licence and notice files, as they are. */
  text: string;
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice|copyright)([.-].*)?$/i;

/** Notices of the packages that own the given files (paths relative to `folder`), sorted by name and version. */
export async function noticesOf(files: readonly string[], folder: string): Promise<Notice[]> {
  const packages = new Set<string>();
  for (const file of files) {
    const at = file.lastIndexOf('node_modules/');
    if (at < 0) continue;
    const rest = file.slice(at + 'node_modules/'.length).split('/');
    const name = rest[0]!.startsWith('@') ? rest.slice(0, 2).join('/') : rest[0]!;
    packages.add(path.join(folder, file.slice(0, at), 'node_modules', name));
  }
  const notices: Notice[] = [];
  for (const one of packages) notices.push(await noticeOf(one));
  return sortNotices(notices);
}

/** The notice of the package in a folder; a missing licence text is said, never passed over. */
export async function noticeOf(folder: string): Promise<Notice> {
  const manifest = path.join(folder, 'package.json');
  const about: { name?: string; version?: string; license?: unknown } = existsSync(manifest)
    ? await readJsonObject(manifest)
    : {};
  const texts: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (LICENCE_FILE.test(file)) texts.push((await readFile(path.join(folder, file), 'utf8').catch(() => '')).trim());
  }
  const licence = typeof about.license === 'string' ? about.license : 'not stated';
  return {
    name: about.name ?? path.basename(folder),
    version: about.version ?? '',
    licence,
    text: texts.filter(Boolean).join('\n\n') || `(The package holds no licence text; it states: ${licence}.)`,
  };
}

/** By name, then version; each once. */
export function sortNotices(notices: readonly Notice[]): Notice[] {
  const key = (one: Notice) => `${one.name}@${one.version}`;
  const unique = new Map(notices.map((one) => [key(one), one]));
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** One text: a table of contents, then every licence. */
export function renderNotices(notices: readonly Notice[]): string {
  if (notices.length === 0) return 'No third-party code is included.\n';
  const title = (one: Notice) => `${one.name} ${one.version}`.trim();
  const lines = ['This software includes the following third-party code.', ''];
  for (const one of notices) lines.push(`  ${title(one)} (${one.licence})`);
  for (const one of notices) lines.push('', '-'.repeat(78), `${title(one)}`, '', one.text.replaceAll('\r\n', '\n'));
  return `${lines.join('\n')}\n`;
}
