import { execFileSync } from 'node:child_process';

/** The peers' commands, their Debian packages, and what prints their version. */
const PEERS: readonly { command: string; package: string; version: string }[] = [
  { command: 'dpkg-deb', package: 'dpkg', version: '--version' },
  { command: 'rpmbuild', package: 'rpm', version: '--version' },
  { command: 'umoci', package: 'umoci', version: '--version' },
  { command: 'skopeo', package: 'skopeo', version: '--version' },
  { command: 'rpm2cpio', package: 'rpm2cpio', version: '' },
  { command: 'cpio', package: 'cpio', version: '--version' },
  { command: 'wixl', package: 'wixl', version: '--version' },
  { command: 'msiextract', package: 'msitools', version: '' },
];

/** Programs for backups. */
const BACKUP_PEERS: typeof PEERS = [
  { command: 'restic', package: 'restic', version: 'version' },
  { command: 'borg', package: 'borgbackup', version: '--version' },
  { command: 'duplicity', package: 'duplicity', version: '--version' },
];

/** Installs what is missing with apt, and says so. @returns a line for each peer. */
export function installPeers(withBackups: boolean): string[] {
  const peers = [...PEERS, ...(withBackups ? BACKUP_PEERS : [])];
  const missing = peers.filter(({ command }) => !answers(['which', command])).map((peer) => peer.package);
  if (missing.length > 0) {
    console.error(`bench: installing ${missing.join(' ')} with apt`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const lock = ['-o', 'DPkg::Lock::Timeout=300'];
    execFileSync('apt-get', ['update', '-qq', ...lock], { stdio: ['ignore', 2, 2], env });
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...lock, ...missing];
    execFileSync('apt-get', install, { stdio: ['ignore', 2, 2], env });
  }
  return peers
    .filter((peer) => peer.version)
    .map(({ command, version }) => {
      const line = execFileSync(command, [version], { encoding: 'utf8' }).split('\n', 1)[0] ?? '';
      return line.includes(command) ? line : `${command}: ${line}`;
    });
}

function answers(argv: readonly string[]): boolean {
  const [file = '', ...args] = argv;
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
