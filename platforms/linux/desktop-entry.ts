import type { Entry } from '../../build/model/file-tree.ts';
import { shortcutsOf } from '../../build/model/members.ts';
import type { Payload } from '../../build/model/platform.ts';
import type { Edition, Product, Shortcut } from '../../build/model/product.ts';
import { renderMetainfo } from './appstream.ts';
import { textFile } from './entries.ts';
import { ICON_FILE } from './payload-files.ts';
import type { Places } from './places.ts';

/** Menu entries, icons and the software centre's page. An edition without shortcuts has none of them. */
export function placeShortcuts(product: Product, edition: Edition, payload: Payload, places: Places): Entry[] {
  const shortcuts = shortcutsOf(product, edition);
  if (shortcuts.length === 0) return [];
  const icons = placeIcons(payload, places);
  const entries: Entry[] = [...icons];
  for (const [index, shortcut] of shortcuts.entries()) {
    const path = `/usr/share/applications/${desktopFile(shortcut, index, places)}`;
    entries.push(textFile(path, 'data', renderDesktopEntry(shortcut, icons.length > 0, places)));
  }
  if (product.appId !== undefined) {
    const launchable = desktopFile(shortcuts[0]!, 0, places);
    entries.push(
      textFile(
        `/usr/share/metainfo/${places.desktopId}.metainfo.xml`,
        'data',
        renderMetainfo(product, edition, launchable, places),
      ),
    );
  }
  return entries;
}

/** Icon theme specification: `hicolor` is what every desktop falls back to. */
function placeIcons(payload: Payload, places: Places): Entry[] {
  const entries: Entry[] = [];
  for (const file of payload.files) {
    const match = ICON_FILE.exec(file.path);
    if (!match || file.kind !== 'file') continue;
    const [, size, type] = match;
    if (type === 'png' && size === undefined) continue; // the theme has no folder for a bitmap of unknown size
    const folder = type === 'svg' ? 'scalable' : `${size}x${size}`;
    const path = `/usr/share/icons/hicolor/${folder}/apps/${places.desktopId}.${type}`;
    entries.push({ path, role: 'data', kind: 'file', mode: 0o644, layer: 'app', content: file.content });
  }
  return entries;
}

/** The first shortcut has the application's own id, by which software centres and windows find it. */
function desktopFile(shortcut: Shortcut, index: number, places: Places): string {
  return index === 0 ? `${places.desktopId}.desktop` : `${places.desktopId}.${shortcut.program}.desktop`;
}

/** Desktop Entry Specification 1.5; 1.1 is the version whose keys are used. */
function renderDesktopEntry(shortcut: Shortcut, icon: boolean, places: Places): string {
  const lines: [string, string][] = [
    ['Type', 'Application'],
    ['Version', '1.1'],
    ['Name', shortcut.name],
    ['Comment', shortcut.comment],
    ['Exec', `/usr/bin/${shortcut.program}`],
    ...(icon ? [['Icon', places.desktopId] as [string, string]] : []),
    ['Terminal', 'false'],
    ['StartupNotify', 'true'],
    ['Categories', shortcut.categories.map((category) => `${category};`).join('')],
  ];
  return `[Desktop Entry]\n${lines.map(([key, value]) => `${key}=${escapeValue(value)}\n`).join('')}`;
}

function escapeValue(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}
