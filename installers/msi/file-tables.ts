import type { FileVersion } from '../../build/model/file-tree.ts';
import type { Blobs } from '../../build/model/format.ts';
import { IS_64_BIT } from './components.ts';
import { MAIN_FEATURE, type Plan } from './plan.ts';
import type { Row, Tables } from './rows.ts';

/** Name of the one cabinet: a stream of the database. */
export const CABINET = 'product.cab';
/** msidbFileAttributesVital: setup fails when the file cannot be installed. */
const VITAL = 0x200;
const LONGEST_LANGUAGE = 20;

/** Directory, Component, File, MsiFileHash, Media, and the files' components in their feature. */
export async function fileTables(plan: Plan, blobs: Blobs): Promise<Tables> {
  const { files, directories } = plan;
  const hashes: Row[] = [];
  for (const { key, entry } of files) {
    if (!entry.version) hashes.push([key, 0, ...hashParts(await blobs.digest(entry.content, 'md5'))]);
  }
  return {
    Directory: [
      ['TARGETDIR', null, 'SourceDir'],
      ...['ProgramFiles64Folder', 'CommonAppDataFolder'].map((key) => [key, 'TARGETDIR', '.']),
      ...directories.map(({ key, parent, name }) => [key, parent, name]),
    ],
    Component: files.map((file) => [file.component, file.componentId, file.directory, IS_64_BIT, null, file.key]),
    File: files.map((file) => [
      file.key,
      file.component,
      file.name,
      file.entry.content.size,
      file.entry.version?.number ?? null,
      file.entry.version ? languagesOf(file.entry.version) : null,
      VITAL,
      file.sequence,
    ]),
    MsiFileHash: hashes,
    Media: [[1, files.length, null, `#${CABINET}`, null, null]],
    FeatureComponents: files.map((file) => [MAIN_FEATURE, file.component]),
  };
}

/** File.Language: numbers separated by commas, as many as its 20 characters hold. */
function languagesOf({ languages }: FileVersion): string | null {
  let text = '';
  for (const language of languages) {
    const longer = text === '' ? `${language}` : `${text},${language}`;
    if (longer.length <= LONGEST_LANGUAGE) text = longer;
  }
  return text === '' ? null : text;
}

/** The MD5 of a file as MsiFileHash keeps it: four little-endian integers. */
function hashParts(md5: string): number[] {
  const bytes = Buffer.from(md5, 'hex');
  return [0, 4, 8, 12].map((offset) => bytes.readInt32LE(offset));
}
