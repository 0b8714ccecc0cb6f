import type { Box, BoxCommand } from './box.ts';
import type { CommandResult } from './command.ts';
import type { Subject } from './subject.ts';

/** A distribution's way to install and remove: apt and dpkg, dnf and rpm. Package files are those below `/packages` in the box. */
export interface Installer {
  format: 'deb' | 'rpm';
  /** Installs, upgrades or downgrades to exactly this build of each package. */
  install(box: Box, files: readonly string[], how?: BoxCommand): Promise<CommandResult>;
  /** Takes packages away, keeping what the administrator changed and the data. */
  remove(box: Box, names: readonly string[], how?: BoxCommand): Promise<CommandResult>;
  /** The same with nothing kept; null where the format has no such thing. */
  purge: ((box: Box, names: readonly string[], how?: BoxCommand) => Promise<CommandResult>) | null;
  /** Puts `file` in the place of the installed package `old`. */
  swap(box: Box, old: string, file: string, how?: BoxCommand): Promise<CommandResult>;
  /** Goes on after a killed run. */
  recover(box: Box, files: readonly string[]): Promise<void>;
  /** Paths the package brought. */
  listFiles(box: Box, name: string): Promise<string[]>;
  /** Empty when it is not installed in full. */
  installedVersion(box: Box, name: string): Promise<string>;
  config(subject: Subject): string;
}

const APT = ['apt-get', '-y', '-q', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];
const QUERY = '$' + '{db:Status-Status} $' + '{Version}';
const deb: Installer = {
  format: 'deb',
  install: (box, files, how) => box.try([...APT, '--allow-downgrades', '--reinstall', 'install', ...files], how),
  remove: (box, names, how) => box.try([...APT, 'remove', ...names], how),
  purge: (box, names, how) => box.try([...APT, 'purge', ...names], how),
  swap: (box, _old, file, how) => box.try([...APT, 'install', file], how),
  async recover(box, files) {
    await box.try(['dpkg', '--configure', '-a']);
    await box.run([...APT, '--allow-downgrades', '--reinstall', 'install', ...files]);
  },
  listFiles: async (box, name) => lines(await box.run(['dpkg-query', '-L', name])).filter((path) => path !== '/.'),
  async installedVersion(box, name) {
    const { stdout } = await box.try(['dpkg-query', '-W', '-f', QUERY, name]);
    return stdout.startsWith('installed ') ? stdout.slice('installed '.length) : '';
  },
  config: (subject) => subject.config.deb,
};

/** The same without apt's own reckoning, for cases where nothing has to be fetched or chosen. */
const dpkg: Installer = {
  ...deb,
  install: (box, files, how) => box.try(['dpkg', '-i', ...files], how),
  remove: (box, names, how) => box.try(['dpkg', '-r', ...names], how),
  purge: (box, names, how) => box.try(['dpkg', '-P', ...names], how),
  async recover(box, files) {
    await box.try(['dpkg', '--configure', '-a']);
    await box.run(['dpkg', '-i', ...files]);
  },
};

const DNF = ['dnf', '-y', '-q', '--nogpgcheck', '--setopt=install_weak_deps=False', '--disablerepo=*'];
const RPM = ['rpm', '--nosignature'];
const rpm: Installer = {
  format: 'rpm',
  async install(box, files, how) {
    // dnf has a verb of its own for each direction; rpm's --oldpackage lets one command say "this build, whatever is there".
    const names = lines(await box.run([...RPM, '-qp', '--qf', '%{NAME}\\n', ...files]));
    const there = await Promise.all(names.map((name) => rpm.installedVersion(box, name)));
    if (there.every((version) => version === '')) return await box.try([...DNF, 'install', ...files], how);
    return await box.try([...RPM, '-U', '--oldpackage', '--replacepkgs', ...files], how);
  },
  remove: (box, names, how) => box.try([...DNF, 'remove', ...names], how),
  purge: null,
  swap: (box, old, file, how) => box.try([...DNF, 'swap', old, file], how),
  async recover(box, files) {
    await box.run([...RPM, '-U', '--oldpackage', '--replacepkgs', ...files]);
  },
  listFiles: async (box, name) => lines(await box.run([...RPM, '-ql', name])).filter((path) => path.startsWith('/')),
  async installedVersion(box, name) {
    const { code, stdout } = await box.try([...RPM, '-q', '--qf', '%{VERSION}-%{RELEASE}', name]);
    return code === 0 ? stdout.trim() : '';
  },
  config: (subject) => subject.config.rpm,
};

export const INSTALLERS = { deb, dpkg, rpm } as const;

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
