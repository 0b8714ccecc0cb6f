/** Dialogs and their controls. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { error, type Fault, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

/** Bits of Control.Attributes. */
const INDIRECT = 8;
const BITMAP = 0x40000;
const ICON = 0x80000;
const ERROR_DIALOG = 0x10000;
const OPENING = ['NewDialog', 'SpawnDialog', 'SpawnWaitDialog'];
const LISTS = {
  RadioButtonGroup: 'RadioButton',
  ListBox: 'ListBox',
  ComboBox: 'ComboBox',
  ListView: 'ListView',
} as const;
/** Of the dialog FilesInUse: filled while it is shown, where the page says to ignore the warning. */
const AT_RUN_TIME = 'FileInUseProcess';
const ERROR_BUTTONS = {
  A: 'ErrorAbort',
  C: 'ErrorCancel',
  I: 'ErrorIgnore',
  N: 'ErrorNo',
  O: 'ErrorOk',
  R: 'ErrorRetry',
  Y: 'ErrorYes',
};
/** Sequence numbers of the last dialogs. */
const ENDS = { '-1': 'success', '-2': 'a person’s cancelling', '-3': 'a fatal error' };
const LONGEST_STYLE = 72;

/** Type of a control, though the SDK itself writes both PushButton and Pushbutton. */
function is(row: Row, type: string): boolean {
  return row.text('Type').toLowerCase() === type.toLowerCase();
}

export const ice17: Rule = function* (tables) {
  const acting = new Set(tables.rows('ControlEvent').map((row) => `${row.text('Dialog_')}/${row.text('Control_')}`));
  const pictures = tables.values('Binary', 'Name');
  for (const row of tables.rows('Control')) {
    const bits = row.number('Attributes');
    const text = row.text('Text');
    const button = is(row, 'PushButton');
    if (button && !acting.has(row.key))
      yield error(['Control', row], 'the button does nothing', 'add a row to ControlEvent');
    if (bits & BITMAP && bits & ICON && (button || is(row, 'CheckBox') || is(row, 'RadioButtonGroup')))
      yield error(
        ['Control', row, 'Attributes'],
        'it is to show both an icon and a bitmap',
        'clear bit 0x40000 or 0x80000',
      );
    const shows = is(row, 'Bitmap') || is(row, 'Icon') || (bits & (BITMAP | ICON) && (button || is(row, 'CheckBox')));
    if (shows && text !== '' && !text.includes('[') && !pictures.has(text))
      yield error(['Control', row, 'Text'], `there is no picture ${text}`, 'add it to Binary');
    for (const [type, table] of Object.entries(LISTS)) {
      const property = row.text('Property');
      if (
        is(row, type) &&
        property !== '' &&
        property !== AT_RUN_TIME &&
        !(bits & INDIRECT) &&
        !tables.values(table, 'Property').has(property)
      )
        yield warning(['Control', row, 'Property'], `${table} has nothing for ${property}`, `add rows to ${table}`);
    }
  }
};

/** Not looked at: sizes of the error dialog's buttons. */
export const ice20: Rule = function* (tables) {
  if (tables.rows('Dialog').length === 0 || tables.properties.has('LIMITUI')) return;
  for (const table of ['InstallUISequence', 'AdminUISequence'])
    for (const [place, what] of Object.entries(ENDS))
      if (!tables.values(table, 'Sequence').has(place))
        yield error([table], `it has no dialog for ${what}`, `add one with number ${place}`);
  const name = tables.properties.get('ErrorDialog') ?? '';
  const dialog = tables.by('Dialog', 'Dialog').get(name);
  if (!dialog) yield error(['Property'], 'ErrorDialog names no dialog', 'add an error dialog');
  else yield* faultsOfErrorDialog(tables, dialog);
  if (tables.values('Dialog', 'Dialog').has('FilesInUse')) yield* faultsOfFilesInUse(tables);
};

function* faultsOfErrorDialog(tables: Tables, dialog: Row): Iterable<Fault> {
  const owned = new Map(
    tables
      .rows('Control')
      .filter((row) => row.text('Dialog_') === dialog.key)
      .map((row) => [row.text('Control'), row]),
  );
  const place = ['Dialog', dialog] as const;
  if (!(dialog.number('Attributes') & ERROR_DIALOG))
    yield error(['Dialog', dialog, 'Attributes'], 'it is the error dialog, and not marked so', 'set bit 65536');
  if (owned.get('ErrorText')?.text('Type') !== 'Text')
    yield error(place, 'it has no text ErrorText', 'add the control');
  if (dialog.text('Control_First') !== 'ErrorText')
    yield error(['Dialog', dialog, 'Control_First'], 'it does not begin at ErrorText', 'name ErrorText');
  const icon = owned.get('ErrorIcon');
  if (icon && !is(icon, 'Icon')) yield error(['Control', icon, 'Type'], 'it is no icon', 'make it one');
  const ends = endings(tables, dialog.key);
  for (const [button, argument] of Object.entries(ERROR_BUTTONS))
    if (!ends.has(`${button}/${argument}`))
      yield error(place, `its button ${button} does not end it with ${argument}`, 'add the button and its event');
}

