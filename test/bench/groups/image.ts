import type { Group } from '../contest.ts';
import { ours, skopeo, umoci } from '../contestants.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';

/** One architecture, as the peers make. */
const ID = ['docker-all-cli.oci', '--manifest', 'test/bench/product-x64.ts'];
const ZSTD = [...ID, '--compression', 'zstd:3'];

export function imageGroup(space: Workspace, payloads: Payloads): Group {
  return {
    name: 'image',
    contestants: [
      ours(space, 'ours gzip:6 cold', ID, { state: 'cold', memory: true }),
      umoci(space, payloads, 'umoci'),
      ours(space, 'ours gzip:6 warm', ID, { state: 'warm' }),
      ours(space, 'ours zstd:3 cold', ZSTD, { state: 'cold' }),
      skopeo(space, payloads, 'skopeo zstd'),
      ours(space, 'ours zstd:3 cold, npm package', ZSTD, { state: 'cold', tool: 'package' }),
    ],
    bounds: [
      { ours: 'ours gzip:6 cold', peers: { umoci: 1 }, size: 1.02, wall: 1.05 },
      { ours: 'ours gzip:6 warm', peers: { umoci: 1 }, wall: 1.05 },
      { ours: 'ours zstd:3 cold', peers: { 'skopeo zstd': 1 }, size: 1.02, wall: 1.05 },
      { ours: 'ours zstd:3 cold, npm package', peers: { 'skopeo zstd': 1 }, wall: 1.05 },
      { ours: 'ours zstd:3 cold', peers: { umoci: 1 }, size: 1.02, wall: 1.05 },
    ],
  };
}
