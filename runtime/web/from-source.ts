import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WebFiles } from '../http/web-files.ts';

/** What the toolchain gives for a page (build/stages/web.ts): names are `FOLDER/FILE`. */
interface Bundled {
  files: readonly { name: string; content: { open(): AsyncIterable<Uint8Array> } }[];
}

/**
 * The interface as packaging would bundle it, for a server that is run from source. The modules are named at run time: what is packaged
 * has neither them nor esbuild.
 */
export async function bundleFromSource(): Promise<WebFiles> {
  const root = path.join(import.meta.dirname, '../..');
  const load = (file: string) => import(pathToFileURL(path.join(root, file)).href);
  const [{ bundleWeb }, { product }] = await Promise.all([load('build/stages/web.ts'), load('runtime/product.ts')]);
  const { files }: Bundled = await bundleWeb(root, product.web);
  const bytes = new Map<string, Buffer>();
  for (const { name, content } of files) {
    bytes.set(name.slice(name.indexOf('/') + 1), Buffer.concat(await Array.fromAsync(content.open())));
  }
  return { names: new Set(bytes.keys()), read: async (name) => bytes.get(name)! };
}
