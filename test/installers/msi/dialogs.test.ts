import test from 'ava';
import { standardTable } from '../../../installers/msi/database/database.ts';
import { STANDARD_TABLES } from '../../../installers/msi/database/standard-tables.ts';
import {
  adminDialogActions,
  dialogActions,
  dialogTables,
  secretProperties,
} from '../../../installers/msi/dialogs/dialogs.ts';
import type { Cell, Tables } from '../../../installers/msi/rows.ts';
import { planOf } from './dialogs-plan.ts';
import { heightOf, widthOf } from './text-size.ts';

const plans = { desk: planOf('desk'), core: planOf('core'), beacon: planOf('beacon') };
const tables: Record<string, Tables> = {};
for (const [name, plan] of Object.entries(plans)) tables[name] = await dialogTables(plan);

/** Rows of a table as values by column. */
function rowsOf(edition: string, table: string): Record<string, Cell>[] {
  const names = standardTable(table).columns.map(({ name }) => name);
  return (tables[edition]?.[table] ?? []).map((row) =>
    Object.fromEntries(row.map((cell, index) => [names[index], cell])),
  );
}
const editions = Object.keys(plans);
const word = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '');
const number = (cell: Cell | undefined): number => (typeof cell === 'number' ? cell : Number.NaN);
const controlsOf = (edition: string, dialog: Cell | undefined) =>
  rowsOf(edition, 'Control').filter(({ Dialog_ }) => Dialog_ === dialog);
const dialogNames = (edition: string) => rowsOf(edition, 'Dialog').map(({ Dialog }) => word(Dialog));

