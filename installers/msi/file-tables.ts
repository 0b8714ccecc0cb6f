import type { Blobs } from '../../build/model/format.ts';
import { CABINET } from './cabinet.ts';
import { INSTALL_FOLDER, MAIN_FEATURE, type Plan } from './plan.ts';
import type { Row, Tables } from './rows.ts';

/** msidbComponentAttributes64bit: the same for x64 and arm64. */
export const IS_64_BIT = 0x100;
/** msidbFileAttributesVital: setup fails when the file cannot be installed. */
const VITAL = 0x200;

/** Directory, Component, File, MsiFileHash, Media, Feature and FeatureComponents of the files. */
export async function fileTables(plan: Plan, blobs: Blobs): Promise<Tables> {
  const { files, directories, windows } = plan;
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
    Feature: [
      [MAIN_FEATURE, null, windows.title, 'The programs themselves.', 1, 1, INSTALL_FOLDER, 16], // msidbFeatureAttributesUIDisallowAbsent
      ...windows.features.map((feature, index) => [
        feature.name,
        MAIN_FEATURE,
        feature.title,
        feature.description,
        2 * index + 2,
        feature.isDefault ? CHOSEN : LEFT_OUT,
        null,
        0,
      ]),
    ],
    // Its property chooses a feature or leaves it out, whatever the default.
    Condition: windows.features.map(({ name, property, isDefault }) =>
      isDefault ? [name, LEFT_OUT, `${property}="0"`] : [name, CHOSEN, `${property}="1"`],
    ),
    FeatureComponents: files.map((file) => [MAIN_FEATURE, file.component]),
  };
}

/** Feature levels on both sides of INSTALLLEVEL, which is 1: a feature above it is offered, not chosen. */
const CHOSEN = 1;
const LEFT_OUT = 100;

/** The MD5 of a file as MsiFileHash keeps it: four little-endian integers. */
function hashParts(md5: string): number[] {
  const bytes = Buffer.from(md5, 'hex');
  return [0, 4, 8, 12].map((offset) => bytes.readInt32LE(offset));
}
