import { PackwrightError } from '../../build/model/errors.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { FormatName } from '../../build/model/target.ts';
import { isSystemName } from './system-folders.ts';

/** What differs between the families of distributions. Everything else follows the Filesystem Hierarchy Standard 3.0 for both. */
const FAMILIES = {
  // Debian Policy 9.3.2 keeps settings of services in /etc/default; zsh of Debian reads vendor-completions.
  deb: { settings: '/etc/default', zsh: '/usr/share/zsh/vendor-completions', licences: '/usr/share/doc' },
  // Fedora, RHEL and SUSE use /etc/sysconfig, zsh's own site-functions, and %license files outside the documentation.
  rpm: { settings: '/etc/sysconfig', zsh: '/usr/share/zsh/site-functions', licences: '/usr/share/licenses' },
} as const;

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
  if (isSystemName(home)) {
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
