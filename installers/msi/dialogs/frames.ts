import {
  type Box,
  bitmap,
  button,
  type Control,
  type ControlEvent,
  type Dialog,
  icon,
  line,
  overlay,
  text,
  VISIBLE_MODAL,
} from './controls.ts';
import { ask } from './events.ts';
import { DIALOGS, PICTURES, STYLES } from './names.ts';
import { BUTTONS } from './texts.ts';

export const PAGE_WIDTH = 370;
export const PAGE_HEIGHT = 270;
const BUTTON_ROW = 243;
const [BACK, NEXT, CANCEL] = [180, 238, 304].map((x): Box => [x, BUTTON_ROW, 56, 17]) as [Box, Box, Box]; // three in, three out

/** Button of a page, at one of the three usual places. */
export interface PageButton {
  text: string;
  events: readonly ControlEvent[];
  rules?: Control['rules'];
}

export interface PageInput {
  name: string;
  title: string;
  note: string;
  content: readonly Control[];
  back?: PageButton;
  /** `control`, when it is no ordinary button. */
  next?: PageButton & { control?: (name: string, box: Box, text: string, events: readonly ControlEvent[]) => Control };
  /** What Cancel does; asks when absent. */
  cancel?: PageButton;
  attributes?: number;
  /** First control to have the focus; Next when absent. */
  first?: string;
}

/** A page of the wizard: a banner with title and note, the content, the buttons. */
export function page(input: PageInput): Dialog {
  const controls = [
    ...input.content,
    ...pageButtons(input),
    bitmap('Banner', [0, 0, PAGE_WIDTH, 44], PICTURES.banner),
    overlay('Title', [15, 5, 345, 17], `{\\${STYLES.title}}${input.title}`),
    overlay('Note', [20, 24, 340, 13], `{\\${STYLES.note}}${input.note}`),
    line('BannerLine', 44, PAGE_WIDTH),
    line('BottomLine', 234, PAGE_WIDTH),
  ];
  return frame(input.name, PAGE_WIDTH, PAGE_HEIGHT, input.attributes ?? VISIBLE_MODAL, controls, input.first);
}

export interface SidePageInput extends Omit<PageInput, 'title' | 'note'> {
  heading: string;
}

/** The first and the last pages: a picture at the side, a heading. */
export function sidePage(input: SidePageInput): Dialog {
  const controls = [
    ...input.content,
    ...pageButtons(input),
    bitmap('Side', [0, 0, 122, 234], PICTURES.side),
    text('Heading', [135, 16, 225, 50], `{\\${STYLES.heading}}${input.heading}`),
    line('BottomLine', 234, PAGE_WIDTH),
  ];
  return frame(input.name, PAGE_WIDTH, PAGE_HEIGHT, input.attributes ?? VISIBLE_MODAL, controls, input.first);
}

/** Where a side page's text goes, below its heading. */
export function sideBox(y: number, height: number): Box {
  return [135, y, 225, height];
}

/** A question or a notice on top of a page: an icon, a text, one or two buttons. The last one is what Escape means. */
export function message(name: string, content: string, buttons: readonly (PageButton & { name: string })[]): Dialog {
  const width = 280;
  const start = (width - buttons.length * 62 + 6) / 2;
  const controls = [
    ...buttons.map((one, index) => button(one.name, [start + index * 62, 64, 56, 17], one.text, one.events)),
    icon('Icon', 15, 15, PICTURES.information),
    text('Message', [48, 12, 220, 48], content),
  ];
  const last = buttons.at(-1)?.name ?? null;
  return {
    name,
    width,
    height: 90,
    attributes: VISIBLE_MODAL,
    first: last ?? 'Message',
    default: last,
    cancel: last,
    controls,
  };
}

function pageButtons({ back, next, cancel }: Pick<PageInput, 'back' | 'next' | 'cancel'>): Control[] {
  const leave = cancel ?? { text: BUTTONS.cancel, events: [ask(DIALOGS.cancel)] };
  const rules = (one: PageButton) => (one.rules ? { rules: one.rules } : {});
  return [
    ...(back ? [button('Back', BACK, back.text, back.events, rules(back))] : []),
    ...(next ? [{ ...(next.control ?? button)('Next', NEXT, next.text, next.events), ...rules(next) }] : []),
    button('Cancel', CANCEL, leave.text, leave.events, rules(leave)),
  ];
}

function frame(
  name: string,
  width: number,
  height: number,
  attributes: number,
  controls: readonly Control[],
  first?: string,
): Dialog {
  const usual = controls.some((one) => one.name === 'Next') ? 'Next' : 'Cancel';
  return { name, width, height, attributes, first: first ?? usual, default: usual, cancel: 'Cancel', controls };
}
