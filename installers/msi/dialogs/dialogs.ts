/** The dialogs of an installer, as rows of the tables that Windows Installer makes them from ("User Interface Reference"). */
import { bytesContent, readContent } from '../../../build/model/content.ts';
import type { WindowsSetting } from '../../../build/model/windows-facts.ts';
import { FUNCTION, LIBRARY, SET_PROPERTY } from '../action-tables.ts';
import { fileAt, INSTALL_FOLDER, type Plan } from '../plan.ts';
import type { Row, Tables } from '../rows.ts';
import type { SequencedAction } from '../sequences.ts';
import { OLDER, replacedProperties } from '../upgrade-tables.ts';
import type { Dialog } from './controls.ts';
import { dialogRows } from './dialog-rows.ts';
import { featureActions, featureBoxes, featureSequence } from './features-page.ts';
import { adminPage, installPages } from './install-pages.ts';
import { ACTION_TEXT, ERRORS, UI_TEXT } from './installer-texts.ts';
import { maintenancePages } from './maintenance-pages.ts';
import {
  APPLICATIONS,
  BROWSED,
  DIALOGS,
  DOING,
  DONE,
  GENERATE_ACTION,
  LICENCE_ACCEPTED,
  PICTURES,
  REPEAT_ACTION,
  START_ACTION,
  START_NOW,
  STYLES,
} from './names.ts';
import { passwordPages } from './password-pages.ts';
import { bannerPicture, informationIcon, sidePicture } from './pictures.ts';
import { APPLICATION_CHOICES, progressPages } from './progress-pages.ts';
import { richText } from './rtf.ts';
import { DEEDS } from './texts.ts';

/** CustomAction type: runs an installed file. */
const RUN_FILE = 18;
/** Whatever becomes of it, and without waiting for it (msidbCustomActionTypeContinue, msidbCustomActionTypeAsync). */
const UNATTENDED = 0x40 | 0x80;
/** msidbCustomActionTypeHideTarget: not in the log. */
const HIDE_TARGET = 0x2000;
/** As REINSTALLMODE is in the Property table. */
const REPAIR_MODE = 'amus';
const BOLD = 1;

/**
 * Every table of the dialogs. They fit any product: its names come from `plan`, its licence from the file that `plan.windows.licence` names.
 * A setting of kind `secret` brings the password page.
 */
export async function dialogTables(plan: Plan): Promise<Tables> {
  const { desktopProgram } = plan.windows;
  const secret = secretOf(plan);
  const licence = richText((await readContent(fileAt(plan, plan.windows.licence).entry.content)).toString('utf8'));
  const { features } = plan.windows;
  const customActions: Row[] = featureActions(features);
  if (secret) {
    const source = repeatOf(secret.property);
    customActions.push(
      [REPEAT_ACTION, SET_PROPERTY | HIDE_TARGET, source, `[${secret.property}]`, null],
      [GENERATE_ACTION, FUNCTION, LIBRARY, 'GeneratePassword', null],
    );
  }
  if (desktopProgram)
    customActions.push([START_ACTION, RUN_FILE | UNATTENDED, fileAt(plan, desktopProgram).key, null, null]);
  return {
    ...dialogRows(everyDialog(plan, licence)),
    CheckBox: [[LICENCE_ACCEPTED, '1'], ...featureBoxes(features), ...(desktopProgram ? [[START_NOW, '1']] : [])],
    RadioButton: APPLICATION_CHOICES.map(([value, text], index) => [
      APPLICATIONS,
      index + 1,
      value,
      5,
      2 + index * 18,
      320,
      15,
      text,
      null,
    ]),
    ListBox: [], // FilesInUse is filled into it while it is shown
    TextStyle: [
      [STYLES.normal, 'Segoe UI', 9, null, null],
      [STYLES.note, 'Segoe UI', 9, 0x5a4a3c, null], // on a picture, whose colours do not change with the system's: blue, green, red
      [STYLES.title, 'Segoe UI', 12, 0x4a2c12, null],
      [STYLES.heading, 'Segoe UI', 12, null, BOLD],
    ],
    UIText: UI_TEXT,
    ActionText: ACTION_TEXT,
    Error: ERRORS,
    Binary: [
      [PICTURES.banner, bytesContent(bannerPicture())],
      [PICTURES.side, bytesContent(sidePicture())],
      [PICTURES.information, bytesContent(informationIcon())],
      ...(secret ? [[LIBRARY, plan.windows.actions]] : []),
    ],
    Property: [
      ['DefaultUIFont', STYLES.normal],
      ['ErrorDialog', DIALOGS.error],
      [BROWSED, INSTALL_FOLDER],
      [DOING, DEEDS.install.doing],
      [DONE, DEEDS.install.done],
      [APPLICATIONS, APPLICATION_CHOICES[0][0]],
      ...(desktopProgram ? [[START_NOW, '1']] : []),
      ...(secret ? [['GENERATEPASSWORDTO', secret.property]] : []),
    ],
    CustomAction: customActions,
  };
}

