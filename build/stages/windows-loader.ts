import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import path from 'node:path';
import { openSource } from '../host/byte-source.ts';
import { fileContent } from '../host/file-content.ts';
import { type NodeRuntime, nodeOfVersion, type RuntimeOptions } from '../host/node-runtime.ts';
import type { Content } from '../model/content.ts';
import type { ByteSource } from '../model/format.ts';
import type { Arch } from '../model/target.ts';
import { type PePiece, replaceResources, setSubsystem } from '../pe/edit-pe.ts';
import { iconResources } from '../pe/icon.ts';
import { manifestResource } from '../pe/manifest.ts';
import { versionResource } from '../pe/version-info.ts';
import { singleExecutable } from './sea.ts';

/** What of the product is in the executables: what Explorer and the Task Manager say of them. Nothing of its version: they change only when Node changes. */
export interface LoaderLook {
  nodeOptions: readonly string[];
  title: string;
  vendor: string;
  /** An .ico file's bytes. */
  icon?: Uint8Array;
}
export interface WindowsLoaders {
  /** `runtime.exe`: for programs of a console, and for services. */
  console: Content;
  /** `runtimew.exe`: the same without a console; another 100 MB, made when a program needs it. */
  windowless(): Promise<Content>;
}

/** Changes when the resources are made in another way. */
const FORM = 'pe 1';

/**
 * The executables of a package for Windows: the pinned Node without its signature, with resources of ours and the loader as its main
 * module. They are made once per Node release, architecture and look, and kept.
 * @throws PackwrightError when no Node of the target's version is pinned for this machine.
 */
export async function makeWindowsLoaders(
  runtime: NodeRuntime,
  arch: Arch,
  look: LoaderLook,
  options: RuntimeOptions,
): Promise<WindowsLoaders> {
  const { cache } = options;
  const icon = look.icon ? createHash('sha256').update(look.icon).digest('hex') : '';
  const identity = [runtime.identity, runtime.version, FORM, look.title, look.vendor, icon];
  const made = await singleExecutable({
    system: 'win',
    nodeOptions: look.nodeOptions,
    name: `loader win-${arch}`,
    identity,
    async *base() {
      yield* editedBytes((await runtime.executable()).file ?? '', `node.exe for ${arch}`, (source) =>
        replaceResources(source, resourcesOf(runtime.version, look)),
      );
    },
    generator: (folder) => generatorOf(runtime.version, folder, options),
    cache,
  });
  const key = `windowless ${FORM} ${made.sha256}`;
  const edit = (source: ByteSource) => setSubsystem(source, 'windowless');
  let windowless: Promise<Content> | undefined;
  const makeWindowless = async () => {
    const kept = (await cache.read(key)) ?? (await cache.write(key, editedBytes(made.file, 'runtime.exe', edit)));
    return fileContent(kept.file, { sha256: kept.sha256, machineCode: arch });
  };
  return {
    console: await fileContent(made.file, { sha256: made.sha256, machineCode: arch }),
    windowless() {
      windowless ??= makeWindowless();
      return windowless;
    },
  };
}

function resourcesOf(nodeVersion: string, look: LoaderLook) {
  const version = `${nodeVersion}.0`;
  const texts = {
    CompanyName: look.vendor,
    FileDescription: look.title,
    FileVersion: version,
    InternalName: 'runtime',
    OriginalFilename: 'runtime.exe',
    ProductName: look.title,
    ProductVersion: version,
    Comments: `Node.js ${nodeVersion}`,
  };
  return [
    manifestResource(),
    versionResource(nodeVersion.split('.').map(Number), texts),
    ...(look.icon ? iconResources(look.icon) : []),
  ];
}

/** A Node that runs here, of the version: the running one, or one that is pinned for this. */
async function generatorOf(version: string, folder: string, options: RuntimeOptions): Promise<string> {
  if (process.version === `v${version}`) return process.execPath;
  const { file } = await (await nodeOfVersion(version, options)).executable();
  const program = path.join(folder, process.platform === 'win32' ? 'generator.exe' : 'generator');
  await copyFile(file ?? '', program);
  await chmod(program, 0o755);
  return program;
}

async function* editedBytes(file: string, name: string, edit: (source: ByteSource) => Promise<PePiece[]>) {
  const source = await openSource(file, name);
  try {
    for (const piece of await edit(source)) {
      if ('bytes' in piece) yield piece.bytes;
      else if (piece.length > 0) {
        const range = { start: piece.offset, end: piece.offset + piece.length - 1, highWaterMark: 1 << 20 };
        yield* createReadStream(file, range);
      }
    }
  } finally {
    await source.close();
  }
}
