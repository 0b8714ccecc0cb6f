import type { Option } from '../command-line/arguments.ts';
import type { StorageWatch } from '../storage/watched-storage.ts';
import type { CliOption, GivenOptions } from './options.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What a command is called with. */
export interface Call {
  /** Behind the command. */
  words: readonly string[];
  /** The first of them. */
  url: string;
  given: GivenOptions;
  argv: readonly string[];
  output: Output;
  progress: Progress;
  signal: AbortSignal;
  /** False for paths that a restore leaves alone; absent for a person at a terminal, who may write what the system lets them. */
  mayWrite?(file: string): boolean;
  /** What a new version takes along beside its list: configurations of backups, from a server. */
  carries?: string;
  /** Is told what is done at the destination, and may let it wait. */
  watch?: StorageWatch;
}

/** One command of duplicati-cli: what its help says, what it reads, what it does. */
export interface CliCommand {
  name: string;
  /** `<needed>`, `[optional]`, `[many...]`. */
  operands: readonly string[];
  help: string;
  options: readonly Option<CliOption>[];
  examples: readonly { line: string; help: string }[];
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}

/** Duplicati's exit code where something is missing that nobody lost data by. */
export const WITH_WARNINGS = 2;

/** Where errors were told and the run went on. */
export const WITH_ERRORS = 3;
