/** Components, features, folders and files. */
import { type Finding, find, type Row, type Rule, rowsOf, valuesOf } from './finding.ts';

const PERMANENT = 16;
const REGISTRY_KEY_PATH = 4;
const FOLLOW_PARENT = 2;
const NO_VERSION_HASH = 'a file without a version gets a row in MsiFileHash';

/** The row that a component's key path names belongs to that component. */
export const ice02: Rule = (database) => {
  const findings: Finding[] = [];
  for (const row of rowsOf(database, 'Component')) {
    const [table, column] = row.number('Attributes') & REGISTRY_KEY_PATH ? ['Registry', 'Registry'] : ['File', 'File'];
    const path = row.text('KeyPath');
    const target = rowsOf(database, table).find((one) => one.text(column) === path);
    if (target && target.text('Component_') !== row.key)
      findings.push(
        find(
          ['ICE02', 'error'],
          ['Component', row, 'KeyPath'],
          `its key path ${path} belongs to ${target.text('Component_')}`,
          'name a row of the component itself',
        ),
      );
  }
  return findings;
};

/** Every file's sequence lies within the last one of the media. */
export const ice04: Rule = (database) => {
  const last = Math.max(0, ...rowsOf(database, 'Media').map((row) => row.number('LastSequence')));
  return rowsOf(database, 'File')
    .filter((row) => row.number('Sequence') > last)
    .map((row) =>
      find(
        ['ICE04', 'error'],
        ['File', row, 'Sequence'],
        `it is after the last of all media, ${last}`,
        'raise Media.LastSequence',
      ),
    );
};

/** No two components share a GUID. */
export const ice08: Rule = (database) =>
  repeats(rowsOf(database, 'Component'), (row) => row.text('ComponentId').toUpperCase()).map((row) =>
    find(['ICE08', 'error'], ['Component', row, 'ComponentId'], 'another component has this GUID', 'give each its own'),
  );

/** What goes to the system's folder stays there. */
export const ice09: Rule = (database) =>
  rowsOf(database, 'Component')
    .filter((row) => ['SystemFolder', 'System64Folder'].includes(row.text('Directory_')))
    .filter((row) => (row.number('Attributes') & PERMANENT) === 0)
    .map((row) =>
      find(
        ['ICE09', 'warning'],
        ['Component', row, 'Attributes'],
        'it lies in the system folder and is not permanent',
        'set 16',
      ),
    );

/** A feature is not its own parent, and one without a parent cannot follow it. */
export const ice14: Rule = (database) =>
  rowsOf(database, 'Feature').flatMap((row) => {
    const parent = row.text('Feature_Parent');
    if (parent === row.key)
      return [find(['ICE14', 'error'], ['Feature', row, 'Feature_Parent'], 'it is its own parent', 'leave it empty')];
    if (parent === '' && row.number('Attributes') & FOLLOW_PARENT)
      return [find(['ICE14', 'error'], ['Feature', row, 'Attributes'], 'it follows a parent that it lacks', 'clear 2')];
    return [];
  });

/** A folder that is a component's key path is created, or holds something. */
export const ice18: Rule = (database) => {
  const full = new Set(
    ['File', 'RemoveFile', 'CreateFolder', 'DuplicateFile'].flatMap((table) => [
      ...valuesOf(database, table, 'Component_'),
    ]),
  );
  return rowsOf(database, 'Component')
    .filter((row) => row.text('KeyPath') === '' && !full.has(row.key))
    .map((row) =>
      find(
        ['ICE18', 'error'],
        ['Component', row, 'KeyPath'],
        'its folder is the key path and nothing creates it',
        'add a row to CreateFolder',
      ),
    );
};

/** Every component belongs to a feature. */
export const ice21: Rule = (database) => {
  const used = valuesOf(database, 'FeatureComponents', 'Component_');
  return rowsOf(database, 'Component')
    .filter((row) => !used.has(row.key))
    .map((row) =>
      find(['ICE21', 'error'], ['Component', row], 'it belongs to no feature', 'add a row to FeatureComponents'),
    );
};

/** Two components do not put the same file into the same folder. */
export const ice30: Rule = (database) => {
  const homes = new Map(rowsOf(database, 'Component').map((row) => [row.key, row.text('Directory_')]));
  const longName = (name: string) => name.slice(name.indexOf('|') + 1).toLowerCase();
  return repeats(
    rowsOf(database, 'File'),
    (row) => `${homes.get(row.text('Component_'))}/${longName(row.text('FileName'))}`,
  ).map((row) =>
    find(
      ['ICE30', 'error'],
      ['File', row, 'FileName'],
      'another file has this name in this folder',
      'rename one, or part them by conditions',
    ),
  );
};

/** A version or a hash: without either, a repair cannot tell whether the file was changed. */
export const ice60: Rule = (database) => {
  const hashed = valuesOf(database, 'MsiFileHash', 'File_');
  return rowsOf(database, 'File').flatMap((row) => {
    const versioned = row.text('Version') !== '';
    if (versioned && hashed.has(row.key))
      return [find(['ICE60', 'error'], ['File', row, 'Version'], 'it has a version and a hash', NO_VERSION_HASH)];
    if (!versioned && !hashed.has(row.key))
      return [find(['ICE60', 'warning'], ['File', row, 'Version'], 'it has neither version nor hash', NO_VERSION_HASH)];
    return [];
  });
};

/** A component without a GUID is not registered, so it cannot be permanent. */
export const ice92: Rule = (database) =>
  rowsOf(database, 'Component')
    .filter((row) => row.text('ComponentId') === '' && row.number('Attributes') & PERMANENT)
    .map((row) =>
      find(['ICE92', 'error'], ['Component', row, 'ComponentId'], 'it has no GUID and is permanent', 'give it one'),
    );

/** Rows whose word an earlier row has; empty words do not count. */
function repeats(rows: readonly Row[], word: (row: Row) => string): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const own = word(row);
    if (own === '') return false;
    if (seen.has(own)) return true;
    seen.add(own);
    return false;
  });
}
