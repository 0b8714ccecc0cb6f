/**
 * Dialogs as values, in the words of the Windows Installer documentation ("Dialog Table", "Control Table", "ControlEvent Table"): what the pages
 * are made of. Units are installer units: about four thirds of a pixel at 96 dots per inch.
 */

export type Box = readonly [x: number, y: number, width: number, height: number];

/** What a button does. Events run in order, each when its condition holds then. */
export interface ControlEvent {
  event: string;
  argument: string;
  condition: string;
}

export interface ControlRule {
  action: 'Disable' | 'Enable' | 'Hide' | 'Show';
  condition: string;
}

export interface Control {
  name: string;
  type: string;
  box: Box;
  attributes: number;
  property?: string;
  text?: string;
  /** Tool tip, for screen readers too. */
  help?: string;
  /** In the circle that the tab key goes round, in the order of the dialog's list. */
  isTabStop: boolean;
  events?: readonly ControlEvent[];
  rules?: readonly ControlRule[];
  /** Published event, and the attribute that it changes. */
  mappings?: Readonly<Record<string, string>>;
}

export interface Dialog {
  name: string;
  width: number;
  height: number;
  attributes: number;
  first: string;
  default: string | null;
  cancel: string | null;
  controls: readonly Control[];
}

/** Dialog style bits. */
export const VISIBLE_MODAL = 0x1 | 0x2;
export const VISIBLE_MODELESS = 0x1 | 0x4; // with a button to minimise
export const KEEP_MODELESS = 0x10;
export const TRACK_DISK_SPACE = 0x20;
export const IS_ERROR = 0x10000;

/** Control attributes. */
const SHOWN = 0x1 | 0x2; // Visible, Enabled
const SUNKEN = 0x4;
export const INDIRECT = 0x8;
const TRANSPARENT = 0x10000;
const NO_PREFIX = 0x20000;
const PASSWORD = 0x200000;
const SHIELD = 0x800000;
const PROGRESS_95 = 0x10000;
const FIXED_SIZE = 0x100000;
const ICON_SIZE_32 = 0x400000;
const VOLUMES = 0x10000 | 0x20000 | 0x40000; // removable, fixed, remote

type More = Partial<Pick<Control, 'rules' | 'mappings' | 'help' | 'isTabStop'>>;

/** Text to read; `&` is an ordinary character. */
export function text(name: string, box: Box, content: string, more: More = {}): Control {
  return { name, type: 'Text', box, attributes: SHOWN | NO_PREFIX, text: content, isTabStop: false, ...more };
}

/** Text on a picture. */
export function overlay(name: string, box: Box, content: string, more: More = {}): Control {
  return { ...text(name, box, content, more), attributes: SHOWN | NO_PREFIX | TRANSPARENT };
}

/** Names the control that follows it, which its `&` letter leads to; so it is part of the tab order. */
export function label(name: string, box: Box, content: string): Control {
  return { name, type: 'Text', box, attributes: SHOWN, text: content, isTabStop: true };
}

export function button(name: string, box: Box, content: string, events: readonly ControlEvent[], more: More = {}) {
  return { name, type: 'PushButton', box, attributes: SHOWN, text: content, isTabStop: true, events, ...more };
}

/** A button whose work needs an administrator, who is asked after it. */
export function shieldButton(name: string, box: Box, content: string, events: readonly ControlEvent[]): Control {
  return { ...button(name, box, content, events), attributes: SHOWN | SHIELD };
}

/** One line of at most `length` characters; `secret` shows dots and is kept out of the log. */
export function edit(name: string, box: Box, property: string, length: number, kind: 'secret' | 'plain'): Control {
  const attributes = SHOWN | SUNKEN | (kind === 'secret' ? PASSWORD : 0);
  return { name, type: 'Edit', box, attributes, property, text: `{${length}}`, isTabStop: true };
}

export function checkBox(name: string, box: Box, property: string, content: string, more: More = {}): Control {
  return { name, type: 'CheckBox', box, attributes: SHOWN, property, text: content, isTabStop: true, ...more };
}

/** The Binary row `picture`, stretched to the box. In the tab order like any text's background: it has to be made before what is on it. */
export function bitmap(name: string, box: Box, picture: string): Control {
  return { name, type: 'Bitmap', box, attributes: 0x1, text: picture, isTabStop: true };
}

export function icon(name: string, x: number, y: number, picture: string): Control {
  const attributes = 0x1 | FIXED_SIZE | ICON_SIZE_32;
  return { name, type: 'Icon', box: [x, y, 24, 24], attributes, text: picture, isTabStop: false };
}

export function line(name: string, y: number, width: number): Control {
  return { name, type: 'Line', box: [0, y, width, 0], attributes: 0x1, isTabStop: false };
}

/** Rich text with a scroll bar. */
export function scrollableText(name: string, box: Box, rtf: string): Control {
  return { name, type: 'ScrollableText', box, attributes: SHOWN | SUNKEN, text: rtf, isTabStop: true };
}

export function progressBar(name: string, box: Box): Control {
  const attributes = 0x1 | PROGRESS_95;
  return { name, type: 'ProgressBar', box, attributes, isTabStop: false, mappings: { SetProgress: 'Progress' } };
}

/** Controls that the installer fills by itself; `description` is for screen readers. */
export function list(
  type: 'ListBox' | 'DirectoryList' | 'RadioButtonGroup',
  name: string,
  box: Box,
  property: string,
  description: string,
  attributes = 0,
): Control {
  const look = type === 'RadioButtonGroup' ? SHOWN : SHOWN | SUNKEN;
  return { name, type, box, attributes: look | attributes, property, text: description, isTabStop: true };
}

export function pathEdit(name: string, box: Box, property: string, attributes = 0): Control {
  return { name, type: 'PathEdit', box, attributes: SHOWN | SUNKEN | attributes, property, isTabStop: true };
}

export function directoryCombo(name: string, box: Box, property: string): Control {
  const attributes = SHOWN | INDIRECT | VOLUMES;
  const mappings = { IgnoreChange: 'IgnoreChange' };
  return { name, type: 'DirectoryCombo', box, attributes, property, isTabStop: true, mappings };
}

/** The volumes with what is needed and what is free; widths of the five columns in the text. */
export function volumeCostList(name: string, box: Box, description: string): Control {
  const columns = '{120}{70}{70}{70}{70}';
  return {
    name,
    type: 'VolumeCostList',
    box,
    attributes: SHOWN | SUNKEN | VOLUMES,
    text: `${columns}${description}`,
    isTabStop: true,
  };
}
