import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cache } from '../host/cache.ts';
import { fileContent } from '../host/file-content.ts';
import type { NodeRuntime } from '../host/node-runtime.ts';
import { run } from '../host/run.ts';
import type { Content } from '../model/content.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Arch } from '../model/target.ts';
import { strippedBytes } from './stripped.ts';

const LOADER = fileURLToPath(new URL('../loader/loader.cjs', import.meta.url));

/**
 * What every shipped program runs with. `execArgvExtension: none` closes NODE_OPTIONS and Node's own command line; the rest closes what
 * that leaves open: OPENSSL_CONF, the inspector on SIGUSR1, the environment in diagnostic reports.
 */
const SEA = {
  mainFormat: 'commonjs',
  disableExperimentalSEAWarning: true,
  useCodeCache: false,
  useSnapshot: false,
  execArgvExtension: 'none',
  execArgv: [
    '--use-system-ca',
    '--openssl-config=/dev/null',
    '--disable-sigusr1',
    '--report-exclude-env',
    '--disable-warning=ExperimentalWarning',
  ],
};

/**
 * The one executable of a package: the pinned Node, stripped, with the loader as its main module (`node --build-sea`). It depends on
 * nothing but Node and loader.cjs, so it is made once per Node release and architecture and kept.
 * @throws PackwrightError when the running Node is not the target's version: the blob's layout belongs to one exact version.
 */
export async function makeLoader(runtime: NodeRuntime, arch: Arch, cache: Cache): Promise<Content> {
  const source = await readFile(LOADER);
  const config = JSON.stringify(SEA);
  const parts = [
    runtime.identity,
    runtime.version,
    createHash('sha256').update(source).digest('hex'),
    config,
    'strip 1',
  ];
  const key = `loader linux-${arch} ${createHash('sha256').update(parts.join('\n')).digest('hex')}`;
  const kept = (await cache.read(key)) ?? (await buildLoader(key, runtime, cache));
  return fileContent(kept.file, { sha256: kept.sha256, machineCode: arch });
}

async function buildLoader(key: string, runtime: NodeRuntime, cache: Cache) {
  if (process.version !== `v${runtime.version}`) {
    throw new PackwrightError(
      'loader',
      `it must be made by Node ${runtime.version}, but this is ${process.version}`,
      'start Packwright through its own command or an npm script, which run on the pinned Node',
    );
  }
  const folder = path.join(
    cache.folder,
    'tmp',
    `loader-${process.pid}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`,
  );
  await mkdir(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  try {
    await writeStripped((await runtime.executable()).file ?? '', at('node'));
    await copyFile(LOADER, at('loader.cjs'));
    // Relative names: the blob holds the main module's path as written, which must not tell where this machine keeps things.
    await writeFile(
      at('sea.json'),
      JSON.stringify({ ...SEA, main: 'loader.cjs', executable: 'node', output: 'loader' }),
    );
    await run(process.execPath, ['--build-sea', 'sea.json'], { cwd: folder, env: withoutNodeOptions() });
    return await cache.write(key, createReadStream(at('loader'), { highWaterMark: 1 << 20 }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeStripped(from: string, to: string) {
  await writeFile(to, strippedBytes(from), { mode: 0o755 });
  await chmod(to, 0o755);
}

function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}
