import { PackwrightError } from '../../build/model/errors.ts';
import { nameUuid } from '../../build/model/name-uuid.ts';
import type { Edition, Product } from '../../build/model/product.ts';

/** The namespace of UpgradeCodes that are derived from a product's id and a package's name. Never to change. */
const UPGRADE_CODES = '{0B6F2F1E-6C1B-5B0E-9E36-3D0B8B7A7C55}';

/** Every folder and name an edition uses. The first folder of a path stands for a place of the system. */
export interface Places {
  /** Programs and what they load, such as `/ProgramFiles/Thing`. */
  folder: string;
  /** Data of the services, such as `/ProgramData/Thing`. */
  state: string;
  /** Key below HKEY_LOCAL_MACHINE. */
  registryKey: string;
  upgradeCode: string;
}

/** Editions with a home of their own are installed beside the others, so their folders have names of their own. */
export function placesOf(product: Product, edition: Edition): Places {
  const home = edition.home ?? product.name;
  const name = folderName(home === product.name ? product.title : edition.title, edition);
  return {
    folder: `/ProgramFiles/${name}`,
    state: `/ProgramData/${name}`,
    registryKey: `SOFTWARE\\${folderName(product.vendor, edition)}\\${home}`,
    upgradeCode: upgradeCodeOf(product, edition),
  };
}

/** The one folder in a zip, which whoever unpacks it puts where he likes; the same in every version, as the paths of services are. */
export function zipFolder(edition: Edition): string {
  return `/${edition.package}`;
}

/** A path of a placement in the words of Windows. */
export function windowsPath(path: string): string {
  return path
    .replace(/^\/ProgramFiles/, '%ProgramFiles%')
    .replace(/^\/ProgramData/, '%ProgramData%')
    .replaceAll('/', '\\');
}

export function upgradeCodeOf(product: Product, edition: Edition): string {
  if (edition.upgradeCode) return edition.upgradeCode.toUpperCase();
  return nameUuid(UPGRADE_CODES, `${product.appId ?? product.name}/${edition.package}`);
}

/** A title as the name of a folder: without what Windows does not take in names (Naming Files, Paths, and Namespaces). */
function folderName(title: string, edition: Edition): string {
  const name = title
    .replace(/[<>:"/\\|?*\u0000-\u001f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+|[ .]+$/g, '');
  if (name === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) {
    throw new PackwrightError(
      `edition ${edition.name}`,
      `"${title}" leaves no name that Windows takes for a folder`,
      'give it another title or vendor',
    );
  }
  return name;
}
