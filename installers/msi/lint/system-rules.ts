/** Registry, shortcuts, icons, environment, classes. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { keyPathTable } from './component-rules.ts';
import { PROFILE_FOLDERS, placesOf, SYSTEM_FOLDERS } from './directories.ts';
import { error, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

const SET_PROPERTY = 51;

/** Tables of advertised components; the key path has to be a file. */
const ADVERTISED = ['Class', 'Extension', 'TypeLib'];

export const ice19: Rule = function* (tables) {
  const components = tables.by('Component', 'Component');
  for (const table of [...ADVERTISED, 'PublishComponent'])
    for (const row of tables.rows(table)) {
      const component = components.get(row.text('Component_'));
      if (!component) continue; // ICE03's
      const place = [table, row, 'Component_'] as const;
      if (component.text('ComponentId') === '') yield error(place, `${component.key} has no GUID`, 'give it one');
      if (table !== 'PublishComponent' && (component.text('KeyPath') === '' || keyPathTable(component) !== 'File'))
        yield error(place, `the key path of ${component.key} is no file`, 'make the program the key path');
    }
  for (const row of advertisedShortcuts(tables)) {
    const component = components.get(row.text('Component_'));
    const place = ['Shortcut', row, 'Component_'] as const;
    if (component?.text('ComponentId') === '') yield error(place, `${component.key} has no GUID`, 'give it one');
    if (component && keyPathTable(component) !== 'File')
      yield error(place, `the key path of ${component.key} is in the registry`, 'make it a file or a folder');
  }
};

/** Shortcuts whose target is a feature. */
function advertisedShortcuts(tables: Tables): Row[] {
  const features = tables.values('Feature', 'Feature');
  return tables.rows('Shortcut').filter((row) => features.has(row.text('Target')));
}

/** The page calls it a message and an error; nothing fails, so it is a warning here. */
export const ice36: Rule = function* (tables) {
  const used = new Set(['Shortcut', 'Class', 'ProgId'].flatMap((table) => [...tables.values(table, 'Icon_')]));
  used.add(tables.properties.get('ARPPRODUCTICON') ?? '');
  for (const row of tables.rows('Icon'))
    if (!used.has(row.text('Name')))
      yield warning(['Icon', row], 'nothing uses it, and every advertisement writes it', 'remove it');
};

export const ice49: Rule = function* (tables) {
  for (const row of tables.rows('Registry')) {
    const value = row.text('Value');
    const text = !/^#(?!#)/.test(value) && !value.includes('[~]');
    if (row.text('Name') === '' && !text)
      yield warning(['Registry', row, 'Value'], 'the default value of a key is no REG_SZ', 'name the value');
  }
};

export const ice50: Rule = function* (tables) {
  const files = tables.by('File', 'File');
  const components = tables.by('Component', 'Component');
  const advertised = new Set(advertisedShortcuts(tables));
  for (const row of tables.rows('Shortcut')) {
    const icon = row.text('Icon_');
    if (icon === '') continue;
    const extension = extensionOf(icon);
    if (!['exe', 'ico'].includes(extension))
      yield warning(['Shortcut', row, 'Icon_'], 'not every shell shows it', 'name the icon .ico or .exe');
    const file = files.get(components.get(row.text('Component_'))?.text('KeyPath') ?? '');
    // Only an advertised shortcut opens the key path; with an .ico the shell needs no menu of the target.
    if (file && advertised.has(row) && extension !== extensionOf(file.text('FileName')))
      yield error(
        ['Shortcut', row, 'Icon_'],
        `it ends otherwise than the file that it opens, ${file.key}`,
        'rename the icon',
      );
  }
};

function extensionOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).toLowerCase();
}

/** Column of the key of the tables that may be locked. */
const LOCKED: Readonly<Record<string, string>> = {
  File: 'File',
  Registry: 'Registry',
  Directory: 'Directory',
  CreateFolder: 'Directory_',
  ServiceInstall: 'ServiceInstall',
};