for (const edition of editions) {
  test(`${edition}: every row has its table's columns, and no key twice`, (t) => {
    for (const [name, rows] of Object.entries(tables[edition] ?? {})) {
      const { columns } = STANDARD_TABLES[name] ?? t.fail(name) ?? { columns: [] };
      const keys = rows.map((row) => JSON.stringify(row.slice(0, columns.filter(({ key }) => key).length)));
      t.is(new Set(keys).size, keys.length, `${name}: ${keys.find((key, index) => keys.indexOf(key) < index)}`);
      for (const row of rows) {
        t.is(row.length, columns.length, `${name} ${row[0]}`);
        columns.forEach(({ type, name: column }, index) => {
          const cell = row[index] ?? null;
          const where = `${name}.${column} of ${row.slice(0, 2).join(' ')}`;
          if (cell === null) t.regex(type, /^[A-Z]/, where);
          else if (/^i/i.test(type)) t.is(typeof cell, 'number', where);
          else if (/^[sl]/i.test(type)) {
            t.is(typeof cell, 'string', where);
            const most = Number(type.slice(1));
            t.not(cell, '', where);
            if (most > 0) t.true(word(cell).length <= most, `${where} is longer than ${most}`);
          }
        });
      }
    }
  });

  test(`${edition}: first, default and cancel controls exist, and all dialogs but the error's have a way out`, (t) => {
    for (const dialog of rowsOf(edition, 'Dialog')) {
      const names = controlsOf(edition, dialog.Dialog).map(({ Control }) => Control);
      for (const column of ['Control_First', 'Control_Default', 'Control_Cancel'])
        if (dialog[column] !== null)
          t.true(names.includes(dialog[column] ?? null), `${dialog.Dialog}: ${dialog[column]}`);
      if ((number(dialog.Attributes) & 0x10000) !== 0) continue;
      t.truthy(dialog.Control_Cancel, word(dialog.Dialog));
      const leave = rowsOf(edition, 'ControlEvent').filter(
        ({ Dialog_, Control_ }) => Dialog_ === dialog.Dialog && Control_ === dialog.Control_Cancel,
      );
      t.true(
        leave.some(
          ({ Event, Argument }) => Event === 'EndDialog' || (Event === 'SpawnDialog' && Argument === 'CancelDialog'),
        ),
        word(dialog.Dialog),
      );
    }
  });

  test(`${edition}: the tab order of every dialog is one circle of all that can be focused`, (t) => {
    const focused =
      /^(PushButton|Edit|PathEdit|CheckBox|SelectionTree|ScrollableText|ListBox|Directory|RadioButton|Volume)/;
    for (const dialog of rowsOf(edition, 'Dialog')) {
      const controls = controlsOf(edition, dialog.Dialog);
      const next = new Map(controls.map(({ Control, Control_Next }) => [Control, Control_Next]));
      if ((number(dialog.Attributes) & 0x10000) !== 0) {
        t.true(controls.every(({ Control_Next }) => Control_Next === null));
        continue;
      }
      const stops = controls.filter(({ Control_Next }) => Control_Next !== null).map(({ Control }) => Control);
      for (const { Control, Type } of controls)
        if (focused.test(word(Type))) t.true(stops.includes(Control ?? null), `${dialog.Dialog}.${Control}`);
      const seen = new Set<Cell>();
      let at: Cell = dialog.Control_First ?? null;
      while (at !== null && !seen.has(at)) {
        seen.add(at);
        at = next.get(at) ?? null;
      }
      t.is(at, dialog.Control_First ?? null, word(dialog.Dialog));
      t.deepEqual([...seen].sort(), [...stops].sort(), word(dialog.Dialog));
    }
  });

  test(`${edition}: no control lies outside its dialog, and only pictures lie under others`, (t) => {
    for (const dialog of rowsOf(edition, 'Dialog')) {
      const controls = controlsOf(edition, dialog.Dialog);
      for (const { Control, X, Y, Width, Height } of controls) {
        const where = `${dialog.Dialog}.${Control}`;
        t.true(number(X) >= 0 && number(X) + number(Width) <= number(dialog.Width), where);
        t.true(number(Y) >= 0 && number(Y) + number(Height) <= number(dialog.Height), where);
      }
      if ((number(dialog.Attributes) & 0x10000) !== 0) continue;
      const solid = controls.filter(({ Type }) => !/^(Bitmap|Line|GroupBox|DirectoryCombo)$/.test(word(Type)));
      for (const one of solid)
        for (const other of solid) {
          if (one === other || [one, other].some(({ Control }) => Control === 'Update')) continue; // shown in the other's place
          const apart = (place: 'X' | 'Y', size: 'Width' | 'Height') =>
            number(one[place]) + number(one[size]) <= number(other[place]) ||
            number(other[place]) + number(other[size]) <= number(one[place]);
          t.true(apart('X', 'Width') || apart('Y', 'Height'), `${dialog.Dialog}: ${one.Control} and ${other.Control}`);
        }
    }
  });

  test(`${edition}: every text fits its control in the installer's font`, (t) => {
    const title = 'A product whose title is rather long'; // 36 characters
    const values: Record<string, string> = {
      ProductName: title,
      ProductVersion: '255.255.65535',
      SetupDoing: 'Setting up',
      SetupDone: 'installed',
      INSTALLFOLDER: `C:\\Program Files\\${title}\\`,
    };
    const cut: string[] = [];
    for (const { Dialog_, Control, Type, Text, Width, Height } of rowsOf(edition, 'Control')) {
      if (!/^(Text|PushButton|CheckBox|GroupBox)$/.test(word(Type)) || Text === null) continue;
      const style = /^\{\\(\w+)\}/.exec(word(Text))?.[1] ?? 'Normal';
      const shown = word(Text)
        .replace(/^\{\\\w+\}/, '')
        .replace(/\[(\w+)\]/g, (_, name) => values[name] ?? t.fail(`[${name}] has no value`) ?? '')
        .replace(Type === 'Text' ? /(?!)/ : /&/g, '');
      const where = `${Dialog_}.${Control}: ${shown}`;
      const room = number(Width) - (Type === 'PushButton' ? 8 : Type === 'CheckBox' ? 16 : 0);
      const fits = Type === 'Text' ? heightOf(shown, style, room) <= number(Height) : widthOf(shown, style) <= room;
      if (!fits) cut.push(where);
    }
    t.deepEqual(cut, []);
  });

  test(`${edition}: the letters that lead to controls differ within a dialog`, (t) => {
    for (const dialog of dialogNames(edition)) {
      const letters = controlsOf(edition, dialog)
        .filter(({ Attributes, Type }) => !(Type === 'Text' && (number(Attributes) & 0x20000) !== 0))
        .flatMap(({ Text }) => /(?<!&)&([a-z])/i.exec(word(Text))?.[1]?.toLowerCase() ?? []);
      const choices = rowsOf(edition, 'RadioButton').flatMap(
        ({ Text }) => /(?<!&)&([a-z])/i.exec(word(Text))?.[1]?.toLowerCase() ?? [],
      );
      const all = dialog === 'MsiRMFilesInUse' ? [...letters, ...choices] : letters;
      t.is(new Set(all).size, all.length, `${dialog}: ${all.join(' ')}`);
    }
  });

  test(`${edition}: events name controls, dialogs, actions and properties that exist, in order`, (t) => {
    const dialogs = dialogNames(edition);
    const arguments_ = /^(Return|Exit|Retry|Ignore|Error(Abort|Cancel|Ignore|No|Ok|Retry|Yes))$/;
    const places = new Map<string, number[]>();
    for (const { Dialog_, Control_, Event, Argument, Condition, Ordering } of rowsOf(edition, 'ControlEvent')) {
      const where = `${Dialog_}.${Control_}: ${Event} ${Argument}`;
      const control = controlsOf(edition, Dialog_).find(({ Control }) => Control === Control_);
      t.is(control?.Type, 'PushButton', where);
      t.truthy(Condition, where);
      places.set(`${Dialog_}.${Control_}`, [...(places.get(`${Dialog_}.${Control_}`) ?? []), number(Ordering)]);
      if (/Dialog$/.test(word(Event)) && Event !== 'EndDialog') t.true(dialogs.includes(word(Argument)), where);
      else if (Event === 'EndDialog') t.regex(word(Argument), arguments_, where);
      else if (Event === 'DoAction')
        t.true(['GeneratePassword', 'StartDesktopProgram'].includes(word(Argument)), where);
      else if (Event === 'SetTargetPath')
        t.regex(word(Argument), /^(INSTALLFOLDER|TARGETDIR|\[BrowseProperty\])$/, where);
      else
        t.regex(
          word(Event),
          /^(\[\w+\]|AddLocal|Reset|Reinstall|ReinstallMode|Remove|DirectoryList(Up|New)|RMShutdownAndRestart)$/,
          where,
        );
    }
    for (const [where, orders] of places)
      t.deepEqual(
        orders,
        orders.map((_, index) => index + 1),
        where,
      );
    for (const table of ['ControlCondition', 'EventMapping'])
      for (const { Dialog_, Control_ } of rowsOf(edition, table))
        t.true(
          controlsOf(edition, Dialog_).some(({ Control }) => Control === Control_),
          `${Dialog_}.${Control_}`,
        );
  });

  test(`${edition}: pictures, styles and properties that controls name exist`, (t) => {
    const pictures = rowsOf(edition, 'Binary').map(({ Name }) => word(Name));
    const styles = rowsOf(edition, 'TextStyle').map(({ TextStyle }) => word(TextStyle));
    const properties = rowsOf(edition, 'Property').map(({ Property }) => word(Property));
    t.true(
      styles.includes(word(rowsOf(edition, 'Property').find(({ Property }) => Property === 'DefaultUIFont')?.Value)),
    );
    t.true(
      dialogNames(edition).includes(
        word(rowsOf(edition, 'Property').find(({ Property }) => Property === 'ErrorDialog')?.Value),
      ),
    );
    for (const { Dialog_, Control, Type, Text, Property } of rowsOf(edition, 'Control')) {
      const where = `${Dialog_}.${Control}`;
      if (/^(Bitmap|Icon)$/.test(word(Type))) t.true(pictures.includes(word(Text)), where);
      const style = Type === 'ScrollableText' ? undefined : /^\{\\(\w+)\}/.exec(word(Text))?.[1];
      if (style) t.true(styles.includes(style), where);
      if (/^(Edit|PathEdit|CheckBox|ListBox|SelectionTree|Directory.*|RadioButtonGroup)$/.test(word(Type)))
        t.truthy(Property, where);
      if (Type === 'RadioButtonGroup') t.true(properties.includes(word(Property)), where);
      if (Type === 'CheckBox')
        t.true(
          rowsOf(edition, 'CheckBox').some((box) => box.Property === Property),
          where,
        );
    }
  });

  test(`${edition}: every dialog can be reached from a sequence or is one that the installer looks for`, (t) => {
    const plan = plans[edition as keyof typeof plans]; // a key of it
    const reached = new Set<string>(['FilesInUse', 'MsiRMFilesInUse', 'ErrorMessageDialog']);
    for (const { action } of [...dialogActions(plan), ...adminDialogActions()]) reached.add(action);
    const opened = rowsOf(edition, 'ControlEvent').filter(({ Event }) =>
      /^(New|Spawn|SpawnWait)Dialog$/.test(word(Event)),
    );
    for (let before = -1; before !== reached.size; ) {
      before = reached.size;
      for (const { Dialog_, Argument } of opened) if (reached.has(word(Dialog_))) reached.add(word(Argument));
    }
    const dialogs = dialogNames(edition);
    t.deepEqual(
      dialogs.filter((one) => !reached.has(one)),
      [],
    );
    const known = [...dialogs, ...rowsOf(edition, 'CustomAction').map(({ Action }) => word(Action))];
    t.deepEqual(
      [...reached].filter((one) => !known.includes(one)),
      [],
    );
  });
}

