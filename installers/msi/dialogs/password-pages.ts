/** The password for a fresh installation: typed twice, or generated and shown once. */
import { literal } from '../rows.ts';
import { button, type Dialog, edit, label, text } from './controls.ts';
import { ask, end, goTo, publish, set } from './events.ts';
import { message, page } from './frames.ts';
import { DIALOGS, GENERATE_ACTION } from './names.ts';
import { BUTTONS, GENERATED, PASSWORD } from './texts.ts';

/** Characters that a field takes. */
const LENGTH = 256;

/** @param help what the setting is for, in the product's words. */
export function passwordPages(property: string, repeat: string, help: string): Dialog[] {
  // A generated password counts as repeated; so does one that was changed where it was shown.
  const repeated = set(repeat, `[${property}]`);
  return [
    page({
      name: DIALOGS.password,
      title: PASSWORD.title,
      note: PASSWORD.note,
      content: [
        text('Help', [20, 54, 330, 38], literal(help)),
        label('PasswordLabel', [20, 100, 62, 12], PASSWORD.password),
        edit('Password', [84, 97, 186, 17], property, LENGTH, 'secret'),
        button(
          'Generate',
          [278, 97, 72, 17],
          PASSWORD.generate,
          [
            publish('DoAction', GENERATE_ACTION),
            set(repeat, `[${property}]`, property),
            goTo(DIALOGS.generated, property),
            ask(DIALOGS.notGenerated, `NOT ${property}`),
          ],
          { help: PASSWORD.generateHelp },
        ),
        label('RepeatLabel', [20, 122, 62, 12], PASSWORD.repeat),
        edit('Repeat', [84, 119, 186, 17], repeat, LENGTH, 'secret'),
        text('Body', [20, 146, 330, 14], PASSWORD.body),
        text('None', [20, 166, 330, 50], PASSWORD.none),
      ],
      first: 'PasswordLabel',
      back: { text: BUTTONS.back, events: [goTo(DIALOGS.features)] },
      next: {
        text: BUTTONS.next,
        events: [ask(DIALOGS.mismatch, `${property} <> ${repeat}`), goTo(DIALOGS.ready, `${property} = ${repeat}`)],
      },
    }),
    page({
      name: DIALOGS.generated,
      title: GENERATED.title,
      note: GENERATED.note,
      content: [
        text('Body', [20, 58, 330, 26], GENERATED.body),
        label('PasswordLabel', [20, 94, 330, 12], GENERATED.label),
        edit('Password', [20, 108, 330, 17], property, LENGTH, 'plain'),
        text('Hint', [20, 132, 330, 14], GENERATED.hint),
      ],
      first: 'PasswordLabel',
      back: { text: BUTTONS.back, events: [repeated, goTo(DIALOGS.password)] },
      next: { text: BUTTONS.next, events: [repeated, goTo(DIALOGS.ready)] },
    }),
    message(DIALOGS.mismatch, PASSWORD.mismatch, [{ name: 'Ok', text: BUTTONS.ok, events: [end('Return')] }]),
    message(DIALOGS.notGenerated, GENERATED.failed, [{ name: 'Ok', text: BUTTONS.ok, events: [end('Return')] }]),
  ];
}
