/** The way to an installation: welcome, licence, folder, features, ready; the password has a file of its own. */
import type { WindowsFeature } from '../../../build/model/windows-facts.ts';
import {
  button,
  checkBox,
  type Dialog,
  directoryCombo,
  INDIRECT,
  label,
  list,
  pathEdit,
  scrollableText,
  shieldButton,
  text,
  volumeCostList,
} from './controls.ts';
import { ask, end, goTo, publish, set } from './events.ts';
import { featuresPage } from './features-page.ts';
import { message, page, sideBox, sidePage } from './frames.ts';
import { BROWSED, DIALOGS, LICENCE_ACCEPTED } from './names.ts';
import { install } from './start-install.ts';
import {
  ADMIN,
  BROWSE,
  BUTTONS,
  DEEDS,
  DISK_COST,
  FOLDER,
  LICENCE,
  OUT_OF_DISK,
  READY,
  READY_TO_CHANGE,
  WAITING,
  WELCOME,
} from './texts.ts';

/** What the pages are made for. */
export interface InstallInput {
  /** Property of the folder of the programs. */
  folder: string;
  /** The licence as rich text. */
  licence: string;
  features: readonly WindowsFeature[];
  /** True where an earlier version, or what this takes the place of, is there. */
  isUpdate: string;
  /** Property of the password and of its repetition. */
  secret?: { property: string; repeat: string };
}

export function installPages({ folder, licence, features, isUpdate, secret }: InstallInput): Dialog[] {
  const keepsPassword = `Installed OR ${isUpdate}`;
  const back = (dialog: string) => ({ text: BUTTONS.back, events: [goTo(dialog)] });
  const clear = secret ? [set(secret.repeat, '{}', 'OutOfDiskSpace <> 1')] : [];
  return [
    sidePage({
      name: DIALOGS.welcome,
      heading: WELCOME.heading,
      content: [
        text('Body', sideBox(72, 110), WELCOME.body, { rules: [{ action: 'Hide', condition: isUpdate }] }),
        text('Update', sideBox(72, 110), WELCOME.update, {
          rules: [{ action: 'Hide', condition: `NOT (${isUpdate})` }],
        }),
      ],
      next: { text: BUTTONS.next, events: [goTo(DIALOGS.licence)] },
    }),
    page({
      name: DIALOGS.licence,
      title: LICENCE.title,
      note: LICENCE.note,
      content: [
        scrollableText('Licence', [20, 54, 330, 150], licence),
        checkBox('Accept', [20, 211, 330, 16], LICENCE_ACCEPTED, LICENCE.accept),
      ],
      first: 'Accept',
      back: back(DIALOGS.welcome),
      next: {
        text: BUTTONS.next,
        events: [goTo(DIALOGS.folder, LICENCE_ACCEPTED)],
        rules: [
          { action: 'Disable', condition: `NOT ${LICENCE_ACCEPTED}` },
          { action: 'Enable', condition: LICENCE_ACCEPTED },
        ],
      },
    }),
    page({
      name: DIALOGS.folder,
      title: FOLDER.title,
      note: FOLDER.note,
      content: [
        text('Body', [20, 58, 330, 26], FOLDER.body),
        label('PathLabel', [20, 92, 330, 12], FOLDER.label),
        pathEdit('Path', [20, 106, 264, 17], folder),
        button('Browse', [290, 106, 60, 17], FOLDER.browse, [set(BROWSED, folder), ask(DIALOGS.browse)]),
        button('Space', [20, 206, 76, 17], FOLDER.space, [ask(DIALOGS.diskCost)]),
      ],
      first: 'PathLabel',
      back: back(DIALOGS.licence),
      next: { text: BUTTONS.next, events: [publish('SetTargetPath', folder), goTo(DIALOGS.features)] },
    }),
    featuresPage(
      features,
      secret
        ? [goTo(DIALOGS.ready, `NOT Installed AND (${isUpdate})`), goTo(DIALOGS.password, `NOT (${keepsPassword})`)]
        : [goTo(DIALOGS.ready, 'NOT Installed')],
    ),
    page({
      name: DIALOGS.ready,
      title: READY.title,
      note: READY.note,
      content: [
        text('Body', [20, 58, 330, 64], READY.body),
        text('FolderLabel', [20, 132, 40, 12], READY.folder),
        text('Folder', [62, 132, 288, 26], `[${folder}]`),
      ],
      back: {
        text: BUTTONS.back,
        events: secret
          ? [goTo(DIALOGS.features, keepsPassword), goTo(DIALOGS.password, `NOT (${keepsPassword})`)]
          : [goTo(DIALOGS.features)],
      },
      next: { text: BUTTONS.install, control: shieldButton, events: install(DEEDS.install, clear) },
    }),
    page({
      name: DIALOGS.readyToChange,
      title: READY_TO_CHANGE.title,
      note: READY_TO_CHANGE.note,
      content: [text('Body', [20, 58, 330, 76], READY_TO_CHANGE.body)],
      back: back(DIALOGS.features),
      next: { text: BUTTONS.change, control: shieldButton, events: install(DEEDS.change, []) },
    }),
    browsePage(),
    costPage(DIALOGS.diskCost, DISK_COST),
    costPage(DIALOGS.outOfDisk, OUT_OF_DISK),
    message(DIALOGS.waiting, WAITING, [{ name: 'Return', text: BUTTONS.cancel, events: [end('Exit')] }]),
  ];
}

