/** Components and features. Each rule cites nothing but its number: the page is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { PROFILE_FOLDERS, placesOf } from './directories.ts';
import { error, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

/** Bits of Component.Attributes. */
const REGISTRY_KEY_PATH = 4;
const PERMANENT = 16;
const ODBC_KEY_PATH = 32;
const UNINSTALL_ON_SUPERSEDENCE = 1024;
/** Bits of Feature.Attributes. */
const FOLLOW_PARENT = 2;
const FAVOR_ADVERTISE = 4;
const DISALLOW_ADVERTISE = 8;
const MOST_COMPONENTS = 1600;

/** Table whose row a key path names. */
export function keyPathTable(component: Row): 'Registry' | 'ODBCDataSource' | 'File' {
  const attributes = component.number('Attributes');
  if (attributes & REGISTRY_KEY_PATH) return 'Registry';
  return attributes & ODBC_KEY_PATH ? 'ODBCDataSource' : 'File';
}

export const ice02: Rule = function* (tables) {
  for (const row of tables.rows('Component')) {
    const table = keyPathTable(row);
    const path = row.text('KeyPath');
    if (path === '' || table === 'ODBCDataSource') continue;
    const target = tables.by(table, table).get(path);
    const place = ['Component', row, 'KeyPath'] as const;
    if (!target) yield error(place, `its key path ${path} is not in ${table}`, 'name a row of the component itself');
    else if (target.text('Component_') !== row.key)
      yield error(
        place,
        `its key path ${path} belongs to ${target.text('Component_')}`,
        'name a row of the component itself',
      );
  }
};

export const ice08: Rule = function* (tables) {
  const seen = new Map<string, string>();
  for (const row of tables.rows('Component')) {
    const guid = row.text('ComponentId').toUpperCase();
    const other = seen.get(guid);
    if (guid !== '' && other !== undefined)
      yield error(['Component', row, 'ComponentId'], `${other} has this GUID too`, 'give each its own');
    seen.set(guid, row.key);
  }
};

export const ice09: Rule = function* (tables) {
  for (const row of tables.rows('Component'))
    if (row.text('Directory_') === 'SystemFolder' && !(row.number('Attributes') & PERMANENT))
      yield warning(
        ['Component', row, 'Attributes'],
        'it goes to the system’s folder and is not permanent',
        'set bit 16',
      );
};

export const ice10: Rule = function* (tables) {
  const features = tables.by('Feature', 'Feature');
  for (const row of tables.rows('Feature')) {
    const name = row.text('Feature_Parent');
    const parent = features.get(name);
    if (name !== '' && !parent)
      yield error(['Feature', row, 'Feature_Parent'], `there is no feature ${name}`, 'name one of the Feature table');
    if (parent && parent.number('Attributes') & FAVOR_ADVERTISE && row.number('Attributes') & DISALLOW_ADVERTISE)
      yield error(
        ['Feature', row, 'Attributes'],
        `it may not be advertised, and ${name} is to be`,
        'clear bit 8, or bit 4 above',
      );
  }
};

export const ice14: Rule = function* (tables) {
  for (const row of tables.rows('Feature')) {
    const parent = row.text('Feature_Parent');
    if (parent !== '' && parent === row.key)
      yield error(['Feature', row, 'Feature_Parent'], 'it is its own parent', 'leave the parent empty');
    if ((parent === '' || parent === row.key) && row.number('Attributes') & FOLLOW_PARENT)
      yield error(['Feature', row, 'Attributes'], 'it follows a parent that it lacks', 'clear bit 2');
  }
};

/** Holders of something in the component's own folder; the column that names the folder. */
const FILLERS = { RemoveFile: 'DirProperty', DuplicateFile: 'DestFolder', MoveFile: 'DestFolder' } as const;

