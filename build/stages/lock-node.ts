import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { download } from '../host/download.ts';
import type { NodeSource, ReadTar } from '../host/node-runtime.ts';
import { nodejsOrgUrl } from '../host/nodejs-org.ts';
import { fetchNpmTarball } from '../host/npm-package.ts';
import { run } from '../host/run.ts';
import { PackwrightError } from '../model/errors.ts';
import type { NodejsOrgPin, NodePin, NpmNodePin } from '../model/lock.ts';
import type { Arch } from '../model/target.ts';

export interface LockNodeOptions {
  version: string;
  source: NodeSource;
  cacheFolder: string;
  readTar: ReadTar;
}

/**
 * Pins a Node version for every Linux target from one source, keeping what another source has pinned for the same version.
 * @throws PackwrightError when the source does not have that version for a target.
 */
export async function lockNode(
  arches: readonly Arch[],
  old: Readonly<Record<string, NodePin>>,
  options: LockNodeOptions,
): Promise<Record<string, NodePin>> {
  const pins: Record<string, NodePin> = {};
  for (const arch of arches) {
    const key = `linux-${arch}`;
    const kept = old[key]?.version === options.version ? old[key] : undefined;
    if (options.source === 'npm') pins[key] = { ...kept, version: options.version, npm: await pinNpm(key, options) };
    else if (options.source === 'nodejs.org') {
      pins[key] = { ...kept, version: options.version, 'nodejs.org': await pinNodejsOrg(key, options) };
    } else
      throw new PackwrightError('packwright lock', 'a folder cannot be pinned', 'use --node-source npm or nodejs.org');
  }
  return pins;
}

async function pinNpm(key: string, options: LockNodeOptions): Promise<NpmNodePin> {
  const name = `node-${key}`;
  const answer = await run('npm', ['view', `${name}@${options.version}`, 'dist.integrity', '--json']).catch((cause) => {
    throw new PackwrightError(
      key,
      `npm has no ${name}@${options.version}`,
      'choose another version with --node',
      cause,
    );
  });
  const integrity: unknown = JSON.parse(answer || 'null');
  if (typeof integrity !== 'string')
    throw new PackwrightError(key, `npm has no ${name}@${options.version}`, 'choose another version');
  const tarball = await fetchNpmTarball(
    { package: name, version: options.version, integrity },
    path.join(options.cacheFolder, 'npm'),
  );
  for await (const entry of options.readTar(createReadStream(tarball).pipe(createGunzip()), path.basename(tarball))) {
    if (entry.path !== '/package/bin/node') continue;
    const hash = createHash('sha256');
    for await (const chunk of entry.data) hash.update(chunk);
    return { package: name, integrity, sha256: hash.digest('hex') };
  }
  throw new PackwrightError(key, `${name}@${options.version} holds no bin/node`, 'it is not a Node package');
}

/** The archive's digest as SHASUMS256.txt has it, fetched over HTTPS. */
async function pinNodejsOrg(key: string, options: LockNodeOptions): Promise<NodejsOrgPin> {
  const sums = path.join(options.cacheFolder, 'tmp', `SHASUMS256-${process.pid}.txt`);
  await download(nodejsOrgUrl(options.version, 'SHASUMS256.txt'), sums, { maxBytes: 2 ** 20 });
  const file = `node-v${options.version}-${key}.tar.gz`;
  try {
    for (const line of (await readFile(sums, 'utf8')).split('\n')) {
      const [digest, name] = line.trim().split(/\s+/);
      if (name === file && digest && /^[0-9a-f]{64}$/.test(digest)) return { file, archiveSha256: digest };
    }
  } finally {
    await rm(sums, { force: true });
  }
  throw new PackwrightError(
    key,
    `SHASUMS256.txt of Node ${options.version} does not list ${file}`,
    'choose another version with --node',
  );
}
