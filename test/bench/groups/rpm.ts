import type { Group } from '../contest.ts';
import { ours, rpmbuild } from '../contestants.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';

const ID = 'linux-x64-cli.rpm';
const LEVEL_3 = [ID, '--compression', 'zstd:3'];

export function rpmGroup(space: Workspace, payloads: Payloads): Group {
  const peer = 'rpmbuild w19T2.zstdio';
  const quick = 'rpmbuild w3T2.zstdio';
  return {
    name: 'rpm',
    contestants: [
      ours(space, 'ours xz cold', [ID], { state: 'cold' }),
      rpmbuild(space, payloads, peer, 'w19T2.zstdio'),
      ours(space, 'ours xz warm', [ID], { state: 'warm', memory: true }),
      ours(space, 'ours zstd:3 cold', LEVEL_3, { state: 'cold' }),
      rpmbuild(space, payloads, quick, 'w3T2.zstdio'),
      ours(space, 'ours zstd:3 cold, npm package', LEVEL_3, { state: 'cold', tool: 'package' }),
    ],
    bounds: [
      { ours: 'ours xz cold', peers: { [peer]: 1 }, size: 1.02, wall: 1.05 },
      { ours: 'ours xz warm', peers: { [peer]: 1 }, wall: 0.1 },
      { ours: 'ours zstd:3 cold', peers: { [quick]: 1 }, size: 1.02, wall: 1.2 },
      { ours: 'ours zstd:3 cold, npm package', peers: { [quick]: 1 }, wall: 1.2 },
    ],
  };
}
