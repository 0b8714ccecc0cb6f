import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandOptions, type CommandResult, runCommand, startCommand, tryCommand } from './command.ts';
import type { Log } from './log.ts';
import { makeRoot, type RootName } from './roots.ts';

/** A throw-away machine: a real systemd (or just a root file system) with its own processes, network, mounts and disk. */
export interface Box extends AsyncDisposable {
  /** The box's `/` as the host sees it, with every mount below it. */
  root: string;
  /** Process id, on the host, of the box's first process. */
  leader: number;
  /** Runs a program inside; a failure is an answer. */
  try(argv: readonly string[], options?: BoxCommand): Promise<CommandResult>;
  /** Runs a program inside and gives its standard output. @throws Error when it fails. */
  run(argv: readonly string[], options?: BoxCommand): Promise<string>;
  /** The same for a line of POSIX shell. */
  sh(line: string, options?: BoxCommand): Promise<string>;
  /** Starts a program inside and kills it with SIGKILL after `seconds`, with every process it started. True when it was still running. */
  killAfter(argv: readonly string[], seconds: number): Promise<boolean>;
  /** Runs a program of the host in the mount namespace that holds the box's disk, `$DISK` being the mounted tmpfs. */
  onDisk(line: string): Promise<string>;
}
export interface BoxCommand extends CommandOptions {
  /** Octal, such as `077`. */
  umask?: string;
}
export interface BoxOptions {
  /** Host folders to show, read-only, by the path inside. */
  binds?: Readonly<Record<string, string>>;
  /** False: no init at all, as in a chroot. Default true. */
  boot?: boolean;
  /** Size of the disk that takes all writes, as tmpfs says it. Default `3g`. */
  disk?: string;
  /** POSIX shell run before the start, on the host, with the root file system at `$R` and room for more at `$S`. */
  prepare?: string;
}

const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
  SYSTEMD_COLORS: '0',
  SYSTEMD_PAGER: 'cat',
};

/** Its own mounts (they vanish with the last process), a pure cgroup2 as systemd 257 wants it, an overlay that takes all writes. */
const START = `set -eu
S=$1 ROOT=$2 DISK=$3 ID=$4 PREPARE=$5; shift 5
mount -t tmpfs -o "size=$DISK,mode=755" tmpfs "$S"
mkdir "$S/upper" "$S/work" "$S/merged" "$S/more"
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup 2>/dev/null || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "/sys/fs/cgroup/$ID"; echo $$ >"/sys/fs/cgroup/$ID/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$S/upper,workdir=$S/work" "$S/merged"
rm -f "$S/merged/etc/machine-id"; : >"$S/merged/etc/machine-id"
export R="$S/merged" S
sh -euc "$PREPARE"
exec systemd-nspawn --quiet --register=no --keep-unit --directory="$R" --machine="$ID" --hostname=box \\
  --private-network --resolv-conf=off --timezone=off --link-journal=no --console=pipe "$@"`;
const FORGET_CGROUP = `umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
n=0; while [ -d "/sys/fs/cgroup/$1" ] && [ $n -lt 20 ]; do
find "/sys/fs/cgroup/$1" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1; n=$((n+1)); done`;

const FORGET = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', FORGET_CGROUP, 'sh'] as const;

interface OpenBox {
  id: string;
  state: string;
  kill(): void;
}
const open = new Map<number, OpenBox>();

/** Kills every box and removes what was theirs; for an interrupted run, in which nothing can be awaited any more. */
export function killBoxes(): void {
  for (const { kill } of open.values()) kill();
  for (const { id, state } of open.values()) {
    spawnSync(FORGET[0], [...FORGET.slice(1), id], { timeout: 5000 });
    rmSync(state, { recursive: true, force: true });
  }
  open.clear();
}

