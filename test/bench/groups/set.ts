import type { Group } from '../contest.ts';
import { dpkgDeb, ours, rpmbuild, umoci } from '../contestants.ts';
import type { Payloads } from '../payload.ts';
import type { Workspace } from '../workspace.ts';

const ARCHES = ['x64', 'arm64'];

/** What the peers have tools for. */
const LINUX = ['linux-*', 'docker-*'];

/** Six debs, six rpms, two images of two architectures. The peers make the CLI edition's; the others differ by some kilobytes. */
export function setGroup(space: Workspace, payloads: Payloads): Group {
  const peers = ARCHES.flatMap((arch) => [
    dpkgDeb(space, payloads, `dpkg-deb -Zxz ${arch}`, ['-Zxz'], arch),
    rpmbuild(space, payloads, `rpmbuild w19T2 ${arch}`, 'w19T2.zstdio', arch),
    umoci(space, payloads, `umoci ${arch}`, arch),
  ]);
  const times = Object.fromEntries(peers.map(({ name }) => [name, name.startsWith('umoci') ? 2 : 3]));
  return {
    name: 'set',
    contestants: [
      ours(space, 'ours all cold', LINUX, { state: 'cold', memory: true }),
      ...peers,
      ours(space, 'ours all warm', LINUX, { state: 'warm', memory: true }),
      ours(space, 'ours all warm, npm package', LINUX, { state: 'warm', tool: 'package' }),
    ],
    bounds: [
      { ours: 'ours all cold', peers: times, size: 1.02, wall: 0.3, peak: 600 },
      { ours: 'ours all warm', peers: {}, seconds: 6, peak: 600 },
      { ours: 'ours all warm, npm package', peers: {}, seconds: 6 },
    ],
  };
}
