/**
 * What a person may leave out: a check box for each feature. They begin with what Windows Installer worked out (defaults, the command line, an
 * earlier version, what is installed), and Next asks for exactly what they say.
 */
import type { WindowsFeature } from '../../../build/model/windows-facts.ts';
import { literal, type Row } from '../rows.ts';
import type { SequencedAction } from '../sequences.ts';
import { button, type Control, type ControlEvent, checkBox, type Dialog, text } from './controls.ts';
import { ask, goTo, publish } from './events.ts';
import { page } from './frames.ts';
import { DIALOGS } from './names.ts';
import { BUTTONS, FEATURES } from './texts.ts';

/** Where the boxes are. */
const TOP = 70;
const LEFT = 20;
const WIDTH = 330;
const HEIGHT = 160;
/** Of a title and of a line of its description; what is between two features. */
const TITLE = 13;
const LINE = 12;
const GAP = 3;
/** A longer description takes two lines. */
const LINE_LENGTH = 60;
/** Rows of a column with titles alone. */
const ROWS = 11;
const SET_PROPERTY = 51;
/** Place of the first box's action in the sequence. */
const FIRST = 1202;

/** @param onward where Next goes in an installation. */
export function featuresPage(features: readonly WindowsFeature[], onward: readonly ControlEvent[]): Dialog {
  const described = describedBoxes(features);
  return page({
    name: DIALOGS.features,
    title: FEATURES.title,
    note: FEATURES.note,
    content: [
      text('Body', [LEFT, 52, WIDTH, 13], FEATURES.body),
      ...(described ?? features.map(plainBox)),
      button('Space', [LEFT, 243, 76, 17], FEATURES.space, [...chosen(features), ask(DIALOGS.diskCost)]),
    ],
    ...(features.length > 0 ? { first: 'Feature1' } : {}),
    back: {
      text: BUTTONS.back,
      events: [goTo(DIALOGS.maintenance, 'Installed'), goTo(DIALOGS.folder, 'NOT Installed')],
    },
    next: { text: BUTTONS.next, events: [...chosen(features), goTo(DIALOGS.readyToChange, 'Installed'), ...onward] },
  });
}

/** Rows of CheckBox: the value of a box that is checked. */
export function featureBoxes(features: readonly WindowsFeature[]): Row[] {
  return features.map(({ name }) => [choiceOf(name), '1']);
}

/** Rows of CustomAction that check the boxes, one for each feature. */
export function featureActions(features: readonly WindowsFeature[]): Row[] {
  return features.map(({ name }) => [checkAction(name), SET_PROPERTY, choiceOf(name), '1', null]);
}

/**
 * Their places in InstallUISequence: after the features' states are known. `&` is the state that is asked for, `!` the one that is there;
 * -1 is nothing, 2 absent, 3 local ("Conditional Statement Syntax"). Wine calls 4 what has a registry value for its key path.
 */
export function featureSequence(features: readonly WindowsFeature[]): SequencedAction[] {
  return features.map(({ name }, index) => ({
    action: checkAction(name),
    condition: `&${name} > 2 OR (!${name} > 2 AND &${name} <> 2)`,
    sequence: FIRST + index,
  }));
}

function chosen(features: readonly WindowsFeature[]): ControlEvent[] {
  return features.flatMap(({ name }) => [
    publish('AddLocal', name, choiceOf(name)),
    publish('Remove', name, `NOT ${choiceOf(name)}`),
  ]);
}

/** Titles with their descriptions below; undefined when that is too much for the page. */
function describedBoxes(features: readonly WindowsFeature[]): Control[] | undefined {
  let y = TOP;
  const boxes: Control[] = [];
  for (const [index, { name, title, description }] of features.entries()) {
    const height = LINE * (description.length > LINE_LENGTH ? 2 : 1);
    boxes.push(
      checkBox(`Feature${index + 1}`, [LEFT, y, WIDTH, TITLE], choiceOf(name), caption(title)),
      text(`About${index + 1}`, [LEFT + 13, y + TITLE, WIDTH - 13, height], literal(description)),
    );
    y += TITLE + height + GAP;
  }
  return y - GAP <= TOP + HEIGHT ? boxes : undefined;
}

/** A title alone, in columns as far as there are too many for one. */
function plainBox({ name, title }: WindowsFeature, index: number, all: readonly WindowsFeature[]): Control {
  const width = Math.floor(WIDTH / Math.ceil(all.length / ROWS));
  const [column, row] = [Math.floor(index / ROWS), index % ROWS];
  const y = TOP + row * Math.floor(HEIGHT / ROWS);
  return checkBox(`Feature${index + 1}`, [LEFT + column * width, y, width, 14], choiceOf(name), caption(title));
}

/** A title as it is: `&` would lead to its box. */
function caption(title: string): string {
  return literal(title).replaceAll('&', '&&');
}

/** A property of setup alone. */
function choiceOf(feature: string): string {
  return `Choice_${feature}`;
}

function checkAction(feature: string): string {
  return `Check_${feature}`;
}
