import type { WindowsShortcut } from '../../build/model/windows-facts.ts';
import { IS_64_BIT } from './file-tables.ts';
import { componentId, keyOf, shortNames } from './identifiers.ts';
import { directoryAt, fileAt, INSTALL_FOLDER, type Plan } from './plan.ts';
import { literal, type Row, type Tables } from './rows.ts';

const HKEY_LOCAL_MACHINE = 2;
const REGISTRY_KEY_PATH = 4;
/** Where a shortcut lies: properties of the system's folders; of all users, since ALLUSERS is 1. */
const FOLDERS = { menu: 'ProgramMenuFolder', desktop: 'DesktopFolder', login: 'StartupFolder' } as const;

/** Shortcuts and the PATH: each is a component of its feature, with a value in the registry to know it by. */
export function shortcutTables(plan: Plan): Tables {
  const { windows, placement } = plan;
  const features = new Set([
    ...windows.shortcuts.map(({ feature }) => feature),
    ...(windows.path ? [windows.path.feature] : []),
  ]);
  const component = (feature: string) => `c_${feature}`;
  const names = shortNames(windows.shortcuts.map(({ name }) => name));
  const row = (one: WindowsShortcut): Row => [
    keyOf('l', `${one.where}_${one.name}`),
    FOLDERS[one.where],
    names.get(one.name) ?? one.name,
    component(one.feature),
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
    Component: [...features].map((feature) => [
      component(feature),
      componentId(windows.upgradeCode, placement.arch, `feature ${feature}`),
      INSTALL_FOLDER,
      IS_64_BIT | REGISTRY_KEY_PATH,
      null,
      `r_${feature}`,
    ]),
    FeatureComponents: [...features].map((feature) => [feature, component(feature)]),
    Registry: [...features].map((feature) => [
      `r_${feature}`,
      HKEY_LOCAL_MACHINE,
      windows.registryKey,
      feature,
      '#1',
      component(feature),
    ]),
    Directory: [...new Set(windows.shortcuts.map(({ where }) => FOLDERS[where]))].map((key) => [key, 'TARGETDIR', '.']),
    Shortcut: windows.shortcuts.map(row),
    Icon: icon ? [[ICON, icon]] : [],
    // "=-*PATH": set at installation, taken away at removal, for the machine; "[~];" keeps what is there in front.
    Environment: windows.path
      ? [['Path', '=-*PATH', `[~];[${directoryAt(plan, windows.path.folder)}]`, component(windows.path.feature)]]
      : [],
    Property: icon ? [['ARPPRODUCTICON', ICON]] : [],
  };
}

/** Key of the Icon row; it must end as the file does. */
const ICON = 'product.ico';
