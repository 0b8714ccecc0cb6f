/** Registry, shortcuts, icons, services, environment. */
import { type Finding, find, type Rule, rowsOf, valuesOf } from './finding.ts';

const FLAGS_BEFORE = /^[=+\-!*]*/;

/** An advertised shortcut lies in a component with a key path. */
export const ice19: Rule = (database) => {
  const paths = new Map(rowsOf(database, 'Component').map((row) => [row.key, row.text('KeyPath')]));
  const features = valuesOf(database, 'Feature', 'Feature');
  return rowsOf(database, 'Shortcut')
    .filter((row) => features.has(row.text('Target')) && !paths.get(row.text('Component_')))
    .map((row) =>
      find(
        ['ICE19', 'error'],
        ['Shortcut', row, 'Component_'],
        'it is advertised and its component has no key path',
        'make the program the key path',
      ),
    );
};

/** Icons are used. */
export const ice36: Rule = (database) => {
  const used = new Set([
    ...valuesOf(database, 'Shortcut', 'Icon_'),
    ...valuesOf(database, 'Class', 'Icon_'),
    ...valuesOf(database, 'ProgId', 'Icon_'),
    ...rowsOf(database, 'Property')
      .filter((row) => row.key === 'ARPPRODUCTICON')
      .map((row) => row.text('Value')),
  ]);
  return rowsOf(database, 'Icon')
    .filter((row) => !used.has(row.key))
    .map((row) => find(['ICE36', 'warning'], ['Icon', row], 'nothing uses it', 'remove it'));
};

/** A default value of the registry is a string. */
export const ice49: Rule = (database) =>
  rowsOf(database, 'Registry')
    .filter((row) => row.text('Name') === '' && /^(#[^#]|\[~\])|\[~\]$/.test(row.text('Value')))
    .map((row) =>
      find(['ICE49', 'warning'], ['Registry', row, 'Value'], 'the default value is no REG_SZ', 'give it a name'),
    );

/** A variable is named, and is changed in one way at a time. */
export const ice65: Rule = (database) =>
  rowsOf(database, 'Environment').flatMap((row): Finding[] => {
    const flags = FLAGS_BEFORE.exec(row.text('Name'))?.[0] ?? '';
    const bad = (what: string) => [
      find(['ICE65', 'error'], ['Environment', row, 'Name'], what, 'see the Environment table'),
    ];
    if (flags.includes('+') && flags.includes('-')) return bad('it makes and removes the variable');
    if (row.text('Name').slice(flags.length) === '') return bad('it names no variable');
    if (/\[~\].+\[~\]/.test(row.text('Value'))) return bad('it adds in front and behind at once');
    return [];
  });
