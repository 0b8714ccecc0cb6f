import type { Case } from '../case.ts';
import { ARM64_CASES } from './arm64.ts';
import { CONSUMER_CASES } from './consumer.ts';
import { DISK_CASES } from './disks.ts';
import { FAILURES } from './failures.ts';
import { IMAGE_CASES } from './images.ts';
import { LIFE_CASES } from './life.ts';
import { lintCases } from './lint.ts';
import { NEIGHBOURS } from './neighbours.ts';
import { chooseForCi, choosePairs } from './pairwise.ts';
import { RIGHTS } from './rights.ts';
import { RPM6_CASES } from './sid.ts';
import { listCells, type Situation } from './situation.ts';
import { STEPS } from './steps.ts';
import { SURROUNDINGS } from './surroundings.ts';
import { WINDOWS_DIALOG_CASES } from './windows-dialogs.ts';
import { WINDOWS_IN_USE_CASES } from './windows-in-use.ts';
import { WINDOWS_INSTALLER_CASES } from './windows-installer.ts';
import { WINDOWS_NEIGHBOUR_CASES } from './windows-neighbours.ts';
import { WINDOWS_SECRET_CASES } from './windows-secrets.ts';
import { WINDOWS_SERVICE_CASES } from './windows-service.ts';
import { WINDOWS_STRUCTURE_CASES } from './windows-structure.ts';
import { WINE_ACTION_CASES } from './wine-actions.ts';
import { WINE_DIALOG_CASES } from './wine-dialogs.ts';
import { WINE_LOADER_CASES } from './wine-loader.ts';
import { WINE_LZX_CASES } from './wine-lzx.ts';
import { WINE_PROGRAM_CASES } from './wine-programs.ts';
import { WINE_ZIP_CASES } from './wine-zip.ts';

/** Steps of the matrix that need a backup engine, which does not exist yet. */
export const WAITING: readonly string[] = [
  'upgrade during a backup: it finishes or resumes',
  'upgrade from N-5: there is no fifth release yet',
  'remove and upgrade never touch a local backup, its database or its password',
  'disk full while a backup runs',
];

const SITUATIONS: readonly Situation[] = [...STEPS, ...FAILURES, ...NEIGHBOURS, ...RIGHTS, ...SURROUNDINGS];

/** `pairwise`: every situation meets every root and every edition; `ci`: the same without Debian 12; `all`: all together. */
export type Choice = 'all' | 'pairwise' | 'ci';

export function chooseCases(choice: Choice, seed: number): Case[] {
  const matrix = { all: listCells, pairwise: choosePairs, ci: chooseForCi }[choice](SITUATIONS, seed);
  return [
    ...LIFE_CASES,
    ...RPM6_CASES,
    ...ARM64_CASES,
    // A deb takes lintian a minute, and those for arm64 differ in the machine code alone.
    ...lintCases(choice === 'all' ? ['x64', 'arm64'] : ['x64']),
    ...DISK_CASES,
    ...IMAGE_CASES,
    ...CONSUMER_CASES,
    ...WINDOWS_STRUCTURE_CASES,
    ...WINE_ACTION_CASES,
    // Four installers with a person before them take three minutes.
    ...(choice === 'ci' ? [] : WINE_DIALOG_CASES),
    ...WINE_LOADER_CASES,
    ...WINE_LZX_CASES,
    ...WINE_PROGRAM_CASES,
    ...WINE_ZIP_CASES,
    ...WINDOWS_SERVICE_CASES,
    ...WINDOWS_INSTALLER_CASES,
    ...WINDOWS_DIALOG_CASES,
    ...WINDOWS_IN_USE_CASES,
    ...WINDOWS_NEIGHBOUR_CASES,
    ...WINDOWS_SECRET_CASES,
    ...matrix,
  ];
}
