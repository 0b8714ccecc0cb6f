import type { Start } from './service.ts';

/** A unit the package brings, and what becomes of it on a fresh install. */
export interface UnitLifecycle {
  /** With suffix, such as `thing.service`. */
  unit: string;
  start: Start;
}

/** A command several packages may provide (update-alternatives). Followers switch with it: man page, completions. */
export interface Alternative {
  /** Name of the link group, such as `thing-cli`. */
  name: string;
  /** Generic path, such as `/usr/bin/thing-cli`. */
  link: string;
  /** What it points to in this package. */
  path: string;
  priority: number;
  followers: readonly { name: string; link: string; path: string }[];
}

/**
 * What must happen around the life of an installed package, as facts. One state machine over them gives the steps of every event
 * (fresh, upgrade, failed upgrade, downgrade, remove, purge); each format renders those steps in its own order and dialect.
 */
export interface Lifecycle {
  units: readonly UnitLifecycle[];
  alternatives: readonly Alternative[];
  /** System accounts declared in a sysusers.d file of the package. */
  accounts: readonly { name: string; sysusersFile: string }[];
  /** Directories that the service manager makes and purge removes, such as `/var/lib/thing`. */
  state: readonly string[];
  /** Files for secrets that an administrator may have made beside the shipped settings; never shipped, removed by purge. */
  secretFiles?: readonly string[];
  /**
   * Files of the packages that take this one's place: when one is there, the units, state and settings are no longer ours to stop or
   * remove.
   */
  siblings: readonly string[];
  /** A foreign package's file that must not be there before we install, and what to say. */
  rivals: readonly { package: string; file: string; advice: string }[];
}

/**
 * Points in a package's life at which it may act. A format maps its own scripts and arguments to them; nothing else decides what
 * happens when. Between `arrive` or `renew` and `settle` the new files appear; between `leave` and `left` the files go.
 */
export type Moment =
  /** Not installed before; none of our files is there yet. */
  | 'arrive'
  /** Another version of this package is there and will be replaced. */
  | 'renew'
  /** The files are in place. */
  | 'settle'
  /** Everything else in the same transaction is in place too. */
  | 'run'
  /** Something was called off: this version stays after all. */
  | 'resume'
  /** An arrival was called off. */
  | 'retreat'
  /** The files are about to go, and no other version of this package comes. */
  | 'leave'
  /** The files are gone. */
  | 'left'
  /** Everything that this package made is to go as well. */
  | 'purge';

/** What is done at a moment, for everything of its kind that the lifecycle names. Each must be harmless when done twice. */
export type Step =
  | 'refuse-rivals'
  | 'note-holder'
  | 'note-running'
  | 'note-leaving'
  | 'make-accounts'
  | 'reload-manager'
  | 'enable-units'
  | 'run-units'
  | 'resume-units'
  | 'stop-units'
  | 'withdraw-units'
  | 'take-back-notes'
  | 'drop-unshared-notes'
  | 'drop-notes'
  | 'register-alternatives'
  | 'unregister-alternatives'
  | 'unregister-gone-alternatives'
  | 'remove-state';

/**
 * The state machine. Steps with `alone: true` are left out while a sibling is there (or, at `leave`, comes in this package's place):
 * units, notes and state are shared, and by then they are the sibling's. Steps with `alone: false` are done only then.
 */
export const STEPS: Readonly<Record<Moment, readonly { step: Step; alone?: boolean }[]>> = {
  arrive: [{ step: 'refuse-rivals', alone: true }, { step: 'note-holder' }],
  // A package that replaces a sibling and was cut short before is an upgrade of itself to the second attempt.
  renew: [
    { step: 'note-running', alone: true },
    { step: 'note-holder', alone: false },
  ],
  settle: [
    { step: 'make-accounts' },
    { step: 'reload-manager' },
    { step: 'enable-units' },
    { step: 'register-alternatives' },
  ],
  run: [{ step: 'run-units' }, { step: 'drop-notes' }],
  resume: [
    { step: 'register-alternatives' },
    { step: 'reload-manager' },
    { step: 'resume-units' },
    { step: 'drop-notes' },
  ],
  retreat: [{ step: 'take-back-notes' }],
  leave: [
    { step: 'unregister-alternatives' },
    { step: 'note-leaving', alone: true },
    { step: 'stop-units', alone: true },
  ],
  left: [
    { step: 'unregister-gone-alternatives' },
    { step: 'withdraw-units', alone: true },
    { step: 'reload-manager' },
    { step: 'drop-unshared-notes' },
  ],
  purge: [
    { step: 'withdraw-units', alone: true },
    { step: 'drop-notes', alone: true },
    { step: 'remove-state', alone: true },
  ],
};

/**
 * What a note says of a unit. `new`: nobody of ours held it. `running`, `stopped`: this package's earlier version did, and the unit
 * was so. Three words: whoever left or gives way starts it so on a fresh install, it was enabled or not, it ran or not.
 */
export type Before = 'new' | 'running' | 'stopped' | `${Start}-${'on' | 'off'}-${'running' | 'stopped'}`;

export const BEFORES: readonly Before[] = [
  'new',
  'running',
  'stopped',
  'boot-on-running',
  'boot-on-stopped',
  'boot-off-running',
  'boot-off-stopped',
  'asked-on-running',
  'asked-on-stopped',
  'asked-off-running',
  'asked-off-stopped',
];

/** `declared`: as on a fresh install; `on`: whatever the declaration says; `off`, `keep`: the administrator's word stands. */
export interface Verdict {
  enable: 'declared' | 'on' | 'off' | 'keep';
  /** `start`: if it is enabled now; `restart`: it ran before, so it runs the new code now; `leave`: it was stopped. */
  run: 'start' | 'restart' | 'leave';
}

/** What becomes of a unit that starts as `start` says, given what was before. The administrator's state wins over the declaration. */
export function judgeUnit(start: Start, before: Before): Verdict {
  const fresh: Verdict = { enable: 'declared', run: start === 'boot' ? 'start' : 'leave' };
  if (before === 'new') return fresh;
  if (before === 'running') return { enable: 'keep', run: 'restart' };
  if (before === 'stopped') return { enable: 'keep', run: 'leave' };
  const [from, enabled, ran] = before.split('-');
  // Nobody ever switched it on where it came from, and here it is on by default.
  if (enabled === 'off' && from === 'asked' && start === 'boot') {
    return ran === 'running' ? { enable: 'declared', run: 'restart' } : fresh;
  }
  return { enable: enabled === 'on' ? 'on' : 'off', run: ran === 'running' ? 'restart' : 'leave' };
}
