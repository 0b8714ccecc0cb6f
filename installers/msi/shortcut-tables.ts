import type { WindowsShortcut } from '../../build/model/windows-facts.ts';
import { featureComponent } from './feature-tables.ts';
import { keyOf, shortNames } from './identifiers.ts';
import { directoryAt, fileAt, INSTALL_FOLDER, type Plan } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';

/** Where a shortcut lies: properties of the system's folders; of all users, since ALLUSERS is 1. */
const FOLDERS = { menu: 'ProgramMenuFolder', desktop: 'DesktopFolder', login: 'StartupFolder' } as const;

/** Shortcuts and the PATH: each is in the component of its feature. */
export function shortcutTables(plan: Plan): Tables {
  const { windows } = plan;
  const names = shortNames(windows.shortcuts.map(({ name }) => name));
  const row = (one: WindowsShortcut): Row => [
    keyOf('l', `${one.where}_${one.name}`),
    FOLDERS[one.where],
    names.get(one.name) ?? one.name,
    featureComponent(one.feature),
    `[#${fileAt(plan, one.target).key}]`,
    null,
    literal(one.description),
    null,
    windows.icon ? ICON : null,
    windows.icon ? 0 : null,
    null,
    INSTALL_FOLDER,
    ...[null, null, null, null], // display resources, which are for several languages
  ];
  const icon = windows.icon && fileAt(plan, windows.icon).entry.content;
  return {
    Directory: [...new Set(windows.shortcuts.map(({ where }) => FOLDERS[where]))].map((key) => [key, 'TARGETDIR', '.']),
    Shortcut: windows.shortcuts.map(row),
    Icon: icon ? [[ICON, icon]] : [],
    // "=-*PATH": set at installation, taken away at removal, for the machine; "[~];" keeps what is there in front.
    Environment: windows.path
      ? [['Path', '=-*PATH', `[~];[${directoryAt(plan, windows.path.folder)}]`, featureComponent(windows.path.feature)]]
      : [],
    Property: icon ? [['ARPPRODUCTICON', ICON]] : [],
  };
}

/** Key of the Icon row; it must end as the file does. */
const ICON = 'product.ico';
