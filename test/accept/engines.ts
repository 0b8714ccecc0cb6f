import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, waitUntil } from './ask.ts';
import { type CommandOptions, type CommandResult, runCommand, startCommand, tryCommand } from './command.ts';
import type { Log } from './log.ts';

/**
 * A machine for containers: processes, mounts and network of its own, with podman, dockerd and a registry inside, and one cable to the
 * host. What the host asks over that cable comes from outside, through the engine's own publishing of ports.
 */
export interface Engines {
  /** Address of the machine as the host sees it. */
  address: string;
  /** Scratch folder, the same path inside and outside. */
  folder: string;
  try(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  run(argv: readonly string[], options?: CommandOptions): Promise<string>;
}
export type EngineName = 'podman' | 'docker';

/** Where the registry listens, inside. */
export const REGISTRY = '127.0.0.1:5000';

let shared: Promise<Engines> | undefined;
let holder = 0;
let scratch = '';
let cleanUp: (() => Promise<void>) | undefined;

/** The one machine that all image cases share; started when the first of them asks. */
export function startEngines(log: Log): Promise<Engines> {
  shared ??= boot(log);
  return shared;
}

/** At once and without waiting; for an interrupted run. The kernel kills everything in the machine with its first process. */
export function killEngines(): void {
  if (holder > 0) process.kill(holder, 'SIGKILL');
  holder = 0;
  if (scratch) rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Ends containers and engines in order, so that no mount or control group is left. */
export async function stopEngines(): Promise<void> {
  await cleanUp?.();
  cleanUp = undefined;
  shared = undefined;
}

/** The first process adopts and forgets the orphans of the engines, which is all an init has to do. */
const INIT = `mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /dev/shm
exec perl -e '$SIG{CHLD} = "IGNORE"; sleep 1000 while 1'`;

async function boot(log: Log): Promise<Engines> {
  const folder = await mkdtemp('/var/tmp/accept-engines-');
  scratch = folder;
  const argv = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--pid', '--ipc', '--uts', '--fork'];
  argv.push('--kill-child=KILL', '--mount-proc', '--propagation', 'private', 'sh', '-c', INIT);
  const machine = startCommand(log, argv, { timeout: 7200 });
  const outer = machine.pid!;
  let inner = 0;
  await waitUntil('the machine for containers', async () => {
    inner = Number(readFileSync(`/proc/${outer}/task/${outer}/children`, 'utf8').split(' ')[0] || 0);
    return inner > 0 && readFileSync(`/proc/${inner}/comm`, 'utf8').trim() === 'perl';
  });
  holder = inner;
  const enter = (command: readonly string[]) => [
    'nsenter',
    '-t',
    String(inner),
    '-m',
    '-n',
    '-p',
    '-i',
    '-u',
    '--',
    ...command,
  ];
  const env = {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    HOME: folder,
  };
  const engines: Engines = {
    address: await layCable(inner, log),
    folder,
    try: (command, options) => tryCommand(log, enter(command), { ...options, env: { ...env, ...options?.env } }),
    run: (command, options) => runCommand(log, enter(command), { ...options, env: { ...env, ...options?.env } }),
  };
  cleanUp = async () => {
    await engines.try(podman('rm', '-fa', '-t', '0'));
    await engines.try(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f; kill $(cat "$HOME/docker.pid")']);
    await waitUntil(
      'dockerd has ended',
      async () => (await engines.try(['test', '-e', `${folder}/docker.pid`])).code !== 0,
    );
    killEngines();
    await machine;
    await rm(folder, { recursive: true, force: true });
  };
  await writeFile(join(folder, 'containers.conf'), CONTAINERS_CONF);
  await writeFile(join(folder, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  await writeFile(join(folder, 'registry.yml'), registryConfig(folder));
  // A dockerd that has to switch forwarding on drops whatever is forwarded to anybody else, podman's containers included.
  await engines.run(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  startCommand(log, enter(['docker-registry', 'serve', join(folder, 'registry.yml')]), { timeout: 7200 });
  const dockerd = [
    'dockerd',
    '--data-root',
    `${folder}/docker`,
    '--exec-root',
    `${folder}/exec`,
    '--pidfile',
    `${folder}/docker.pid`,
  ];
  dockerd.push(
    '-H',
    `unix://${folder}/docker.sock`,
    '--insecure-registry',
    REGISTRY,
    '--default-ulimit',
    'nofile=20000:20000',
  );
  startCommand(log, enter(['sh', '-c', 'exec "$@" >"$HOME/dockerd.log" 2>&1', 'sh', ...dockerd]), {
    env,
    timeout: 7200,
  });
  await waitUntil('dockerd answers', async () => (await engines.try(['docker', 'version'])).code === 0);
  const asked = async () => (await ask(log, inner, { port: 5000, path: '/v2/' })).status === 200;
  await waitUntil('the registry answers', asked);
  return engines;
}

/** A pair of network devices, one end inside, with addresses of the block for benchmarks (RFC 2544), which no one routes. */
async function layCable(inside: number, log: Log): Promise<string> {
  const block = `198.18.${randomInt(1, 255)}.${randomInt(0, 63) * 4}`.split('.');
  const address = (n: number) => [...block.slice(0, 3), String(Number(block[3]) + n)].join('.');
  const outer = `acc${randomInt(0x10000).toString(16)}`;
  await runCommand(log, ['ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(inside)]);
  await runCommand(log, ['ip', 'addr', 'add', `${address(1)}/30`, 'dev', outer]);
  await runCommand(log, ['ip', 'link', 'set', outer, 'up']);
  const script = `ip link set lo up; ip addr add ${address(2)}/30 dev eth0; ip link set eth0 up; ip route add default via ${address(1)}`;
  await runCommand(log, ['nsenter', '-t', String(inside), '-n', 'sh', '-euc', script]);
  return address(2);
}

/** The machine's limits are lower than podman's own choice; runc takes control groups of either version. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
`;

function registryConfig(folder: string): string {
  return `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/registry}}\nhttp: {addr: '${REGISTRY}'}\n`;
}

/** podman with its storage beside everything else of the machine. */
export function podman(...argv: readonly string[]): string[] {
  return podmanIn('podman', ...argv);
}

/** podman with a storage of its own, where names mean other images than in the one that cases share. */
export function podmanIn(store: string, ...argv: readonly string[]): string[] {
  const script = 'store=$1; shift; exec podman --root "$HOME/$store" --runroot "/run/$store" "$@"';
  return ['sh', '-c', script, 'sh', store, ...argv];
}

/** The same verbs for both: their command lines agree in everything used here. */
export function engineCommand(engine: EngineName, ...argv: readonly string[]): string[] {
  return engine === 'podman' ? podman(...argv) : ['docker', ...argv];
}