export const ice18: Rule = function* (tables) {
  const full = new Set(tables.values('File', 'Component_'));
  const created = pairs(tables, 'CreateFolder', 'Directory_');
  const filled = new Set(Object.entries(FILLERS).flatMap(([table, column]) => [...pairs(tables, table, column)]));
  for (const row of tables.rows('Component')) {
    const pair = `${row.key}/${row.text('Directory_')}`;
    if (row.text('KeyPath') !== '' || full.has(row.key) || filled.has(pair) || created.has(pair)) continue;
    yield error(
      ['Component', row, 'KeyPath'],
      'its key path is an empty folder that nothing creates',
      'add a row to CreateFolder',
    );
  }
};

function pairs(tables: Tables, table: string, column: string): Set<string> {
  return new Set(tables.rows(table).map((row) => `${row.text('Component_')}/${row.text(column)}`));
}

export const ice21: Rule = function* (tables) {
  const used = tables.values('FeatureComponents', 'Component_');
  for (const row of tables.rows('Component'))
    if (!used.has(row.key))
      yield error(['Component', row], 'it belongs to no feature', 'add a row to FeatureComponents');
};

export const ice22: Rule = function* (tables) {
  const mapped = pairs(tables, 'FeatureComponents', 'Feature_');
  for (const row of tables.rows('PublishComponent'))
    if (!mapped.has(`${row.text('Component_')}/${row.text('Feature_')}`))
      yield error(['PublishComponent', row], 'its component is not of its feature', 'add a row to FeatureComponents');
};

/** The page names no folders but those of its example; here they are ICE91's and those that ALLUSERS moves. */
export const ice38: Rule = function* (tables) {
  const places = placesOf(tables);
  for (const row of tables.rows('Component')) {
    if (!PROFILE_FOLDERS.has(places.get(row.text('Directory_'))?.root ?? '')) continue;
    const registry = tables.by('Registry', 'Registry').get(row.text('KeyPath'));
    const ofUser = registry && [-1, 1].includes(registry.number('Root')) && registry.text('Component_') === row.key;
    if (keyPathTable(row) !== 'Registry' || !ofUser)
      yield error(
        ['Component', row, 'KeyPath'],
        'it lies in a user’s profile, and its key path is no value of its own under HKEY_CURRENT_USER',
        'add such a value and make it the key path',
      );
  }
};

/** A warning, as in the page's example; its text says error. */
export const ice47: Rule = function* (tables) {
  const counts = new Map<string, number>();
  for (const row of tables.rows('FeatureComponents'))
    counts.set(row.text('Feature_'), (counts.get(row.text('Feature_')) ?? 0) + 1);
  for (const row of tables.rows('Feature'))
    if ((counts.get(row.key) ?? 0) >= MOST_COMPONENTS)
      yield warning(
        ['Feature', row],
        `it has ${counts.get(row.key)} components, at ${MOST_COMPONENTS} some versions of Windows fail`,
        'split it',
      );
};

export const ice54: Rule = function* (tables) {
  const files = tables.by('File', 'File');
  for (const row of tables.rows('Component')) {
    const version = keyPathTable(row) === 'File' ? files.get(row.text('KeyPath'))?.text('Version') : undefined;
    if (version && files.has(version))
      yield warning(
        ['Component', row, 'KeyPath'],
        `the version of this file is that of ${version}`,
        'take another key path',
      );
  }
};

export const ice92: Rule = function* (tables) {
  for (const row of tables.rows('Component')) {
    const attributes = row.number('Attributes');
    if (!(attributes & PERMANENT)) continue;
    if (row.text('ComponentId') === '')
      yield error(['Component', row, 'ComponentId'], 'it is permanent and has no GUID', 'give it one, or clear bit 16');
    if (attributes & UNINSTALL_ON_SUPERSEDENCE)
      yield warning(
        ['Component', row, 'Attributes'],
        'it is permanent, and yet to go when superseded',
        'clear bit 16 or 1024',
      );
  }
};
