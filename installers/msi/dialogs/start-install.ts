import type { ControlEvent } from './controls.ts';
import { ask, end, set, waitFor } from './events.ts';
import { DIALOGS, DOING, DONE } from './names.ts';

interface Deed {
  doing: string;
  done: string;
}

/**
 * What the last button before an installation does: it waits until the disk space is worked out, and goes on when there is enough. `events`
 * are what is particular to it.
 */
export function install(deed: Deed, events: readonly ControlEvent[]): ControlEvent[] {
  return [
    ...begin(deed),
    ...events,
    ask(DIALOGS.outOfDisk, 'OutOfDiskSpace = 1'),
    end('Return', 'OutOfDiskSpace <> 1'),
  ];
}

/** The same for a removal, which needs no space. */
export function remove(deed: Deed, events: readonly ControlEvent[]): ControlEvent[] {
  return [...begin(deed), ...events, end('Return')];
}

function begin({ doing, done }: Deed): ControlEvent[] {
  return [waitFor(DIALOGS.waiting, 'CostingComplete = 1'), set(DOING, doing), set(DONE, done)];
}
