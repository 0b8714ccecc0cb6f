/** How much of the machine a command takes. */
import { constants } from 'node:os';
import type { Option } from '../command-line/arguments.ts';
import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { setIdleIo, setOwnPriority } from '../posix/priority.ts';
import type { CliOption, GivenOptions } from './options.ts';

const { PRIORITY_HIGHEST, PRIORITY_HIGH, PRIORITY_ABOVE_NORMAL, PRIORITY_NORMAL, PRIORITY_BELOW_NORMAL, PRIORITY_LOW } =
  constants.priority;
/** Duplicati's words and how nice they are; the lowest two are the same to a system. */
const NICE: Readonly<Record<string, number>> = {
  highest: PRIORITY_HIGHEST,
  high: PRIORITY_HIGH,
  abovenormal: PRIORITY_ABOVE_NORMAL,
  normal: PRIORITY_NORMAL,
  belownormal: PRIORITY_BELOW_NORMAL,
  low: 15,
  lowest: PRIORITY_LOW,
  idle: PRIORITY_LOW,
};

export const priorityOptions = [
  {
    name: 'thread-priority',
    value: 'WORD',
    choices: Object.keys(NICE),
    help: 'Share of the processor beside other programs; above normal is for root.',
  },
  { name: 'use-background-io-priority', help: 'Read and write disks only while nobody else does (Linux).' },
] as const satisfies readonly Option<CliOption>[];

/** Before anything is begun: threads that begin later are like the one that began them. @throws UserError where the system does not let us */
export function applyPriority(given: GivenOptions): void {
  const word = given.text('thread-priority');
  const attempt = (option: string, set: () => void) => {
    try {
      set();
    } catch (thrown) {
      throw new UserError(
        `--${option}: the system does not allow it (${messageOf(thrown)}); leave it out`,
        SERIOUS,
        thrown,
      );
    }
  };
  if (word) attempt(`thread-priority=${word}`, () => setOwnPriority(NICE[word]!));
  if (given.flag('use-background-io-priority')) attempt('use-background-io-priority', setIdleIo);
}
