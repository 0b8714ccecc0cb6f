import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Lock, NodePin } from '../model/lock.ts';
import type { Arch } from '../model/target.ts';
import type { Cache } from './cache.ts';
import { download } from './download.ts';
import { fileContent, hashFile, readFileChunks } from './file-content.ts';
import { nodejsOrgUrl } from './nodejs-org.ts';
import { fetchNpmTarball } from './npm-package.ts';

/** A Node executable for a target, and the licence text that must travel with it. */
export interface NodeRuntime {
  version: string;
  licence: string;
  /** What the pin and its source say: equal for equal executables. */
  identity: string;
  /** The executable, compared with its SHA-256; 150 MB are read for it, so ask only when its bytes are needed. */
  executable(): Promise<Content>;
}
/** `npm`: the registry's per-platform package; `nodejs.org`: the official archive; anything else: a folder that holds executables. */
export type NodeSource = 'npm' | 'nodejs.org' | string;

/** Reads a tar archive: handed in, since formats are values here. */
export type ReadTar = (
  bytes: AsyncIterable<Uint8Array>,
  where: string,
) => AsyncIterable<{ path: string; kind: string; data: AsyncIterable<Uint8Array> }>;

export interface RuntimeOptions {
  lock: Lock;
  cache: Cache;
  source: NodeSource;
  readTar: ReadTar;
  /** Folders where the npm package may be installed already. */
  nearby: readonly string[];
}

/**
 * The pinned Node of a target, from the cache, a folder near by, or its source.
 * @throws PackwrightError when there is no pin, it cannot be fetched, or its hash differs.
 */
export async function nodeRuntime(platform: string, arch: Arch, options: RuntimeOptions): Promise<NodeRuntime> {
  const key = `${platform}-${arch}`;
  const pin = options.lock.node[key];
  if (!pin) throw new PackwrightError('packwright.lock.json', `no Node is pinned for ${key}`, 'run "packwright lock"');
  const read = async (file: string) => Buffer.concat(await collect(readFileChunks(file))).toString('utf8');
  const cacheKey = `node ${key} ${JSON.stringify(pin)} ${options.source}`;
  const fetchBoth = async () => {
    const found = await findRuntime(key, pin, options);
    try {
      const node = await options.cache.write(`${cacheKey} node`, readFileChunks(found.executable));
      if (found.licence) await options.cache.write(`${cacheKey} LICENSE`, readFileChunks(found.licence));
      return node;
    } finally {
      await found.dispose();
    }
  };
  const readLicence = async () => {
    const kept = await options.cache.read(`${cacheKey} LICENSE`);
    return kept && (await read(kept.file));
  };
  return {
    version: pin.version,
    licence: (await readLicence()) ?? (await licenceOf(key, pin, options, fetchBoth, readLicence)),
    identity: cacheKey,
    async executable() {
      const node = (await options.cache.read(`${cacheKey} node`)) ?? (await fetchBoth());
      return fileContent(node.file, { sha256: node.sha256, machineCode: arch });
    },
  };
}

/** Packages for Windows hold no licence: it is the same text for every system, so that of Linux is taken. */
async function licenceOf(
  key: string,
  pin: NodePin,
  options: RuntimeOptions,
  fetchBoth: () => Promise<unknown>,
  read: () => Promise<string | undefined>,
): Promise<string> {
  if (isWindows(key))
    return (await nodeRuntime('linux', 'x64', withVersion('linux-x64', pin.version, options))).licence;
  await fetchBoth();
  return (await read()) ?? '';
}

/**
 * A Node of `version` that runs on this machine, to make executables with: one that is shipped, or one that is pinned for this alone.
 * @throws PackwrightError when none is pinned.
 */
export async function nodeOfVersion(version: string, options: RuntimeOptions): Promise<NodeRuntime> {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  // macOS and Windows on arm64 run programs for x64 as well.
  const arches: Arch[] = process.arch === 'arm64' ? (system === 'linux' ? ['arm64'] : ['arm64', 'x64']) : ['x64'];
  const arch = arches.find((one) => pinOfVersion(`${system}-${one}`, version, options.lock));
  if (arch) return nodeRuntime(system, arch, withVersion(`${system}-${arch}`, version, options));
  throw new PackwrightError(
    'packwright.lock.json',
    `Node ${version} must make an executable here, but none is pinned for ${system}-${process.arch}`,
    'build on linux-x64, or pin it under "generators"',
  );
}

function pinOfVersion(key: string, version: string, lock: Lock): NodePin | undefined {
  if (lock.node[key]?.version === version) return lock.node[key];
  const npm = lock.generators?.[version]?.[key];
  return npm && { version, npm };
}

/** The same options, with that version pinned for the key. */
function withVersion(key: string, version: string, options: RuntimeOptions): RuntimeOptions {
  const pin = pinOfVersion(key, version, options.lock);
  if (!pin) {
    const what = `Node ${version} is not pinned for ${key}`;
    throw new PackwrightError('packwright.lock.json', what, 'pin it under "generators"');
  }
  return { ...options, lock: { ...options.lock, node: { ...options.lock.node, [key]: pin } } };
}

const isWindows = (key: string) => key.startsWith('win-');

interface Found {
  executable: string;
  /** Absent in packages for Windows. */
  licence?: string;
  dispose(): Promise<void>;
}