/** What InstallUISequence runs beside the standard actions. */
export function dialogActions(plan: Plan): SequencedAction[] {
  const secret = secretOf(plan);
  const begun = 'RESUME OR Preselected';
  const repeated: SequencedAction[] = [];
  if (secret) {
    // A password that the command line gave needs no repetition.
    const condition = `${secret.property} AND NOT ${repeatOf(secret.property)}`;
    repeated.push({ action: REPEAT_ACTION, condition, sequence: 1201 });
  }
  return [
    ...aroundActions(),
    ...repeated,
    ...featureSequence(plan.windows.features),
    { action: DIALOGS.welcome, condition: 'NOT Installed', sequence: 1270 },
    { action: DIALOGS.resume, condition: `Installed AND (${begun})`, sequence: 1271 },
    { action: DIALOGS.maintenance, condition: `Installed AND NOT (${begun})`, sequence: 1272 },
  ];
}

/** What AdminUISequence runs beside the standard actions. */
export function adminDialogActions(): SequencedAction[] {
  return [...aroundActions(), { action: DIALOGS.admin, condition: null, sequence: 1230 }];
}

/** Public properties that hold a secret beside the settings: to be hidden from the log, and secure. */
export function secretProperties(plan: Plan): string[] {
  const secret = secretOf(plan);
  return secret ? [repeatOf(secret.property)] : [];
}

/** Negative numbers: what is shown at the end of a success, of a cancellation, of a failure ("InstallUISequence Table"). */
function aroundActions(): SequencedAction[] {
  return [
    { action: DIALOGS.fatalError, condition: null, sequence: -3 },
    { action: DIALOGS.userExit, condition: null, sequence: -2 },
    { action: DIALOGS.finish, condition: null, sequence: -1 },
    { action: DIALOGS.prepare, condition: null, sequence: 10 },
    { action: DIALOGS.progress, condition: null, sequence: 1280 },
  ];
}

function everyDialog(plan: Plan, licence: string): Dialog[] {
  const secret = secretOf(plan);
  const repeat = secret ? repeatOf(secret.property) : '';
  return [
    ...progressPages(plan.windows.desktopProgram !== undefined),
    ...installPages({
      folder: INSTALL_FOLDER,
      licence,
      features: plan.windows.features,
      isUpdate: [OLDER, ...replacedProperties(plan)].join(' OR '),
      ...(secret ? { secret: { property: secret.property, repeat } } : {}),
    }),
    ...(secret ? passwordPages(secret.property, repeat, secret.help) : []),
    ...maintenancePages(REPAIR_MODE),
    adminPage(),
  ];
}

/** The setting that has a page: the first secret one. */
function secretOf(plan: Plan): WindowsSetting | undefined {
  return plan.windows.settings.find(({ kind }) => kind === 'secret');
}

/** The property of the second field. */
function repeatOf(property: string): string {
  return `${property}_REPEAT`;
}
