import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cache, CacheEntry } from '../host/cache.ts';
import { run } from '../host/run.ts';
import { PackwrightError } from '../model/errors.ts';

const LOADER = fileURLToPath(new URL('../loader/loader.cjs', import.meta.url));

/**
 * What every shipped program runs with. `execArgvExtension: none` closes NODE_OPTIONS and Node's own command line; the rest closes what
 * that leaves open: OPENSSL_CONF, the inspector on SIGUSR1, the environment in diagnostic reports.
 */
function configFor(system: 'linux' | 'win', nodeOptions: readonly string[]) {
  return {
    mainFormat: 'commonjs',
    disableExperimentalSEAWarning: true,
    useCodeCache: false,
    useSnapshot: false,
    execArgvExtension: 'none',
    execArgv: [
      '--use-system-ca',
      `--openssl-config=${system === 'win' ? 'NUL' : '/dev/null'}`,
      '--disable-sigusr1',
      '--report-exclude-env',
      '--disable-warning=ExperimentalWarning',
      ...nodeOptions,
    ],
  };
}

export interface SeaInput {
  system: 'linux' | 'win';
  /** The product's own, as words of a command line. */
  nodeOptions: readonly string[];
  /** First words of the key that the executable is kept under. */
  name: string;
  /** What `base` depends on: equal for equal bytes. */
  identity: readonly string[];
  /** The Node that becomes the executable, ready for it. */
  base(): AsyncIterable<Uint8Array>;
  /**
   * Path of a Node for this machine, of exactly base's version: the blob's layout belongs to one version. What must be made for it may go
   * into the folder.
   */
  generator(folder: string): Promise<string>;
  cache: Cache;
}

/**
 * A single executable with the loader as its main module (`node --build-sea`), made once for what it depends on and kept.
 * @throws PackwrightError when Node cannot make it.
 */
export async function singleExecutable(input: SeaInput): Promise<CacheEntry> {
  const config = configFor(input.system, input.nodeOptions);
  const source = await readFile(LOADER);
  const parts = [...input.identity, createHash('sha256').update(source).digest('hex'), JSON.stringify(config)];
  const key = `${input.name} ${createHash('sha256').update(parts.join('\n')).digest('hex')}`;
  const kept = await input.cache.read(key);
  if (kept) return kept;
  const suffix = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const folder = path.join(input.cache.folder, 'tmp', `loader-${process.pid}-${suffix}`);
  await mkdir(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  try {
    await writeFile(at('node'), input.base(), { mode: 0o755 });
    await chmod(at('node'), 0o755);
    await copyFile(LOADER, at('loader.cjs'));
    // Relative names: the blob holds the main module's path as written, which must not tell where this machine keeps things.
    const names = { main: 'loader.cjs', executable: 'node', output: 'loader' };
    await writeFile(at('sea.json'), JSON.stringify({ ...config, ...names }));
    const node = await input.generator(folder);
    await assertNodeOptions(node, input.nodeOptions);
    await run(node, ['--build-sea', 'sea.json'], { cwd: folder, env: withoutNodeOptions() });
    return await input.cache.write(key, createReadStream(at('loader'), { highWaterMark: 1 << 20 }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutNodeOptions(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return env;
}

/** An executable with an option that Node does not know would not start anywhere. */
async function assertNodeOptions(node: string, nodeOptions: readonly string[]): Promise<void> {
  if (nodeOptions.length === 0) return;
  await run(node, [...nodeOptions, '--eval', '0'], { env: withoutNodeOptions(), timeout: 60_000 }).catch((cause) => {
    const hint = '"node --help" and "node --v8-options" list what it knows';
    throw new PackwrightError('nodeOptions', `Node does not start with them: ${cause.message}`, hint, cause);
  });
}
