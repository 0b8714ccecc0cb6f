/** Every format and platform by name: the sole importer of installers/ and platforms/. */
import { readTar } from '../installers/archives/tar.ts';
import { deb, readDebFiles } from '../installers/deb/deb.ts';
import { msi } from '../installers/msi/msi.ts';
import { oci, readImageBase, tarFiles, writeDockerArchive, writeLayoutFolder } from '../installers/oci/oci.ts';
import { rpm } from '../installers/rpm/rpm.ts';
import { zip } from '../installers/zip/zip.ts';
import { container } from '../platforms/container/container.ts';
import { linux } from '../platforms/linux/linux.ts';
import { renderProgramPage } from '../platforms/linux/program-page.ts';
import { NATIVE } from '../platforms/windows/native/native.ts';
import { renderPropertiesPage } from '../platforms/windows/properties-page.ts';
import { windows } from '../platforms/windows/windows.ts';
import { PackwrightError } from './model/errors.ts';
import type { Format } from './model/format.ts';
import type { Platform } from './model/platform.ts';
import type { FormatName, PlatformName } from './model/target.ts';

export const FORMATS = { deb, rpm, oci, msi, zip } satisfies Record<FormatName, Format>;
export const PLATFORMS = { linux, docker: container, windows } satisfies Record<PlatformName, Platform>;
export { readDebFiles, readTar, renderProgramPage, renderPropertiesPage };

/** The small programs that a package for Windows holds or runs while it is installed. */
export const WINDOWS_NATIVE = NATIVE;

/** Other forms of an image than the tar of a layout. */
export const IMAGE_FORMS = {
  folder: { write: writeLayoutFolder, readBack: 'blobs' },
  'docker-archive': { write: writeDockerArchive, readBack: 'each' },
} as const;

/** Reads an image that others are to stand on. */
export const IMAGE_READER = { tarFiles, readImageBase };

/** The format of a package file, by its name. */
export function formatOfFile(file: string): Format {
  if (file.endsWith('.deb')) return FORMATS.deb;
  if (file.endsWith('.rpm')) return FORMATS.rpm;
  if (file.endsWith('.tar')) return FORMATS.oci;
  if (file.endsWith('.msi')) return FORMATS.msi;
  if (file.endsWith('.zip')) return FORMATS.zip;
  throw new PackwrightError(file, 'its name ends in none of .deb, .rpm, .tar, .msi, .zip', 'give a package file');
}
