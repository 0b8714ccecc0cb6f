/** What is shown while setup works, and at its end. */
import {
  button,
  checkBox,
  type Dialog,
  IS_ERROR,
  icon,
  KEEP_MODELESS,
  list,
  progressBar,
  text,
  VISIBLE_MODAL,
  VISIBLE_MODELESS,
} from './controls.ts';
import { end, publish } from './events.ts';
import { message, page, type SidePageInput, sideBox, sidePage } from './frames.ts';
import { APPLICATIONS, DIALOGS, PICTURES, START_ACTION, START_NOW } from './names.ts';
import {
  APPLICATIONS_IN_USE,
  BUTTONS,
  CANCEL,
  FATAL_ERROR,
  FILES_IN_USE,
  FINISH,
  PREPARE,
  PROGRESS,
  USER_EXIT,
} from './texts.ts';

/** @param canStart whether there is a program to start at the end. */
export function progressPages(canStart: boolean): Dialog[] {
  const isFresh = `${START_NOW} AND NOT Installed`;
  const start = checkBox('Start', sideBox(98, 16), START_NOW, FINISH.start, {
    rules: [{ action: 'Hide', condition: 'Installed' }],
  });
  return [
    sidePage({
      name: DIALOGS.prepare,
      heading: PREPARE.heading,
      attributes: VISIBLE_MODELESS,
      content: [
        text('Body', sideBox(72, 26), PREPARE.body),
        text('Action', sideBox(110, 14), '', { mappings: { ActionText: 'Text' } }),
        text('Data', sideBox(126, 38), '', { mappings: { ActionData: 'Text' } }),
      ],
    }),
    page({
      name: DIALOGS.progress,
      title: PROGRESS.title,
      note: PROGRESS.note,
      attributes: VISIBLE_MODELESS,
      content: [
        text('Body', [20, 58, 330, 14], PROGRESS.body),
        text('Status', [20, 96, 36, 12], PROGRESS.status),
        text('Action', [58, 96, 292, 12], '', { mappings: { ActionText: 'Text' } }),
        progressBar('Progress', [20, 112, 330, 12]),
        text('Left', [20, 130, 330, 12], '', { mappings: { TimeRemaining: 'TimeRemaining' } }),
      ],
    }),
    endPage(DIALOGS.finish, {
      heading: FINISH.heading,
      content: [text('Body', sideBox(72, 14), FINISH.body), ...(canStart ? [start] : [])],
      events: [...(canStart ? [publish('DoAction', START_ACTION, isFresh)] : []), end('Return')],
    }),
    endPage(DIALOGS.userExit, {
      heading: USER_EXIT.heading,
      content: [text('Body', sideBox(72, 90), USER_EXIT.body)],
      events: [end('Exit')],
    }),
    endPage(DIALOGS.fatalError, {
      heading: FATAL_ERROR.heading,
      content: [text('Body', sideBox(72, 140), FATAL_ERROR.body)],
      events: [end('Exit')],
    }),
    filesInUse(),
    applicationsInUse(),
    errorMessage(),
    message(DIALOGS.cancel, CANCEL, [
      { name: 'Yes', text: BUTTONS.yes, events: [end('Exit')] },
      { name: 'No', text: BUTTONS.no, events: [end('Return')] },
    ]),
  ];
}

/** One button, which ends setup. */
function endPage(
  name: string,
  input: Pick<SidePageInput, 'heading' | 'content'> & { events: NonNullable<SidePageInput['cancel']>['events'] },
): Dialog {
  const { heading, content, events } = input;
  return sidePage({ name, heading, content, cancel: { text: BUTTONS.finish, events } });
}

/** "FilesInUse Dialog": the property of the list is the installer's. */
function filesInUse(): Dialog {
  return page({
    name: DIALOGS.filesInUse,
    title: FILES_IN_USE.title,
    note: FILES_IN_USE.note,
    attributes: VISIBLE_MODAL | KEEP_MODELESS,
    content: [
      text('Body', [20, 54, 330, 38], FILES_IN_USE.body),
      list('ListBox', 'List', [20, 96, 330, 130], 'FileInUseProcess', FILES_IN_USE.list),
    ],
    first: 'Next',
    back: { text: BUTTONS.ignore, events: [end('Ignore')] },
    next: { text: BUTTONS.retry, events: [end('Retry')] },
    cancel: { text: BUTTONS.exit, events: [end('Exit')] },
  });
}

/** "MsiRMFilesInUse Dialog": as above, where the restart manager can close the applications. */
function applicationsInUse(): Dialog {
  return page({
    name: DIALOGS.applicationsInUse,
    title: APPLICATIONS_IN_USE.title,
    note: APPLICATIONS_IN_USE.note,
    attributes: VISIBLE_MODAL | KEEP_MODELESS,
    content: [
      text('Body', [20, 54, 330, 14], APPLICATIONS_IN_USE.body),
      list('ListBox', 'List', [20, 72, 330, 108], 'FileInUseProcess', APPLICATIONS_IN_USE.list),
      list('RadioButtonGroup', 'Choices', [20, 188, 330, 40], APPLICATIONS, APPLICATIONS_IN_USE.choices),
    ],
    first: 'Choices',
    next: {
      text: BUTTONS.ok,
      events: [publish('RMShutdownAndRestart', '0', `${APPLICATIONS} = "Close"`), end('Return')],
    },
    cancel: { text: BUTTONS.cancel, events: [end('Exit')] },
  });
}

/** Both choices of the group above: the value and its text, from the top. */
export const APPLICATION_CHOICES = [
  ['Close', APPLICATIONS_IN_USE.close],
  ['Leave', APPLICATIONS_IN_USE.leave],
] as const;

/**
 * "Error Dialog": seven buttons in one place, of which the installer makes those that the message needs, side by side. They must not be in a
 * tab order of ours. Their names are those that ICE20 asks for.
 */
function errorMessage(): Dialog {
  const answers = [
    ['A', 'Abort', BUTTONS.abort],
    ['C', 'Cancel', BUTTONS.cancel],
    ['I', 'Ignore', BUTTONS.ignore],
    ['N', 'No', BUTTONS.no],
    ['O', 'Ok', BUTTONS.ok],
    ['R', 'Retry', BUTTONS.retry],
    ['Y', 'Yes', BUTTONS.yes],
  ] as const;
  const width = 280;
  return {
    name: DIALOGS.error,
    width,
    height: 126,
    attributes: VISIBLE_MODAL | KEEP_MODELESS | IS_ERROR,
    first: 'ErrorText',
    default: null,
    cancel: null,
    controls: [
      text('ErrorText', [48, 12, 220, 80], ''),
      icon('ErrorIcon', 15, 15, PICTURES.information),
      ...answers.map(([name, answer, caption]) => ({
        ...button(name, [112, 100, 56, 17], caption, [
          { event: 'EndDialog', argument: `Error${answer}`, condition: '1' },
        ]),
        isTabStop: false,
      })),
    ],
  };
}
