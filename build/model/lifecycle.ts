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
