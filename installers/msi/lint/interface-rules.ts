/** Dialogs and their controls. */
import { type Finding, find, propertiesOf, type Rule, rowsOf, valuesOf } from './finding.ts';

const OPENING = ['NewDialog', 'SpawnDialog', 'SpawnWaitDialog'];
/** Bits of Control.Attributes with a meaning for some control. */
const CONTROL_BITS = 0xffffff;

/** A button does something. */
export const ice17: Rule = (database) => {
  const acting = new Set(
    rowsOf(database, 'ControlEvent').map((row) => `${row.text('Dialog_')}/${row.text('Control_')}`),
  );
  return rowsOf(database, 'Control')
    .filter((row) => row.text('Type') === 'PushButton' && !acting.has(row.key))
    .map((row) => find(['ICE17', 'error'], ['Control', row], 'the button does nothing', 'add a row to ControlEvent'));
};

/** Where there are dialogs, there is one for errors, and it is one. */
export const ice20: Rule = (database) => {
  if (rowsOf(database, 'Dialog').length === 0) return [];
  const name = propertiesOf(database).get('ErrorDialog');
  if (name === undefined) return [find(['ICE20', 'error'], ['Property'], 'there is no ErrorDialog', 'name a dialog')];
  return valuesOf(database, 'Dialog', 'Dialog').has(name)
    ? []
    : [find(['ICE20', 'error'], ['Property'], `ErrorDialog is ${name}, which is no dialog`, 'name a dialog')];
};

/** Styles of texts exist. */
export const ice31: Rule = (database) => {
  const styles = valuesOf(database, 'TextStyle', 'TextStyle');
  return rowsOf(database, 'Control').flatMap((row): Finding[] => {
    const style = /^\{\\([^}]+)\}/.exec(row.text('Text'))?.[1];
    if (row.text('Type') === 'ScrollableText' || style === undefined || styles.has(style)) return [];
    return [find(['ICE31', 'error'], ['Control', row, 'Text'], `there is no style ${style}`, 'add it to TextStyle')];
  });
};

/** A group of radio buttons begins at one of its buttons. */
export const ice34: Rule = (database) => {
  const properties = propertiesOf(database);
  const values = new Set(rowsOf(database, 'RadioButton').map((row) => `${row.text('Property')}/${row.text('Value')}`));
  return rowsOf(database, 'Control').flatMap((row): Finding[] => {
    const name = row.text('Property');
    if (row.text('Type') !== 'RadioButtonGroup' || values.has(`${name}/${properties.get(name)}`)) return [];
    return [
      find(
        ['ICE34', 'error'],
        ['Control', row, 'Property'],
        `${name} begins at none of its buttons`,
        'give it one of their values',
      ),
    ];
  });
};

/** Events open dialogs that exist. */
export const ice44: Rule = (database) => {
  const dialogs = valuesOf(database, 'Dialog', 'Dialog');
  return rowsOf(database, 'ControlEvent')
    .filter((row) => OPENING.includes(row.text('Event')) && !row.text('Argument').startsWith('['))
    .filter((row) => !dialogs.has(row.text('Argument')))
    .map((row) =>
      find(
        ['ICE44', 'error'],
        ['ControlEvent', row, 'Argument'],
        `there is no dialog ${row.text('Argument')}`,
        'name one',
      ),
    );
};

/** Bits that mean nothing yet are clear. */
export const ice45: Rule = (database) =>
  rowsOf(database, 'Control')
    .filter((row) => row.number('Attributes') & ~CONTROL_BITS)
    .map((row) =>
      find(['ICE45', 'warning'], ['Control', row, 'Attributes'], 'it has bits that are reserved', 'clear them'),
    );