function* faultsOfFilesInUse(tables: Tables): Iterable<Fault> {
  const dialog = tables.by('Dialog', 'Dialog').get('FilesInUse');
  const lists = tables.rows('Control').filter((row) => row.text('Dialog_') === 'FilesInUse' && is(row, 'ListBox'));
  if (!lists.some((row) => row.text('Property') === AT_RUN_TIME))
    yield error(['Dialog', dialog], `it has no list ${AT_RUN_TIME}`, 'add the control');
  if (!tables.has('ListBox')) yield error(['Dialog', dialog], 'the package has no table ListBox', 'add it, empty');
  const ends = new Set([...endings(tables, 'FilesInUse')].map((end) => end.slice(end.indexOf('/') + 1)));
  for (const argument of ['Ignore', 'Exit', 'Retry'])
    if (!ends.has(argument))
      yield error(['Dialog', dialog], `no button ends it with ${argument}`, 'add the button and its event');
}

/** `CONTROL/ARGUMENT` of every event that ends the dialog. */
function endings(tables: Tables, dialog: string): Set<string> {
  const rows = tables
    .rows('ControlEvent')
    .filter((row) => row.text('Dialog_') === dialog && row.text('Event') === 'EndDialog');
  return new Set(rows.map((row) => `${row.text('Control_')}/${row.text('Argument')}`));
}

export const ice23: Rule = function* (tables) {
  const byDialog = Map.groupBy(tables.rows('Control'), (row) => row.text('Dialog_'));
  for (const dialog of tables.rows('Dialog')) {
    const controls = new Map((byDialog.get(dialog.key) ?? []).map((row) => [row.text('Control'), row]));
    const first = dialog.text('Control_First');
    if (!controls.has(first)) {
      yield error(
        ['Dialog', dialog, 'Control_First'],
        first === '' ? 'it has no first control' : `it has no control ${first}`,
        'name one of its own',
      );
      continue;
    }
    for (const row of controls.values())
      if (row.text('Control_Next') !== '' && !controls.has(row.text('Control_Next')))
        yield error(
          ['Control', row, 'Control_Next'],
          `${row.text('Control_Next')} is not on this dialog`,
          'name one that is',
        );
    const linked = [...controls.values()].filter((row) => row.text('Control_Next') !== '').length;
    const walked = new Set<string>();
    let at = first;
    while (controls.has(at) && !walked.has(at)) {
      walked.add(at);
      at = controls.get(at)?.text('Control_Next') ?? '';
    }
    if (linked === 0) continue; // no tab order at all, as on the error dialog
    if (at !== first)
      yield error(
        ['Dialog', dialog],
        at === '' ? 'its tab order ends nowhere' : `its tab order runs into ${at}, and never back`,
        'close the ring',
      );
    else if (walked.size < linked)
      yield error(['Dialog', dialog], 'its tab order leaves controls out', 'put them into the ring');
  }
};

export const ice31: Rule = function* (tables) {
  const styles = tables.values('TextStyle', 'TextStyle');
  const standard = tables.properties.get('DefaultUIFont');
  if (standard !== undefined && !styles.has(standard))
    yield error(['Property'], `DefaultUIFont names no style: ${standard}`, 'add it to TextStyle');
  for (const row of tables.rows('Control')) {
    const text = row.text('Text');
    const begin = text.search(/\{[\\&]/);
    if (is(row, 'ScrollableText') || begin < 0) continue;
    const place = ['Control', row, 'Text'] as const;
    const end = text.indexOf('}', begin);
    const style = text.slice(begin + 2, end);
    if (end < 0) yield error(place, 'its style has no closing brace', 'add the brace');
    else if (begin > 0)
      yield warning(place, `its style ${style} has no effect, since it is not in front`, 'move it in front');
    else if (style.length > LONGEST_STYLE) yield error(place, 'its style is too long for a name', 'shorten it');
    else if (!styles.has(style)) yield error(place, `there is no style ${style}`, 'add it to TextStyle');
    else if (/^\{[\\&]/.test(text.slice(end + 1))) yield warning(place, 'it has two styles', 'keep one');
  }
};

export const ice34: Rule = function* (tables) {
  const choices = new Set(tables.rows('RadioButton').map((row) => `${row.text('Property')}/${row.text('Value')}`));
  for (const row of tables.rows('Control')) {
    if (!is(row, 'RadioButtonGroup')) continue;
    const place = ['Control', row, 'Property'] as const;
    const own = row.text('Property');
    const name = row.number('Attributes') & INDIRECT ? (tables.properties.get(own) ?? '') : own;
    const value = tables.properties.get(name);
    if (name === '') yield error(place, own === '' ? 'it has no property' : `${own} names no property`, 'give it one');
    else if (value === undefined) yield error(place, `${name} has no value to begin with`, 'add it to Property');
    else if (!choices.has(`${name}/${value}`))
      yield error(place, `${name} begins at ${value}, which is none of its buttons`, 'begin at one of them');
  }
};

export const ice44: Rule = function* (tables) {
  const dialogs = tables.values('Dialog', 'Dialog');
  for (const row of tables.rows('ControlEvent'))
    if (OPENING.includes(row.text('Event')) && !dialogs.has(row.text('Argument')))
      yield error(
        ['ControlEvent', row, 'Argument'],
        `there is no dialog ${row.text('Argument')}`,
        'name one that is there',
      );
};