async function findRuntime(key: string, pin: NodePin, options: RuntimeOptions): Promise<Found> {
  if (options.source === 'npm') return fromNpm(key, pin, options);
  if (options.source === 'nodejs.org') return fromNodejsOrg(key, pin, options);
  return fromFolder(options.source, key, pin);
}

async function fromNpm(key: string, pin: NodePin, options: RuntimeOptions): Promise<Found> {
  const npm = pin.npm;
  if (!npm) {
    throw new PackwrightError(
      key,
      'its Node is not pinned from npm',
      'run "packwright lock", or take the pinned one with "--node-source nodejs.org"',
    );
  }
  for (const folder of options.nearby) {
    const executable = path.join(folder, npm.package, 'bin', executableName(key));
    const licence = path.join(folder, npm.package, 'LICENSE');
    if (!existsSync(executable) || !(isWindows(key) || existsSync(licence))) continue;
    if ((await hashFile(executable)) !== npm.sha256) continue;
    return { executable, ...(isWindows(key) ? {} : { licence }), dispose: async () => undefined };
  }
  const tarballs = path.join(options.cache.folder, 'npm');
  const tarball = await fetchNpmTarball(
    { package: npm.package, version: pin.version, integrity: npm.integrity },
    tarballs,
  );
  const found = await extractRuntime(tarball, 'package', key, options);
  await expectHash(found, npm.sha256, key);
  await rm(tarball, { force: true }); // the executable is kept; 57 MB of headers are not
  return found;
}

async function fromNodejsOrg(key: string, pin: NodePin, options: RuntimeOptions): Promise<Found> {
  const official = pin['nodejs.org'];
  if (!official) {
    throw new PackwrightError(
      key,
      'its Node is not pinned from nodejs.org',
      'run "packwright lock --node-source nodejs.org"',
    );
  }
  const url = nodejsOrgUrl(pin.version, official.file);
  const scratch = path.join(options.cache.folder, 'tmp', `${official.file}-${process.pid}`);
  await download(url, scratch, { sha256: official.archiveSha256 });
  try {
    return await extractRuntime(scratch, official.file.replace(/\.tar\.gz$/, ''), key, options);
  } finally {
    await rm(scratch, { force: true });
  }
}

async function fromFolder(folder: string, key: string, pin: NodePin): Promise<Found> {
  if (!pin.npm) {
    throw new PackwrightError(
      key,
      'no SHA-256 of its executable is pinned, so nothing says that the one in the folder is right',
      `run "packwright lock --only node --node ${pin.version}"`,
    );
  }
  const names = [key, `node-${key}`, `node-v${pin.version}-${key}`];
  for (const name of names) {
    const executable = path.join(folder, name, 'bin', executableName(key));
    const licence = path.join(folder, name, 'LICENSE');
    if (!existsSync(executable) || !(isWindows(key) || existsSync(licence))) continue;
    const found = { executable, ...(isWindows(key) ? {} : { licence }), dispose: async () => undefined };
    await expectHash(found, pin.npm.sha256, key);
    return found;
  }
  throw new PackwrightError(
    key,
    `no Node for it in ${folder}`,
    `put bin/${executableName(key)}${isWindows(key) ? '' : ' and LICENSE'} into one of: ${names.join(', ')}`,
  );
}

async function expectHash(found: Found, sha256: string, key: string) {
  const actual = await hashFile(found.executable);
  if (actual === sha256) return;
  await found.dispose();
  throw new PackwrightError(
    key,
    `the SHA-256 of its Node executable is ${actual}, but ${sha256} is pinned`,
    'do not use it; get it from its publisher again, or pin anew with "packwright lock"',
  );
}

function executableName(key: string): string {
  return isWindows(key) ? 'node.exe' : 'node';
}

/** Takes `PREFIX/bin/node` (or `node.exe`) and `PREFIX/LICENSE` out of a .tar.gz. */
async function extractRuntime(tarball: string, prefix: string, key: string, options: RuntimeOptions): Promise<Found> {
  const folder = path.join(options.cache.folder, 'tmp', `node-${key}-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const dispose = () => rm(folder, { recursive: true, force: true });
  const wanted: Record<string, string> = {
    [`/${prefix}/bin/${executableName(key)}`]: 'node',
    ...(isWindows(key) ? {} : { [`/${prefix}/LICENSE`]: 'LICENSE' }),
  };
  try {
    const raw = createReadStream(tarball).pipe(createGunzip());
    for await (const entry of options.readTar(raw, tarball)) {
      const name = wanted[entry.path];
      if (name && entry.kind === 'file') {
        await writeFile(path.join(folder, `${name}.part`), entry.data);
        await rename(path.join(folder, `${name}.part`), path.join(folder, name));
      }
    }
    for (const name of Object.values(wanted)) {
      await stat(path.join(folder, name)).catch((cause) => {
        throw new PackwrightError(tarball, `it holds no ${name}`, 'it is not a Node archive', cause);
      });
    }
  } catch (cause) {
    await dispose();
    throw cause;
  }
  const licence = isWindows(key) ? {} : { licence: path.join(folder, 'LICENSE') };
  return { executable: path.join(folder, 'node'), ...licence, dispose };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}
