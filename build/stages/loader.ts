import type { Cache } from '../host/cache.ts';
import { fileContent } from '../host/file-content.ts';
import type { NodeRuntime } from '../host/node-runtime.ts';
import type { Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Arch } from '../model/target.ts';
import { singleExecutable } from './sea.ts';
import { strippedBytes } from './stripped.ts';

/**
 * The one executable of a package for Linux: the pinned Node, stripped, with the loader as its main module. It depends on nothing but
 * Node and loader.cjs, so it is made once per Node release and architecture and kept.
 * @throws PackwrightError when the running Node is not the target's version: the blob's layout belongs to one exact version.
 */
export async function makeLoader(
  runtime: NodeRuntime,
  arch: Arch,
  nodeOptions: readonly string[],
  cache: Cache,
): Promise<Content> {
  const node = () => runtime.executable();
  const kept = await singleExecutable({
    system: 'linux',
    nodeOptions,
    name: `loader linux-${arch}`,
    identity: [runtime.identity, runtime.version, 'strip 1'],
    async *base() {
      yield* strippedBytes((await node()).file ?? '');
    },
    async generator() {
      if (process.version === `v${runtime.version}`) return process.execPath;
      throw new PackwrightError(
        'loader',
        `it must be made by Node ${runtime.version}, but this is ${process.version}`,
        'start Packwright through its own command or an npm script, which run on the pinned Node',
      );
    },
    cache,
  });
  return fileContent(kept.file, { sha256: kept.sha256, machineCode: arch });
}
