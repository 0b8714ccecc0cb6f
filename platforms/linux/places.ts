import { PackwrightError } from '../../build/model/errors.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { FormatName } from '../../build/model/target.ts';

/** What differs between the families of distributions. Everything else follows the Filesystem Hierarchy Standard 3.0 for both. */
const FAMILIES = {
  // Debian Policy 9.3.2 keeps settings of services in /etc/default; zsh of Debian reads vendor-completions.
  deb: { settings: '/etc/default', zsh: '/usr/share/zsh/vendor-completions', licences: '/usr/share/doc' },
  // Fedora, RHEL and SUSE use /etc/sysconfig, zsh's own site-functions, and %license files outside the documentation.
  rpm: { settings: '/etc/sysconfig', zsh: '/usr/share/zsh/site-functions', licences: '/usr/share/licenses' },
} as const;

/**
 * Folders below /usr/lib, /usr/share, /etc and /var/lib, and files of /etc/default, that every system has: none can be a product's own.
 * Purge removes `/var/lib/HOME` with all it holds, so one of these would cost the machine its package database or its services' state.
 */
const OF_THE_SYSTEM: ReadonlySet<string> = new Set(
  `alternatives apt bin boot cloud containers cron dbus debconf debug default dnf doc docker dpkg dracut firewalld firmware grub icons info
  init initramfs-tools kernel keyboard locale logrotate machines man mime misc modules mysql networking node_modules opt os-release pam pki
  polkit-1 portables postgresql private rpm samba security selinux skel ssh ssl sudo systemd terminfo ucf udev ufw useradd xml yum zoneinfo
  zypp`.split(/\s+/),
);
/** Folders of drop-ins, of a processor's libraries, of Python's versions. */
const LIKE_THE_SYSTEM = /^(.*\.d|[a-z0-9_]+-linux-[a-z0-9]+|python[0-9.]*)$/;

/** Every folder and file name an edition uses, as absolute paths. `home` is the edition's folder name. */
export interface Places {
  family: keyof typeof FAMILIES;
  home: string;
  /** Programs and what they load. */
  lib: string;
  /** Texts that do not depend on the architecture. */
  share: string;
  /** Environment file of the services, and the one for secrets that an administrator may add. */
  settings: string;
  secrets: string;
  documents: string;
  licences: string;
  state: string;
  zsh: string;
  desktopId: string;
}

/** @throws PackwrightError when `format` is not a package format of Linux distributions, or the edition's folder is the system's own. */
export function placesOf(product: Product, edition: Edition, format: FormatName): Places {
  if (format !== 'deb' && format !== 'rpm') {
    throw new PackwrightError(
      `edition ${edition.name}`,
      `"${format}" is no package of a Linux distribution`,
      'use deb or rpm',
    );
  }
  const family = FAMILIES[format];
  const home = edition.home ?? product.name;
  if (OF_THE_SYSTEM.has(home) || LIKE_THE_SYSTEM.test(home)) {
    throw new PackwrightError(
      `edition ${edition.name}`,
      `"${home}" is the name of folders of the system's own`,
      `give the edition another "home"`,
    );
  }
  const appId = product.appId ?? product.name;
  return {
    family: format,
    home,
    lib: `/usr/lib/${home}`,
    share: `/usr/share/${home}`,
    settings: `${family.settings}/${home}`,
    secrets: `${family.settings}/${home}.secrets`,
    documents: `/usr/share/doc/${edition.package}`,
    licences: `${family.licences}/${edition.package}`,
    state: `/var/lib/${home}`,
    zsh: family.zsh,
    // Editions with a home of their own can be installed beside the others, so their desktop files need names of their own.
    desktopId: home === product.name ? appId : `${appId}.${home}`,
  };
}
