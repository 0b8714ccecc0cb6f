import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileContent } from '../host/file-content.ts';
import type { NodeRuntime, RuntimeOptions } from '../host/node-runtime.ts';
import type { Manifest } from '../manifest/load.ts';
import { bytesContent, type Content, readContent } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { FileTree } from '../model/file-tree.ts';
import type { ImageBase } from '../model/package.ts';
import type { Payload, PayloadFile } from '../model/platform.ts';
import type { Edition, ExtraFile } from '../model/product.ts';
import type { Arch } from '../model/target.ts';
import { type Bundle, listFolder, programsOf } from './bundle.ts';
import { assertWindowsFiles, librariesOf, withVersions } from './machine-code.ts';
import { nativeContent } from './natives.ts';
import { type Notice, renderNotices, sortNotices } from './notices.ts';
import { type Executables, programFiles } from './programs.ts';
import { unbundledFiles } from './unbundled.ts';

export interface PayloadInput {
  manifest: Manifest;
  edition: Edition;
  arch: Arch;
  bundle: Bundle;
  help: Readonly<Record<string, string>>;
  /** The pinned Node, and the executables made of it. */
  node: NodeRuntime;
  executables: Executables;
  runtime: RuntimeOptions;
  base?: FileTree;
  imageBase?: ImageBase;
  /** Told what was decided and should be known, a sentence each. */
  note?: (sentence: string) => void;
}

/** One edition's programs for one system and architecture: the loader and its names, bundles, addons, icon, licences. */
export async function makePayload(input: PayloadInput): Promise<Payload> {
  const { manifest, edition, arch, bundle, node, executables } = input;
  const { system } = executables;
  const { product } = manifest;
  const isHere = (row: { editions?: readonly string[] }) => row.editions?.includes(edition.name) ?? true;
  const programs = programsOf(manifest, edition);
  const plain = await unbundledFiles(
    manifest,
    programs.filter((program) => program.bundle === false),
    system,
    arch,
  );
  for (const sentence of plain.leftOut) input.note?.(sentence);

  const files = await programFiles(executables, programs);
  for (const { name, content } of bundle.files) files.push(appFile(`app/${name}`, content));
  files.push(...plain.files);
  const optional = new Set<string>();
  for (const native of (product.natives ?? []).filter(isHere)) {
    const content = await nativeContent(manifest, native, system, arch, input.runtime);
    if (native.optional) optional.add(`native/${native.name}`);
    files.push({ path: `native/${native.name}`, kind: 'file', executable: false, layer: 'runtime', content });
  }
  const secrets = (product.settings ?? []).filter((one) => isHere(one) && one.kind === 'secret').map((one) => one.env);
  files.push(appFile('app/settings.json', bytesContent(`${JSON.stringify({ secrets })}\n`)));
  for (const extra of (product.files ?? []).filter(isHere)) files.push(...(await extraFiles(manifest, extra)));
  if (system === 'win32' && product.windowsIcon)
    files.push(appFile('icon.ico', await projectFile(manifest, product.windowsIcon, 'windowsIcon')));
  if (system === 'linux' && product.icon)
    files.push(appFile('icon.svg', await projectFile(manifest, product.icon, 'icon')));

  const licence = product.licenceFile
    ? await projectFile(manifest, product.licenceFile, 'licenceFile')
    : bytesContent(`${product.copyright}\nLicence: ${product.licence}\n`);
  const nodeNotice: Notice = {
    name: 'Node.js',
    version: node.version,
    licence: 'MIT and others',
    text: node.licence.trim(),
  };
  if (system === 'win32') await assertWindowsFiles(files, arch);
  const needed = system === 'linux' ? files.filter((file) => !optional.has(file.path)) : [];
  const notices = renderNotices([nodeNotice, ...sortNotices([...bundle.notices, ...plain.notices])]);
  return {
    arch,
    files: system === 'win32' ? await withVersions(files) : files,
    licence,
    licenceText: (await readContent(licence)).toString('utf8'),
    notices: bytesContent(notices),
    help: input.help,
    ...(executables.system === 'win32' ? { installerActions: await fileContent(executables.launchers.actions) } : {}),
    libraries: await librariesOf(needed, arch),
    ...(input.base ? { base: input.base } : {}),
    ...(input.imageBase ? { imageBase: input.imageBase } : {}),
  };
}

function appFile(place: string, content: Content): PayloadFile {
  return { path: place, kind: 'file', executable: false, layer: 'app', content };
}

async function projectFile(manifest: Manifest, name: string, key: string): Promise<Content> {
  return fileContent(path.join(manifest.folder, name), { where: `${path.basename(manifest.file)}: ${key}` });
}

/** A file or a whole folder of the project, at its place below the payload's root or, where that is absolute, on the target. */
async function extraFiles(manifest: Manifest, extra: ExtraFile): Promise<PayloadFile[]> {
  const from = path.join(manifest.folder, extra.from);
  const where = `${path.basename(manifest.file)}: files: ${extra.from}`;
  if (!existsSync(from)) throw new PackwrightError(where, 'there is no such file or folder', 'check the path');
  if (!statSync(from).isDirectory()) return [appFile(extra.to, await fileContent(from, { where }))];
  const files: PayloadFile[] = [];
  for (const one of await listFolder(from)) {
    if (one.link) throw new PackwrightError(where, `${one.path} is a link`, 'ship what it points to');
    files.push(appFile(`${extra.to}/${one.path}`, await fileContent(path.join(from, one.path), { where })));
  }
  return files;
}
