import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesSource } from '../../../build/host/byte-source.ts';
import { loadManifest } from '../../../build/manifest/load.ts';
import { bytesContent } from '../../../build/model/content.ts';
import type { Package } from '../../../build/model/package.ts';
import type { Payload, PayloadFile } from '../../../build/model/platform.ts';
import { parseVersion } from '../../../build/model/version.ts';
import { replaceResources } from '../../../build/pe/edit-pe.ts';
import { versionResource } from '../../../build/pe/version-info.ts';
import { withVersions } from '../../../build/stages/machine-code.ts';
import { NATIVE } from '../../../platforms/windows/native/native.ts';
import { windows } from '../../../platforms/windows/windows.ts';
import { assemble, makeProgram } from '../../build/pe/program.ts';

const TINY = path.resolve(import.meta.dirname, '../../fixtures/tiny-product');
/** Of the stand-in for the loader: what its version resource says. */
export const LOADER_VERSION = '26.10.0.0';

/** The tiny product as a package for Windows on x64, with its sources unbundled and a small program in the place of the loader. */
export async function tinyPackage(): Promise<Package> {
  const manifest = await loadManifest(TINY);
  const services = manifest.product.services.map((service) => ({ ...service, windowsArgs: ['--service'] }));
  const product = { ...manifest.product, formats: ['msi' as const], services };
  const edition = product.editions[0]!;
  return {
    target: { id: 'windows-x64-main.msi', platform: 'windows', arches: ['x64'], edition: edition.name, format: 'msi' },
    product,
    name: edition.package,
    title: edition.title,
    summary: edition.summary,
    version: parseVersion(product.version),
    epoch: 1_700_000_000,
    placements: [windows.place(product, edition, 'x64', await tinyPayload())],
    changelog: [],
  };
}

async function tinyPayload(): Promise<Payload> {
  const file = (name: string, bytes: Uint8Array | string): PayloadFile => ({
    path: name,
    kind: 'file',
    executable: name.endsWith('.exe'),
    layer: 'app',
    content: bytesContent(bytes),
  });
  const launcher = await readFile(NATIVE.x64.launcher);
  const source = (name: string) => readFile(path.join(TINY, 'src', name));
  return {
    arch: 'x64',
    files: await withVersions([
      file('bin/runtime.exe', await makeLoader()),
      file('bin/tiny.exe', launcher),
      file('bin/tiny-server.exe', launcher),
      file('app/clock.mjs', await source('clock.mjs')),
      file('app/settings.json', '{}\n'),
      file('app/tiny.mjs', await source('tiny.mjs')),
      file('app/tiny-server.mjs', await source('tiny-server.mjs')),
    ]),
    licence: bytesContent('Do as you like.\n'),
    notices: bytesContent('Nothing of others is in it.\n'),
    licenceText: 'Do as you like.\n',
    help: {},
    libraries: [],
    installerActions: bytesContent(await readFile(NATIVE.x64.actions)),
  };
}

async function makeLoader(): Promise<Buffer> {
  const program = await makeProgram(4096);
  const resources = [versionResource(LOADER_VERSION.split('.').map(Number), { FileVersion: LOADER_VERSION })];
  return assemble(program, await replaceResources(bytesSource('runtime.exe', program), resources));
}