/** Starts a box over a root and waits until its systemd says that the system runs. @throws Error with its console when it does not. */
export async function startBox(rootName: RootName, log: Log, options: BoxOptions = {}): Promise<Box> {
  const root = await makeRoot(rootName);
  const state = await mkdtemp(join(tmpdir(), 'accept-box-'));
  const id = `accept-${randomBytes(4).toString('hex')}`;
  const boot = options.boot ?? true;
  const argv = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', 'sh', '-c', START];
  argv.push('sh', state, root, options.disk ?? '3g', id, options.prepare ?? ':');
  for (const [inside, host] of Object.entries(options.binds ?? {})) argv.push(`--bind-ro=${host}:${inside}`);
  argv.push(...(boot ? ['--boot', 'systemd.show_status=no', 'systemd.log_target=journal'] : BARE));
  const nspawn = startCommand(log, argv, { timeout: 3600 });
  const pid = nspawn.pid!;
  let leader = 0;
  let ended = false;
  nspawn.finally(() => {
    ended = true;
  });
  const kill = () => {
    for (const victim of [leader, pid]) if (victim > 0 && !ended) signal(victim);
  };
  open.set(pid, { id, state, kill });
  const stop = async () => {
    kill();
    await nspawn;
    open.delete(pid);
    await tryCommand(log, [...FORGET, id]);
    await rm(state, { recursive: true, force: true });
  };
  const enter = (command: readonly string[], { env, umask }: BoxCommand = {}) => {
    const variables = Object.entries({ ...ENV, ...env }).map(([name, value]) => `${name}=${value}`);
    const mask = umask ? ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'] : [];
    return [
      ...nsenter(leader),
      'env',
      '-i',
      ...variables.filter((one) => !one.endsWith('=<unset>')),
      ...mask,
      ...command,
    ];
  };
  const plain = ({ env, umask, ...rest }: BoxCommand = {}): CommandOptions => rest;
  const box: Box = {
    get root() {
      return `/proc/${leader}/root`;
    },
    get leader() {
      return leader;
    },
    try: (command, more) => tryCommand(log, enter(command, more), plain(more)),
    run: (command, more) => runCommand(log, enter(command, more), plain(more)),
    sh: (line, more) => runCommand(log, enter(['sh', '-euc', line], more), plain(more)),
    async killAfter(command, seconds) {
      const process = startCommand(log, enter(command));
      let alive = true;
      process.finally(() => {
        alive = false;
      });
      await Promise.race([process, sleep(seconds * 1000)]);
      const killed = alive;
      if (killed) signal(-process.pid!);
      log.write((await process).stdall);
      log.write(killed ? `= killed after ${seconds.toFixed(2)} s` : `= ended before ${seconds.toFixed(2)} s`);
      return killed;
    },
    onDisk: (line) => runCommand(log, ['nsenter', '-t', String(pid), '-m', 'env', `DISK=${state}`, 'sh', '-euc', line]),
    [Symbol.asyncDispose]: stop,
  };
  try {
    for (let n = 0; ; n++) {
      if (ended) throw new Error(`the box ended while it started: ${(await nspawn).stdall.slice(-2000)}`);
      if (n === 600) throw new Error('the box did not start within 60 s');
      leader = findLeader(pid);
      if (leader > 0 && (await isUp(leader, boot))) break;
      await sleep(100);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  log.write(`box ${basename(root)} is up`);
  return box;
}

const BARE = ['--as-pid2', 'sleep', 'infinity'];

function nsenter(leader: number): string[] {
  return ['nsenter', '-t', String(leader), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--'];
}

/** nspawn's child is the box's first process once its name says so. */
function findLeader(nspawn: number): number {
  try {
    const [child] = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').split(' ');
    const name = child ? readFileSync(`/proc/${child}/comm`, 'utf8').trim() : '';
    return name === 'systemd' || name === '(sd-stubinit)' ? Number(child) : 0;
  } catch {
    return 0;
  }
}

async function isUp(leader: number, boot: boolean): Promise<boolean> {
  if (!boot) return true;
  try {
    const argv = [...nsenter(leader), 'systemctl', 'is-system-running'];
    execFileSync(argv[0]!, argv.slice(1), { stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 });
    return true;
  } catch (error) {
    // execFileSync's error carries what the program printed; `degraded` is up as well, and exits with 1.
    const { stdout } = error as { stdout?: Buffer };
    return String(stdout ?? '').trim() === 'degraded';
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Writes a file inside a box. */
export async function putFile(box: Box, path: string, text: string, mode = 0o644): Promise<void> {
  await box.sh(`mkdir -p "$(dirname '${path}')"`);
  await writeFile(join(box.root, path), text, { mode });
  await box.run(['chmod', mode.toString(8), path]);
}
