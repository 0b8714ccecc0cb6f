import { readTar } from '../catalogue.ts';
import { defaultCacheFolder } from '../host/cache.ts';
import { LOCK_FILE, readLock, writeLock } from '../host/lock-file.ts';
import { loadManifest } from '../manifest/load.ts';
import { formatTable } from '../report.ts';
import { lockNode } from '../stages/lock-node.ts';
import { type CommonOptions, print } from './options.ts';

/** `packwright lock`: pins anew and says what changed. */
export async function lockCommand(
  options: CommonOptions & { node?: string; only?: string; mirror?: string; keyring?: string },
) {
  const { product, folder } = await loadManifest(options.directory, options.manifest);
  const old = await readLock(folder);
  const cacheFolder = options.cache ?? defaultCacheFolder();
  let lock = old;
  if (options.only !== 'debian') {
    const version = (options.node ?? process.version).replace(/^v/, '');
    const source = options.nodeSource ?? 'npm';
    const pins = await lockNode(product.arches, old.node, { version, source, cacheFolder, readTar });
    lock = { ...lock, node: { ...old.node, ...pins } };
  }
  await writeLock(folder, lock);
  const rows = Object.entries(lock.node).map(([key, pin]) => [
    'node',
    key,
    old.node[key]?.version ?? '',
    '→',
    pin.version,
  ]);
  print(formatTable(rows));
  print(`wrote ${LOCK_FILE}`);
}
