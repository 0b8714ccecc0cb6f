#!/usr/bin/env node
/**
 * What `npx packwright` starts, on any Node from 20: it runs the command line on the pinned Node, which it keeps in the cache.
 * Packages are made by the very Node version they ship, and no `node` of ours comes onto the user's PATH.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { readTar } from '../installers/archives/tar.ts';
import { makeCommandLine } from './command-line.ts';
import { printError } from './commands/print-error.ts';
import { defaultCacheFolder, openCache } from './host/cache.ts';
import { readLock } from './host/lock-file.ts';
import { nodeRuntime } from './host/node-runtime.ts';
import { locateManifest } from './manifest/load.ts';
import type { Lock } from './model/lock.ts';

const SELF = fileURLToPath(import.meta.url);
const CLI = path.join(path.dirname(SELF), `cli${path.extname(SELF)}`);
const HOSTS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'win' };
/** What runs on the Node that the project pins. Everything else may be started in anybody's folder, which must not choose what is run. */
const OF_THE_PROJECT: readonly (string | undefined)[] = ['build', 'explain', 'lock', 'plan'];

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  process.exitCode = printError(error);
}

async function start(args: string[]): Promise<number> {
  const lock = await lockFor(args);
  const host = `${HOSTS[process.platform] ?? process.platform}-${process.arch}`;
  const wanted = lock.node[host]?.version ?? Object.values(lock.node)[0]?.version;
  if (process.version === `v${wanted}`) {
    await import('./cli.ts');
    return Number(process.exitCode ?? 0);
  }
  const cache = await openCache(defaultCacheFolder());
  const version = `${wanted}-${host}`;
  const node = path.join(cache.folder, 'node', version, process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) {
    if (args[0] === 'complete') return 0; // nobody waits for a download at the Tab key
    process.stderr.write(`packwright: getting Node ${version}, once\n`);
    const [platform = '', arch = ''] = host.split('-');
    const pin = lock.node[host];
    const source = pin?.['nodejs.org'] && !pin.npm ? 'nodejs.org' : 'npm';
    // The host's processor may be one that no package is made for; the lock says whether there is a Node for it.
    const runtime = await nodeRuntime(platform, arch as 'x64', { lock, cache, source, readTar, nearby: [] });
    await mkdir(path.dirname(node), { recursive: true });
    await copyFile((await runtime.executable()).file ?? '', `${node}.${process.pid}`);
    await chmod(`${node}.${process.pid}`, 0o755);
    await rename(`${node}.${process.pid}`, node);
  }
  return runCli(node, args);
}

/** The lock of the project that the arguments name, for a verb that works on one; else the toolchain's own. */
async function lockFor(args: string[]): Promise<Lock> {
  const cli = makeCommandLine().configureOutput({ writeErr: () => {}, outputError: () => {} });
  try {
    const { operands, unknown } = cli.parseOptions(args);
    if (!OF_THE_PROJECT.includes(operands[0]) || unknown.includes('--help') || unknown.includes('-h'))
      return await readLock();
    const { directory, manifest } = cli.opts<{ directory: string; manifest?: string }>();
    // Without a manifest there is no project; the command says so itself.
    const project = await locateManifest(directory, manifest).catch(() => undefined);
    return await readLock(project?.folder);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return readLock(); // wrong use: the command line says so itself
  }
}

function runCli(node: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [CLI, ...args], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