test('the password page is there for a product with a secret setting alone', (t) => {
  t.true(dialogNames('core').includes('PasswordDialog'));
  t.false(dialogNames('beacon').includes('PasswordDialog'));
  t.deepEqual(secretProperties(plans.core), ['PASSWORD_REPEAT']);
  t.deepEqual(secretProperties(plans.beacon), []);
});

test('no page but those for the password shows it or its repetition', (t) => {
  for (const { Dialog_, Text, Property } of rowsOf('core', 'Control')) {
    if (Dialog_ === 'PasswordDialog' || Dialog_ === 'GeneratedDialog') continue;
    t.false(/PASSWORD/.test(`${Text} ${Property}`), word(Dialog_));
  }
});

test('what is typed on the password page is dots, in both fields', (t) => {
  const edits = controlsOf('core', 'PasswordDialog').filter(({ Type }) => Type === 'Edit');
  t.is(edits.length, 2);
  for (const { Attributes } of edits) t.not(number(Attributes) & 0x200000, 0);
});

test('a program to start is offered at the end where there is one', (t) => {
  const offers = (edition: string) => controlsOf(edition, 'FinishDialog').some(({ Type }) => Type === 'CheckBox');
  t.true(offers('desk'));
  t.false(offers('core'));
});

test('the same product has the same dialogs, byte for byte', async (t) => {
  const again = await dialogTables(planOf('desk'));
  t.is(JSON.stringify(again), JSON.stringify(tables.desk));
});
