import { type Entry, fileTree } from '../../build/model/file-tree.ts';
import type { Alternative, Lifecycle } from '../../build/model/lifecycle.ts';
import { replacedBy, servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Relations } from '../../build/model/package.ts';
import type { Payload, Platform } from '../../build/model/platform.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { startOf } from '../../build/model/service.ts';
import type { FormatName } from '../../build/model/target.ts';
import { placeCommands } from './commands.ts';
import { placeShortcuts } from './desktop-entry.ts';
import { placeDocuments } from './documents.ts';
import { foldersBelow, textFile } from './entries.ts';
import { markerPath, placePayload } from './payload-files.ts';
import { type Places, placesOf } from './places.ts';
import { renderSettingsFile } from './settings-file.ts';
import { ownRootOf } from './system-folders.ts';
import { accountOf, hasAccount, placeUnits, sysusersPath } from './systemd.ts';

/** Linux distributions: the Filesystem Hierarchy Standard, systemd, freedesktop.org. */
export const linux = {
  name: 'linux',
  system: 'linux',
  place(product, edition, arch, payload, format) {
    const places = placesOf(product, edition, format);
    const { entries: commands, alternatives } = placeCommands(product, edition, payload, places);
    const entries = [
      ...placePayload(product, edition, payload, places),
      ...commands,
      ...placeUnits(product, edition, places),
      ...placeSettings(product, edition, places),
      ...placeShortcuts(product, edition, payload, places),
      ...placeDocuments(product, edition, payload, places),
    ];
    return {
      arch,
      tree: fileTree([...entries, ...foldersBelow(ownFolders(places, payload), entries)], `edition ${edition.name}`),
      lifecycle: lifecycleOf(product, edition, places, alternatives),
      relations: relationsOf(product, edition, payload, format),
    };
  },
} satisfies Platform;

function placeSettings(product: Product, edition: Edition, places: Places): Entry[] {
  const services = servicesOf(product, edition);
  if (services.length === 0) return [];
  return [textFile(places.settings, 'config', renderSettingsFile(settingsOf(product, edition), services, places))];
}

/** rpm leaves folders behind that no package owns; those of shells and desktops may be missing on a small system, so we own them too. */
const SHARED_FOLDERS = ['/usr/share/bash-completion', '/usr/share/fish', '/usr/share/icons/hicolor', '/usr/share/zsh'];

function ownFolders(places: Places, payload: Payload): string[] {
  const elsewhere = payload.files.flatMap(({ path }) => (path.startsWith('/') ? (ownRootOf(path) ?? []) : []));
  const own = [places.lib, places.share, places.documents, places.licences, `/etc/${places.home}`, ...elsewhere];
  return places.family === 'rpm' ? [...own, ...SHARED_FOLDERS] : own;
}

function lifecycleOf(
  product: Product,
  edition: Edition,
  places: Places,
  alternatives: readonly Alternative[],
): Lifecycle {
  const services = servicesOf(product, edition);
  const secrets = services.length > 0 && settingsOf(product, edition).some(({ kind }) => kind === 'secret');
  return {
    units: services.map((service) => ({ unit: `${service.name}.service`, start: startOf(service, edition.name) })),
    alternatives,
    accounts: services
      .filter(hasAccount)
      .map((service) => ({ name: accountOf(service), sysusersFile: sysusersPath(edition) })),
    state: services.length > 0 ? [places.state] : [],
    secretFiles: secrets ? [places.secrets] : [],
    siblings: replacedBy(product, edition).map((other) => markerPath(other.home ?? product.name, other.name)),
    rivals: edition.rivals ?? [],
  };
}

function relationsOf(product: Product, edition: Edition, payload: Payload, format: FormatName): Relations {
  const own = new Set(product.editions.map((each) => each.package));
  return {
    libraries: payload.libraries,
    replaces: replacedBy(product, edition).map((other) => other.package),
    conflicts: (edition.rivals ?? []).map((rival) => rival.package).filter((name) => !own.has(name)),
    depends: product.depends?.[format] ?? [],
  };
}
