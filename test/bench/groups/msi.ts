import type { Group } from '../contest.ts';
import { ours, wixl } from '../contestants.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';

const ID = 'windows-x64-cli.msi';

/** wixl knows MSZIP alone, and x64 alone. */
export function msiGroup(space: Workspace, payloads: Payloads): Group {
  return {
    name: 'msi',
    contestants: [
      ours(space, 'ours mszip cold', [ID], { state: 'cold', memory: true }),
      wixl(space, payloads, 'wixl'),
      ours(space, 'ours mszip cold, npm package', [ID], { state: 'cold', tool: 'package' }),
      ours(space, 'ours mszip warm', [ID], { state: 'warm' }),
      // Its compression, of which nothing depends on a source line, is made once, in the preparation.
      ours(space, 'ours lzx warm', [ID, '--compression', 'lzx'], { state: 'warm' }),
      ours(space, 'ours all six warm', ['windows-*.msi'], { state: 'warm', memory: true }),
    ],
    bounds: [
      { ours: 'ours mszip cold', peers: { wixl: 1 }, size: 1.01, wall: 0.6 },
      { ours: 'ours mszip cold, npm package', peers: { wixl: 1 }, wall: 0.6 },
      { ours: 'ours mszip warm', peers: { wixl: 1 }, wall: 0.6 },
      { ours: 'ours lzx warm', peers: { 'ours mszip cold': 1 }, size: 0.85 },
      { ours: 'ours all six warm', peers: {}, seconds: 15, peak: 600 },
    ],
  };
}
