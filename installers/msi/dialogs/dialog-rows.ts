import type { Row, Tables } from '../rows.ts';
import type { Control, Dialog } from './controls.ts';
import { WINDOW_TITLE } from './texts.ts';

/** In the middle of the screen, in per cent. */
const CENTRE = 50;

/** Dialog, Control, ControlCondition, ControlEvent and EventMapping. */
export function dialogRows(dialogs: readonly Dialog[]): Tables {
  const rows: Record<'Dialog' | 'Control' | 'ControlCondition' | 'ControlEvent' | 'EventMapping', Row[]> = {
    Dialog: [],
    Control: [],
    ControlCondition: [],
    ControlEvent: [],
    EventMapping: [],
  };
  for (const dialog of dialogs) {
    const { name, width, height, attributes, first } = dialog;
    rows.Dialog.push([
      name,
      CENTRE,
      CENTRE,
      width,
      height,
      attributes,
      WINDOW_TITLE,
      first,
      dialog.default,
      dialog.cancel,
    ]);
    const next = tabOrder(dialog.controls);
    for (const control of dialog.controls) {
      rows.Control.push([
        name,
        control.name,
        control.type,
        ...control.box,
        control.attributes,
        control.property ?? null,
        control.text || null, // there is no empty string in a database
        next.get(control.name) ?? null,
        control.help ?? null,
      ]);
      for (const { action, condition } of control.rules ?? [])
        rows.ControlCondition.push([name, control.name, action, condition]);
      (control.events ?? []).forEach(({ event, argument, condition }, index) => {
        rows.ControlEvent.push([name, control.name, event, argument, condition, index + 1]);
      });
      for (const [event, attribute] of Object.entries(control.mappings ?? {}))
        rows.EventMapping.push([name, control.name, event, attribute]);
    }
  }
  return rows;
}

/** Control_Next: a circle of the tab stops. */
function tabOrder(controls: readonly Control[]): Map<string, string> {
  const stops = controls.filter(({ isTabStop }) => isTabStop).map(({ name }) => name);
  return new Map(stops.map((name, index) => [name, stops[(index + 1) % stops.length] ?? name]));
}
