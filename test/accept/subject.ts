import type { CommandResult } from './command.ts';

/**
 * What is promised about each edition, in the words of its users: names they type, files they know. Said here once more on purpose,
 * not read from the manifest, so that a change of a promise shows.
 */
export interface Subject {
  edition: EditionName;
  /** Package name, the same in deb and rpm. */
  package: string;
  /** Commands in /usr/bin. */
  programs: readonly string[];
  unit: string;
  /** What a fresh installation does with the unit. */
  starts: 'boot' | 'asked';
  /** Folder with everything the package ships for itself. */
  home: string;
  /** Settings of the service that survive upgrades. */
  config: { deb: string; rpm: string };
  /** Data of the service: never ours to delete before purge. */
  state: string;
  /** Its process, as the service runs it. */
  process: string;
  /** Listening sockets while the service runs, nothing else. */
  sockets: readonly string[];
}
export type EditionName = 'gui' | 'cli' | 'agent';

const SERVER = {
  unit: 'duplicati.service',
  home: '/usr/lib/duplicati',
  config: { deb: '/etc/default/duplicati', rpm: '/etc/sysconfig/duplicati' },
  state: '/var/lib/duplicati',
  process: 'duplicati-server',
  sockets: ['127.0.0.1:8200', '[::1]:8200'],
} as const;

export const SUBJECTS: Readonly<Record<EditionName, Subject>> = {
  gui: {
    ...SERVER,
    edition: 'gui',
    package: 'duplicati-gui',
    programs: ['duplicati', 'duplicati-server', 'duplicati-cli', 'duplicati-server-util'],
    starts: 'asked',
  },
  cli: {
    ...SERVER,
    edition: 'cli',
    package: 'duplicati-cli',
    programs: ['duplicati-server', 'duplicati-cli', 'duplicati-server-util'],
    starts: 'boot',
  },
  agent: {
    edition: 'agent',
    package: 'duplicati-agent',
    programs: ['duplicati-agent', 'duplicati-cli', 'duplicati-server-util'],
    unit: 'duplicati-agent.service',
    starts: 'boot',
    home: '/usr/lib/duplicati-agent',
    config: { deb: '/etc/default/duplicati-agent', rpm: '/etc/sysconfig/duplicati-agent' },
    state: '/var/lib/duplicati-agent',
    process: 'duplicati-agent',
    sockets: [],
  },
};
export const EDITIONS = ['gui', 'cli', 'agent'] as const satisfies readonly EditionName[];

/** The port the server answers on. */
export const PORT = 8200;

/** Fails with `what` unless `truth` holds. */
export function expect(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(what);
}

/** Fails unless the two are the same text. */
export function expectSame(found: string, wanted: string, what: string): void {
  if (found.trim() !== wanted) throw new Error(`${what}: wanted "${wanted}", found "${found.trim()}"`);
}

/** Fails unless the command failed and said `word`. */
export function expectRefusal(result: CommandResult, word: RegExp, what: string): void {
  expect(result.code !== 0, `${what}: it was accepted`);
  expect(word.test(result.text), `${what}: refused, but without saying ${word}: ${result.text.slice(-600)}`);
}
