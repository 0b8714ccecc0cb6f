/** What can be done with an installed product: change, repair, remove, or go on with what was begun. */
import { type Box, button, type Control, type Dialog, shieldButton, text } from './controls.ts';
import { goTo, publish } from './events.ts';
import { page, sideBox, sidePage } from './frames.ts';
import { DIALOGS } from './names.ts';
import { install, remove } from './start-install.ts';
import { BUTTONS, DEEDS, MAINTENANCE, REMOVE, REPAIR, RESUME } from './texts.ts';

/** @param repairMode value of REINSTALLMODE for a repair. */
export function maintenancePages(repairMode: string): Dialog[] {
  const back = { text: BUTTONS.back, events: [goTo(DIALOGS.maintenance)] };
  return [
    page({
      name: DIALOGS.maintenance,
      title: MAINTENANCE.title,
      note: MAINTENANCE.note,
      content: [
        ...choice('Change', 66, BUTTONS.change, MAINTENANCE.change, DIALOGS.features),
        ...choice('Repair', 116, BUTTONS.repair, MAINTENANCE.repair, DIALOGS.repair),
        ...choice('Remove', 166, BUTTONS.remove, MAINTENANCE.remove, DIALOGS.remove),
      ],
      first: 'Change',
    }),
    page({
      name: DIALOGS.repair,
      title: REPAIR.title,
      note: REPAIR.note,
      content: [text('Body', [20, 58, 330, 64], REPAIR.body)],
      back,
      next: {
        text: BUTTONS.repair,
        control: shieldButton,
        events: install(DEEDS.repair, [publish('ReinstallMode', repairMode), publish('Reinstall', 'ALL')]),
      },
    }),
    page({
      name: DIALOGS.remove,
      title: REMOVE.title,
      note: REMOVE.note,
      content: [text('Body', [20, 58, 330, 64], REMOVE.body)],
      back,
      next: {
        text: BUTTONS.remove,
        control: shieldButton,
        events: remove(DEEDS.remove, [publish('Remove', 'ALL')]),
      },
    }),
    sidePage({
      name: DIALOGS.resume,
      heading: RESUME.heading,
      content: [text('Body', sideBox(72, 60), RESUME.body)],
      next: { text: BUTTONS.resume, control: shieldButton, events: install(DEEDS.resume, []) },
    }),
  ];
}

function choice(name: string, y: number, caption: string, content: string, dialog: string): Control[] {
  const box: Box = [20, y, 76, 17];
  return [button(name, box, caption, [goTo(dialog)]), text(`About${name}`, [106, y + 2, 244, 38], content)];
}
