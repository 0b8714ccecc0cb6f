import type { Group } from '../contest.ts';
import { dpkgDeb, ours } from '../contestants.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';

const ID = 'linux-x64-cli.deb';
const LEVEL_3 = [ID, '--compression', 'zstd:3'];

export function debGroup(space: Workspace, payloads: Payloads): Group {
  return {
    name: 'deb',
    contestants: [
      ours(space, 'ours xz cold', [ID], { state: 'cold', memory: true }),
      dpkgDeb(space, payloads, 'dpkg-deb -Zxz', ['-Zxz']),
      ours(space, 'ours xz warm', [ID], { state: 'warm', memory: true }),
      dpkgDeb(space, payloads, 'dpkg-deb -Zzstd -z19', ['-Zzstd', '-z19']),
      ours(space, 'ours xz warm, npm package', [ID], { state: 'warm', tool: 'package' }),
      ours(space, 'ours zstd:3 cold', LEVEL_3, { state: 'cold' }),
      dpkgDeb(space, payloads, 'dpkg-deb -Zzstd -z3', ['-Zzstd', '-z3']),
      ours(space, 'ours zstd:3 cold, npm package', LEVEL_3, { state: 'cold', tool: 'package' }),
    ],
    bounds: [
      { ours: 'ours xz cold', peers: { 'dpkg-deb -Zxz': 1 }, size: 1.02, wall: 1.05 },
      { ours: 'ours xz cold', peers: { 'dpkg-deb -Zzstd -z19': 1 }, size: 1.02, wall: 1.05 },
      { ours: 'ours xz warm', peers: { 'dpkg-deb -Zxz': 1 }, wall: 0.1 },
      { ours: 'ours xz warm', peers: { 'dpkg-deb -Zzstd -z19': 1 }, wall: 0.1 },
      { ours: 'ours zstd:3 cold', peers: { 'dpkg-deb -Zzstd -z3': 1 }, size: 1.02, wall: 1.8 },
      { ours: 'ours zstd:3 cold, npm package', peers: { 'dpkg-deb -Zzstd -z3': 1 }, wall: 1.8 },
    ],
  };
}
