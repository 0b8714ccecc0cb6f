/** The sample package with everything that rpm tells apart. */
import type { Package } from '../../../build/model/package.ts';
import { file, type Sample, samplePackage } from '../../suites/sample-package.ts';

export const EPOCH = 1_700_000_001;

export function thing(sample: Omit<Sample, 'format'> = {}): Package {
  return samplePackage({
    format: 'rpm',
    version: '1.2.0-beta.2',
    changelog: [
      { version: '1.2.0-beta.2', epoch: EPOCH, lines: ['Second change', 'Third change'] },
      { version: '1.1.0', epoch: EPOCH - 100_000_000, lines: ['First change'] },
    ],
    ...sample,
    entries: [
      { path: '/usr/lib/thing/bin', role: 'program', kind: 'dir', mode: 0o2755 },
      file('/usr/lib/thing.txt', 'sorts between a folder and what is in it\n'),
      file('/usr/lib/thing/empty', ''),
      file('/usr/lib/thing/setuid', '#!/bin/sh\n', { role: 'program', mode: 0o4755 }),
      file('/usr/share/licenses/thing/LICENSE', 'MIT\n', { role: 'licence' }),
      file('/usr/share/man/man1/thing.1.gz', 'man\n', { role: 'man' }),
      file('/var/log/thing.log', '', { role: 'log' }),
      ...(sample.entries ?? []),
    ],
    placement: {
      lifecycle: {
        units: [{ unit: 'thing.service', start: 'boot' }],
        alternatives: [
          { name: 'thing', link: '/usr/bin/thing', path: '/usr/lib/thing/bin/thing', priority: 50, followers: [] },
        ],
        accounts: [],
        state: ['/var/lib/thing'],
        siblings: [],
        rivals: [],
      },
      relations: {
        libraries: [
          { soname: 'libc.so.6', versions: ['GLIBC_2.2.5', 'GLIBC_2.28'] },
          { soname: 'libatomic.so.1', versions: [] },
        ],
        replaces: ['thing-gui'],
        conflicts: ['other-thing < 3'],
        depends: ['systemd >= 239', '(this or that)'],
      },
      ...sample.placement,
    },
  });
}
