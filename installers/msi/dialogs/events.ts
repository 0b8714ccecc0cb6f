import type { ControlEvent } from './controls.ts';

const ALWAYS = '1';

/** To another page, in the place of this one. */
export function goTo(dialog: string, condition = ALWAYS): ControlEvent {
  return { event: 'NewDialog', argument: dialog, condition };
}

/** A dialog on top of this one. */
export function ask(dialog: string, condition = ALWAYS): ControlEvent {
  return { event: 'SpawnDialog', argument: dialog, condition };
}

/** A dialog that stays while the condition does not hold. */
export function waitFor(dialog: string, condition: string): ControlEvent {
  return { event: 'SpawnWaitDialog', argument: dialog, condition };
}

/** `Return` goes on, or back to the dialog below; `Exit` ends setup as the user's wish. */
export function end(result: 'Return' | 'Exit' | 'Retry' | 'Ignore', condition = ALWAYS): ControlEvent {
  return { event: 'EndDialog', argument: result, condition };
}

/** Sets a property to formatted text; `{}` empties it. */
export function set(property: string, value: string, condition = ALWAYS): ControlEvent {
  return { event: `[${property}]`, argument: value, condition };
}

/** Any other event by its name. */
export function publish(event: string, argument = '0', condition = ALWAYS): ControlEvent {
  return { event, argument, condition };
}
