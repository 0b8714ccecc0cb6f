import type { Blobs } from '../../build/model/format.ts';
import { IS_64_BIT } from './components.ts';
import { MAIN_FEATURE, type Plan } from './plan.ts';
import type { Row, Tables } from './rows.ts';

/** Name of the one cabinet: a stream of the database. */
export const CABINET = 'product.cab';
/** msidbFileAttributesVital: setup fails when the file cannot be installed. */
const VITAL = 0x200;

/** Directory, Component, File, MsiFileHash, Media, and the files' components in their feature. */
export async function fileTables(plan: Plan, blobs: Blobs): Promise<Tables> {
  const { files, directories } = plan;
  const hashes: Row[] = [];
  for (const { key, entry } of files) hashes.push([key, 0, ...hashParts(await blobs.digest(entry.content, 'md5'))]);
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
      null,
      null,
      VITAL,
      file.sequence,
    ]),
    MsiFileHash: hashes,
    Media: [[1, files.length, null, `#${CABINET}`, null, null]],
    FeatureComponents: files.map((file) => [MAIN_FEATURE, file.component]),
  };
}

/** The MD5 of a file as MsiFileHash keeps it: four little-endian integers. */
function hashParts(md5: string): number[] {
  const bytes = Buffer.from(md5, 'hex');
  return [0, 4, 8, 12].map((offset) => bytes.readInt32LE(offset));
}
