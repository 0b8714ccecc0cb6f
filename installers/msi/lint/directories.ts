import type { Row, Tables } from './tables.ts';

/** Where a row of the Directory table ends up. */
export interface Place {
  /** Key of the nearest folder above, or of itself, that the system or a root names. */
  root: string;
  /** Path below the root in small letters: names of long and of short file systems. */
  long: string;
  short: string;
}

/** Properties of the system's folders: their rows are named by Windows, whatever DefaultDir says ("System Folder Properties"). */
export const SYSTEM_FOLDERS: ReadonlySet<string> = new Set(
  `AdminToolsFolder AppDataFolder CommonAppDataFolder CommonFiles64Folder CommonFilesFolder DesktopFolder FavoritesFolder FontsFolder
  LocalAppDataFolder MyPicturesFolder NetHoodFolder PersonalFolder PrintHoodFolder ProgramFiles64Folder ProgramFilesFolder
  ProgramMenuFolder RecentFolder SendToFolder StartMenuFolder StartupFolder System16Folder System64Folder SystemFolder TempFolder
  TemplateFolder WindowsFolder WindowsVolume`.split(/\s+/),
);
/** Folders of one user, whatever ALLUSERS says (the list of ICE91's page). */
export const USER_FOLDERS: ReadonlySet<string> = new Set(
  'AppDataFolder FavoritesFolder NetHoodFolder PersonalFolder PrintHoodFolder RecentFolder SendToFolder MyPicturesFolder LocalAppDataFolder'.split(
    ' ',
  ),
);
/** Folders of one user or of all, as ALLUSERS says. */
export const PROFILE_FOLDERS: ReadonlySet<string> = new Set([
  ...USER_FOLDERS,
  ...'AdminToolsFolder DesktopFolder ProgramMenuFolder StartMenuFolder StartupFolder TemplateFolder'.split(' '),
]);
export const FOLDERS_64: ReadonlySet<string> = new Set([
  'ProgramFiles64Folder',
  'CommonFiles64Folder',
  'System64Folder',
]);
export const FOLDERS_32: ReadonlySet<string> = new Set(['ProgramFilesFolder', 'CommonFilesFolder', 'SystemFolder']);
/** Nobody nests deeper; what does is cut there, so that paths stay short. */
const DEEPEST = 256;

/** The place of every row of the Directory table. Properties are not evaluated. */
export function placesOf(tables: Tables): ReadonlyMap<string, Place> {
  const rows = tables.by('Directory', 'Directory');
  const places = new Map<string, Place>();
  for (const key of rows.keys()) {
    const climb: Row[] = [];
    let at = key;
    for (let row = rows.get(at); row && !places.has(at) && climb.length < DEEPEST; row = rows.get(at)) {
      climb.push(row);
      const parent = row.text('Directory_Parent');
      if (SYSTEM_FOLDERS.has(at) || parent === '' || parent === at) break;
      at = parent;
    }
    let above = places.get(at);
    for (const row of climb.reverse()) {
      const own = row.text('Directory');
      above =
        above && !SYSTEM_FOLDERS.has(own) ? below(above, row.text('DefaultDir')) : { root: own, long: '', short: '' };
      places.set(own, above);
    }
  }
  return places;
}

/** `target:source`, each `short|long`; a dot is the parent itself. */
function below(above: Place, defaultDir: string): Place {
  const { long, short } = namesOf(defaultDir.split(':')[0] ?? '');
  if (long === '.') return above;
  return { root: above.root, long: `${above.long}/${long}`, short: `${above.short}/${short}` };
}

/** Both names of a `short|long` in small letters. */
export function namesOf(name: string): { long: string; short: string } {
  const bar = name.indexOf('|');
  const lower = name.toLowerCase();
  return { short: bar < 0 ? lower : lower.slice(0, bar), long: lower.slice(bar + 1) };
}
