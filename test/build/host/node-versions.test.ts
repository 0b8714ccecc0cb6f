/** A Node for Windows, and one that makes executables of a version of its own. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openCache } from '../../../build/host/cache.ts';
import { readLock } from '../../../build/host/lock-file.ts';
import { nodeOfVersion, nodeRuntime, type RuntimeOptions } from '../../../build/host/node-runtime.ts';
import { readContent } from '../../../build/model/content.ts';
import type { Lock, NpmNodePin } from '../../../build/model/lock.ts';
import { readTar } from '../../../installers/archives/tar.ts';

const pinOf = (bytes: string): NpmNodePin => ({
  package: 'node',
  integrity: 'sha512-x',
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
const HOST = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** A folder with made-up executables by `KEY/bin/NAME`, as the source of all of them. */
async function optionsFor(t: ExecutionContext, files: Record<string, string>, lock: Lock): Promise<RuntimeOptions> {
  const folder = await mkdtemp(path.join(tmpdir(), 'node-versions-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const cache = await openCache(path.join(folder, 'cache'));
  return { lock, cache, source: folder, readTar, nearby: [] };
}

const FILES = { 'win-x64/bin/node.exe': 'MZ', 'linux-x64/bin/node': 'ELF', 'linux-x64/LICENSE': 'the licence' };

test('a Node for Windows comes without a licence, and has that of Linux of the same version', async (t) => {
  const lock = {
    node: { 'win-x64': { version: '26.1.0', npm: pinOf('MZ') }, 'linux-x64': { version: '26.1.0', npm: pinOf('ELF') } },
  };
  const runtime = await nodeRuntime('win', 'x64', await optionsFor(t, FILES, lock));
  t.is(runtime.licence, 'the licence');
  t.is((await readContent(await runtime.executable())).toString(), 'MZ');
});

test('the licence is that of the version, which may be pinned as a generator alone', async (t) => {
  const node = {
    'win-x64': { version: '26.0.0', npm: pinOf('MZ') },
    'linux-x64': { version: '26.1.0', npm: pinOf('a newer one') },
  };
  const lock = { node, generators: { '26.0.0': { 'linux-x64': pinOf('ELF') } } };
  t.is((await nodeRuntime('win', 'x64', await optionsFor(t, FILES, lock))).licence, 'the licence');
  await t.throwsAsync(nodeRuntime('win', 'x64', await optionsFor(t, FILES, { node })), {
    message: /Node 26\.0\.0 is not pinned for linux-x64/,
  });
});

test('a generator is a Node of the version for this machine, and where none is pinned that is said', async (t) => {
  const files = {
    [`${HOST}/bin/${HOST.startsWith('win') ? 'node.exe' : 'node'}`]: 'made up',
    [`${HOST}/LICENSE`]: 'l',
  };
  const lock = { node: {}, generators: { '26.0.0': { [HOST]: pinOf('made up') } } };
  const options = await optionsFor(t, files, lock);
  t.is((await readContent(await (await nodeOfVersion('26.0.0', options)).executable())).toString(), 'made up');
  await t.throwsAsync(nodeOfVersion('26.2.0', options), { message: /Node 26\.2\.0 must make an executable here, but/ });
});

test('every Node that is pinned for Windows can be made into an executable on Linux', async (t) => {
  const { node, generators = {} } = await readLock();
  for (const key of ['win-x64', 'win-arm64']) {
    const version = node[key]?.version ?? '';
    for (const host of ['linux-x64', 'linux-arm64']) {
      t.true(
        node[host]?.version === version || generators[version]?.[host] !== undefined,
        `${key} ${version} on ${host}`,
      );
    }
  }
});
