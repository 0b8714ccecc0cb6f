/** Processor of the machine a package is for, in Node's words (`process.arch`). Each format has its own word for it. */
export type Arch = 'x64' | 'arm64';
/** The operating system that a package's programs run on, in Node's words (`process.platform`). */
export type System = 'linux' | 'win32';
export type PlatformName = 'linux' | 'docker' | 'windows';
export type FormatName = 'deb' | 'rpm' | 'oci' | 'msi' | 'zip';

/**
 * One output. `arches` has several for an image index: payload and placement are made per architecture, then joined.
 * `id` is the one vocabulary for filters, log prefixes and file stems: `linux-x64-gui.deb`, `docker-all-cli.oci`.
 */
export interface Target {
  id: string;
  platform: PlatformName;
  arches: readonly Arch[];
  edition: string;
  format: FormatName;
}

/** `linux-x64-gui.deb`; the architecture slot says `all` for a target that holds every architecture. */
export function targetId(target: Omit<Target, 'id'>): string {
  const arch = target.platform === 'docker' ? 'all' : target.arches.join('+');
  return `${target.platform}-${arch}-${target.edition}.${target.format}`;
}
