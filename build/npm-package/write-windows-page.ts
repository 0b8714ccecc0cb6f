/** Writes docs/windows.md, the page for administrators, from the manifest; a test holds it against what would be written. */
import path from 'node:path';
import { outputFile } from 'fs-extra/esm';
import { renderPropertiesPage } from '../catalogue.ts';
import { loadManifest } from '../manifest/load.ts';

const { product, folder } = await loadManifest(process.cwd());
await outputFile(path.join(folder, 'docs/windows.md'), renderPropertiesPage(product));
