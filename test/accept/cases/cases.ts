import type { Case } from '../case.ts';
import { LIFE_CASES } from './life.ts';

/** Steps of the matrix that need a backup engine, which does not exist yet. */
export const WAITING: readonly string[] = [
  'upgrade during a backup: it finishes or resumes',
  'upgrade from N-5: there is no fifth release yet',
  'remove and upgrade never touch a local backup, its database or its password',
  'disk full while a backup runs',
];

/** The whole matrix, or the choice of it that every change has to pass. */
export function chooseCases(_choice: 'all' | 'pairwise', _seed: number): Case[] {
  return [...LIFE_CASES];
}