export const ice55: Rule = function* (tables) {
  for (const row of tables.rows('LockPermissions')) {
    const table = row.text('Table');
    const column = Object.hasOwn(LOCKED, table) ? LOCKED[table] : undefined;
    if (row.text('Permission') === '')
      yield error(['LockPermissions', row, 'Permission'], 'it permits nothing in particular', 'write the permissions');
    if (column && !tables.values(table, column).has(row.text('LockObject')))
      yield error(
        ['LockPermissions', row, 'LockObject'],
        `${row.text('LockObject')} is not in ${table}`,
        'name one that is there',
      );
  }
};

export const ice59: Rule = function* (tables) {
  const mapped = new Set(
    tables.rows('FeatureComponents').map((row) => `${row.text('Feature_')}/${row.text('Component_')}`),
  );
  for (const row of advertisedShortcuts(tables))
    if (!mapped.has(`${row.text('Target')}/${row.text('Component_')}`))
      yield error(
        ['Shortcut', row, 'Target'],
        'this feature does not install what the shortcut opens',
        'add the row to FeatureComponents',
      );
};

/** `[~];value` appends, `value;[~]` prepends: the character beside `[~]` parts the values. */
export const ice65: Rule = function* (tables) {
  for (const row of tables.rows('Environment')) {
    const value = row.text('Value');
    const [front, behind] = [value.startsWith('[~]'), value.endsWith('[~]')];
    if (value === '[~]' || front === behind) continue;
    const separator = front ? value.charAt(3) : value.charAt(value.length - 4);
    const text = front ? value.slice(4) : value.slice(0, -4);
    const place = ['Environment', row, 'Value'] as const;
    if (/[A-Za-z0-9]/.test(separator))
      yield warning(place, `it is parted by ${separator}, which occurs in values`, 'use ;');
    else if (text.startsWith(separator) || text.endsWith(separator))
      yield error(place, 'a separator stands at an end of it', 'remove it');
  }
};

export const ice70: Rule = function* (tables) {
  for (const row of tables.rows('Registry')) {
    const value = row.text('Value').replace(/\[[^\]]*\]/g, '0');
    const sound = !/^#[^#%]/.test(value) || /^#[xX][0-9A-Fa-f]+$/.test(value) || /^#[+-]?[0-9]+$/.test(value);
    if (!sound)
      yield error(
        ['Registry', row, 'Value'],
        'it is no integer',
        'write # and digits, #x and hexadecimal digits, or ## for text',
      );
  }
};

export const ice88: Rule = function* (tables) {
  const set = tables
    .rows('CustomAction')
    .filter((row) => (row.number('Type') & 0x3f) === SET_PROPERTY)
    .map((row) => row.text('Source'));
  const known = new Set([
    ...tables.values('Directory', 'Directory'),
    ...tables.values('AppSearch', 'Property'),
    ...tables.properties.keys(),
    ...set,
  ]);
  for (const row of tables.rows('IniFile')) {
    const folder = row.text('DirProperty');
    if (folder !== '' && !known.has(folder) && !SYSTEM_FOLDERS.has(folder))
      yield warning(['IniFile', row, 'DirProperty'], `nothing sets ${folder}`, 'name a folder');
  }
};

export const ice89: Rule = function* (tables) {
  const known = tables.values('ProgId', 'ProgId');
  for (const row of tables.rows('ProgId')) {
    const parent = row.text('ProgId_Parent');
    if (parent !== '' && !known.has(parent))
      yield error(['ProgId', row, 'ProgId_Parent'], `there is no ${parent}`, 'name one that is there');
  }
};

export const ice90: Rule = function* (tables) {
  const places = placesOf(tables);
  for (const row of tables.rows('Shortcut')) {
    const folder = row.text('Directory_');
    if (folder !== '' && !/[a-z]/.test(folder) && PROFILE_FOLDERS.has(places.get(folder)?.root ?? ''))
      yield warning(
        ['Shortcut', row, 'Directory_'],
        `${folder} is public, in a profile: ALLUSERS may change it`,
        'name it with small letters',
      );
  }
};