/** `msiexec /a`: to lay the package out for a network. */
export function adminPage(): Dialog {
  return page({
    name: DIALOGS.admin,
    title: ADMIN.title,
    note: ADMIN.note,
    content: [
      text('Body', [20, 58, 330, 26], ADMIN.body),
      label('PathLabel', [20, 92, 330, 12], ADMIN.label),
      pathEdit('Path', [20, 106, 264, 17], 'TARGETDIR'),
      button('Browse', [290, 106, 60, 17], ADMIN.browse, [set(BROWSED, 'TARGETDIR'), ask(DIALOGS.browse)]),
    ],
    first: 'PathLabel',
    next: { text: BUTTONS.install, events: [publish('SetTargetPath', 'TARGETDIR'), ...install(DEEDS.copy, [])] },
  });
}

/** Any folder, for the property whose name is in the property BROWSED. */
function browsePage(): Dialog {
  return page({
    name: DIALOGS.browse,
    title: BROWSE.title,
    note: BROWSE.note,
    content: [
      label('LookLabel', [20, 56, 44, 12], BROWSE.look),
      directoryCombo('Look', [66, 54, 164, 80], BROWSED),
      button('Up', [236, 53, 42, 17], BROWSE.up, [publish('DirectoryListUp')], { help: BROWSE.upHelp }),
      button('Create', [284, 53, 66, 17], BROWSE.create, [publish('DirectoryListNew')], { help: BROWSE.createHelp }),
      list('DirectoryList', 'Folders', [20, 76, 330, 112], BROWSED, BROWSE.list, INDIRECT),
      label('PathLabel', [20, 194, 330, 12], BROWSE.path),
      pathEdit('Path', [20, 208, 330, 17], BROWSED, INDIRECT),
    ],
    first: 'Folders',
    next: { text: BUTTONS.ok, events: [publish('SetTargetPath', `[${BROWSED}]`), end('Return')] },
    cancel: { text: BUTTONS.cancel, events: [publish('Reset'), end('Return')] },
  });
}

function costPage(name: string, texts: typeof OUT_OF_DISK): Dialog {
  return page({
    name,
    title: texts.title,
    note: texts.note,
    content: [text('Body', [20, 54, 330, 38], texts.body), volumeCostList('Disks', [20, 96, 330, 130], DISK_COST.list)],
    cancel: { text: BUTTONS.ok, events: [end('Return')] },
  });
}
