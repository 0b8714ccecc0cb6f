import { readTar } from '../catalogue.ts';
import { defaultCacheFolder } from '../host/cache.ts';
import { openUnpacker } from '../host/compress/unpack/unpack.ts';
import { renewDebianPins } from '../host/debian/debian.ts';
import { LOCK_FILE, readLock, writeLock } from '../host/lock-file.ts';
import { loadManifest } from '../manifest/load.ts';
import type { Lock } from '../model/lock.ts';
import { formatTable, openReport } from '../report.ts';
import { BASE_SUITE, basePackages } from '../stages/debian-base.ts';
import { lockNode } from '../stages/lock-node.ts';
import { type CommonOptions, print } from './options.ts';

export interface LockOptions extends CommonOptions {
  node?: string;
  only?: 'node' | 'debian';
  mirror?: string;
  keyring?: string;
}

/** `packwright lock`: pins anew and says what changed. */
export async function lockCommand(options: LockOptions): Promise<void> {
  const { product, folder } = await loadManifest(options.directory, options.manifest);
  const old = await readLock(folder);
  let lock = old;
  if (options.only !== 'debian') {
    const version = (options.node ?? process.version).replace(/^v/, '');
    const source = options.nodeSource ?? 'npm';
    const cacheFolder = options.cache ?? defaultCacheFolder();
    const pins = await lockNode(product.arches, old.node, { version, source, cacheFolder, readTar });
    lock = { ...lock, node: { ...old.node, ...pins } };
  }
  if (options.only !== 'node') lock = { ...lock, debian: await lockDebianPackages(old, options) };
  await writeLock(folder, lock);
  print(formatTable([...nodeRows(old, lock), ...debianRows(old, lock)]));
  print(`wrote ${LOCK_FILE}`);
}

async function lockDebianPackages(old: Lock, options: LockOptions) {
  const report = openReport();
  return renewDebianPins(old.debian, {
    suite: BASE_SUITE,
    packages: basePackages(),
    now: Date.now(),
    unpacker: openUnpacker(),
    report: (line) => report.begin('debian', line),
    ...(options.mirror ? { mirror: options.mirror } : {}),
    ...(options.keyring ? { keyring: options.keyring } : {}),
  }).finally(() => report.end());
}

function nodeRows(old: Lock, lock: Lock): string[][] {
  return Object.entries(lock.node).map(([key, { version }]) => [
    'node',
    key,
    old.node[key]?.version ?? 'new',
    '→',
    version,
  ]);
}

function debianRows(old: Lock, lock: Lock): string[][] {
  const before = new Map(
    Object.entries(old.debian?.packages ?? {}).flatMap(([arch, pins]) =>
      pins.map((pin) => [`${pin.package} ${arch}`, pin.version]),
    ),
  );
  return Object.entries(lock.debian?.packages ?? {}).flatMap(([arch, pins]) =>
    pins.map((pin) => {
      const name = `${pin.package} ${arch}`;
      return ['debian', name, before.get(name) ?? 'new', '→', pin.version];
    }),
  );
}
