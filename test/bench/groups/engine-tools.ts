import path from 'node:path';
import type { Command } from '../measure.ts';

/** One way of keeping backups, its repository and caches below a folder of its own. */
export interface Tool {
  name: string;
  /** Before the first backup; not measured. */
  begin?(root: string): Command;
  backup(root: string, source: string): Command;
  /** The newest version, into a folder that is empty. */
  restore(root: string, into: string): Command;
  /** Only the size of its first backup is asked for. */
  isForSize?: boolean;
}

const SECRET = 'seven green bottles';

/** @param program our `duplicati-cli`, as it is installed. */
export function engineTools(program: string): Tool[] {
  return [
    { ...restic, name: 'restic' },
    ours(program, 'ours', []),
    ours(program, 'ours zstd', ['--zip-compression-method=ZStandard']),
    { ...ours(program, 'ours deflate 9', ['--zip-compression-level=9']), isForSize: true },
    borg,
    duplicity,
  ];
}

/** Exit code 1 of a backup: nothing changed. */
function ours(program: string, name: string, options: readonly string[]): Tool {
  const env = { PASSPHRASE: SECRET };
  const common = (root: string) => [`--dbpath=${path.join(root, 'local.sqlite')}`];
  const url = (root: string) => `file://${path.join(root, 'kept')}`;
  return {
    name,
    backup: (root, source) => ({
      argv: [program, 'backup', url(root), source, ...common(root), ...options],
      env,
      accept: [0, 1],
    }),
    restore: (root, into) => ({
      argv: [program, 'restore', url(root), `--restore-path=${into}`, ...common(root)],
      env,
    }),
  };
}

const resticEnv = (root: string) => ({
  RESTIC_PASSWORD: SECRET,
  RESTIC_REPOSITORY: path.join(root, 'kept'),
  RESTIC_CACHE_DIR: path.join(root, 'cache'),
});
const restic: Omit<Tool, 'name'> = {
  begin: (root) => ({ argv: ['restic', 'init', '-q'], env: resticEnv(root) }),
  backup: (root, source) => ({ argv: ['restic', '-q', 'backup', source], env: resticEnv(root) }),
  restore: (root, into) => ({ argv: ['restic', '-q', 'restore', 'latest', '--target', into], env: resticEnv(root) }),
};

const borgEnv = (root: string) => ({
  BORG_PASSPHRASE: SECRET,
  BORG_BASE_DIR: root,
  BORG_REPO: path.join(root, 'kept'),
});
const borg: Tool = {
  name: 'borg',
  begin: (root) => ({ argv: ['borg', 'init', '-e', 'repokey'], env: borgEnv(root) }),
  backup: (root, source) => ({ argv: ['borg', 'create', '::{now:%Y%m%dT%H%M%S.%f}', source], env: borgEnv(root) }),
  restore: (root, into) => ({
    argv: ['sh', '-c', 'borg extract "::$(borg list --last 1 --short)"'],
    cwd: into,
    env: borgEnv(root),
  }),
};

const duplicityEnv = (root: string) => ({ PASSPHRASE: SECRET, HOME: root });
const duplicity: Tool = {
  name: 'duplicity',
  backup: (root, source) => ({
    argv: ['duplicity', '--no-print-statistics', source, `file://${path.join(root, 'kept')}`],
    env: duplicityEnv(root),
  }),
  restore: (root, into) => ({
    argv: ['duplicity', 'restore', '--force', `file://${path.join(root, 'kept')}`, into],
    env: duplicityEnv(root),
  }),
};
