import { bytesContent, type Content } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import { type Entry, type FileEntry, fileTree, type Role } from '../../build/model/file-tree.ts';
import { programsOf, replacedBy, shortcutsOf } from '../../build/model/members.ts';
import type { Payload, PayloadFile, Platform } from '../../build/model/platform.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { FormatName } from '../../build/model/target.ts';
import type { WindowsFacts, WindowsShortcut } from '../../build/model/windows-facts.ts';
import { DESKTOP_FEATURE, featuresOf, LOGIN_FEATURE, MENU_FEATURE, PATH_FEATURE } from './features.ts';
import { type Places, placesOf, upgradeCodeOf, zipFolder } from './places.ts';
import { renderZipReadme } from './readme.ts';
import { fixedVariables, placeServices, placeSettings, WINDOWLESS_LOADER } from './services.ts';

/** Windows 10 and later: Program Files, ProgramData, the service control manager. */
export const windows = {
  name: 'windows',
  system: 'win32',
  place(product, edition, arch, payload, format: FormatName = 'msi') {
    const places = placesOf(product, edition);
    if (format === 'zip') places.folder = zipFolder(edition);
    const entries: Entry[] = payload.files.map((file) => placeFile(product, file, places));
    entries.push(
      plainFile(`${places.folder}/LICENSE.txt`, 'licence', payload.licence),
      plainFile(`${places.folder}/NOTICES.txt`, 'licence', payload.notices),
    );
    if (format === 'zip') {
      const readme = bytesContent(renderZipReadme(product, edition, places));
      entries.push(plainFile(`${places.folder}/README.txt`, 'doc', readme));
    }
    return {
      arch,
      tree: fileTree(entries, `edition ${edition.name}`),
      lifecycle: { units: [], alternatives: [], accounts: [], state: [], siblings: [], rivals: [] },
      relations: { libraries: [], replaces: [], conflicts: [], depends: [] },
      windows: factsOf(product, edition, payload, places),
    };
  },
} satisfies Platform;

function placeFile(product: Product, file: PayloadFile, places: Places): FileEntry {
  if (file.kind === 'link') {
    throw new PackwrightError(
      file.path,
      'it is a link, which packages for Windows cannot hold',
      'ship what it leads to',
    );
  }
  if (file.path.startsWith('/')) {
    throw new PackwrightError(
      file.path,
      'the manifest puts it at an absolute path, which Windows does not have',
      'give it a relative place, or leave it to the editions for other systems',
    );
  }
  const entry = plainFile(`${places.folder}/${file.path}`, roleOf(product, file.path), file.content);
  return file.version ? { ...entry, version: file.version } : entry;
}

/** Windows has no mode bits; 0644 says "as the folder has it". */
function plainFile(path: string, role: Role, content: Content): FileEntry {
  return { path, role, kind: 'file', mode: 0o644, layer: 'app', content };
}

function roleOf(product: Product, path: string): Role {
  const extra = product.files?.find(({ to }) => path === to || path.startsWith(`${to}/`));
  if (extra) return extra.role ?? 'data';
  if (path.startsWith('bin/')) return 'program';
  return path.endsWith('.node') ? 'library' : 'data';
}

function factsOf(product: Product, edition: Edition, payload: Payload, places: Places): WindowsFacts {
  const features = featuresOf(product, edition);
  const shortcuts = placeShortcuts(product, edition, places);
  const icon = payload.files.some(({ path }) => path === 'icon.ico');
  return {
    ...places,
    title: edition.title,
    replaces: replacedBy(product, edition).map((other) => upgradeCodeOf(product, other)),
    features,
    services: placeServices(product, edition, places),
    shortcuts,
    path: { folder: `${places.folder}/bin`, feature: PATH_FEATURE },
    settings: placeSettings(product, edition),
    variables: fixedVariables(product, edition),
    windowless: windowlessExecutables(product, edition, places),
    ...(shortcuts[0] ? { desktopProgram: shortcuts[0].target } : {}),
    ...(icon ? { icon: `${places.folder}/icon.ico` } : {}),
    licence: `${places.folder}/LICENSE.txt`,
    actions: actionsOf(payload),
  };
}

function actionsOf({ installerActions }: Payload): Content {
  if (installerActions) return installerActions;
  throw new PackwrightError('payload', 'it is not one for Windows: the actions of its installer are missing');
}

/** Launchers first: who ends one ends its loader. Services are started by the other loader (`LOADER`), never by these. */
function windowlessExecutables(product: Product, edition: Edition, places: Places): string[] {
  const programs = programsOf(product, edition).filter(({ windowless }) => windowless);
  if (programs.length === 0) return [];
  return [...programs.map(({ name }) => `bin/${name}.exe`), WINDOWLESS_LOADER].map(
    (path) => `${places.folder}/${path}`,
  );
}

function placeShortcuts(product: Product, edition: Edition, places: Places): WindowsShortcut[] {
  return shortcutsOf(product, edition).flatMap(({ name, comment, program }) => {
    const shortcut = { name, description: comment, target: `${places.folder}/bin/${program}.exe` };
    return [
      { ...shortcut, where: 'menu' as const, feature: MENU_FEATURE },
      { ...shortcut, where: 'desktop' as const, feature: DESKTOP_FEATURE },
      { ...shortcut, where: 'login' as const, feature: LOGIN_FEATURE },
    ];
  });
}
