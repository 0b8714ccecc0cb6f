import { bytesContent } from '../../../build/model/content.ts';
import { type Entry, fileTree } from '../../../build/model/file-tree.ts';
import type { Package } from '../../../build/model/package.ts';
import type { Arch } from '../../../build/model/target.ts';
import { parseVersion } from '../../../build/model/version.ts';

const file = (path: string, text: string, rest: Partial<Entry & { kind: 'file' }> = {}): Entry => ({
  path,
  role: 'data',
  kind: 'file',
  mode: 0o644,
  content: bytesContent(text),
  ...rest,
});

/** A package with one entry of everything that the format tells apart. */
export function thing(version = '1.2.0-beta.2', arch: Arch = 'x64', more: readonly Entry[] = []): Package {
  return {
    target: { id: `linux-${arch}-cli.rpm`, platform: 'linux', arches: [arch], edition: 'cli', format: 'rpm' },
    product: {
      name: 'thing',
      title: 'Thing',
      summary: 'Keeps things',
      description: [
        'Keeps things where they are, in a description that is long enough to be broken into lines of a terminal’s width.',
        'Second paragraph.',
      ],
      version,
      vendor: 'Example',
      maintainer: { name: 'Ada Example', email: 'ada@example.org' },
      homepage: 'https://example.org/thing',
      licence: 'MIT',
      copyright: '2026 Ada Example',
      programs: [],
      services: [],
      editions: [],
      arches: [arch],
      formats: ['rpm'],
    },
    name: 'thing-cli',
    title: 'Thing for terminals',
    summary: 'Keeps things from a terminal',
    version: parseVersion(version),
    epoch: 1795348800,
    placements: [
      {
        arch,
        tree: fileTree([
          { path: '/usr/lib/thing', role: 'data', kind: 'dir', mode: 0o755 },
          {
            path: '/usr/lib/thing/bin',
            role: 'data',
            kind: 'dir',
            mode: 0o2750,
            owner: { user: 'root', group: 'daemon', uid: 0, gid: 1 },
          },
          file('/usr/lib/thing/bin/thing', '#!/bin/sh\necho thing "$@"\n', { role: 'program', mode: 0o4755 }),
          file('/usr/lib/thing/bin.txt', 'sorts between a folder and what is in it\n'),
          file('/usr/lib/thing/empty', ''),
          { path: '/usr/bin/thing', role: 'program', kind: 'link', to: '../lib/thing/bin/thing' },
          file('/etc/sysconfig/thing', 'THING_OPTS=\n', { role: 'config', mode: 0o640 }),
          file('/usr/share/doc/thing-cli/README', 'Read me. Grüße.\n', { role: 'doc' }),
          file('/usr/share/licenses/thing-cli/LICENSE', 'MIT\n', { role: 'licence' }),
          file('/usr/share/man/man1/thing.1.gz', 'man\n', { role: 'man' }),
          file('/var/log/thing.log', '', { role: 'log' }),
          ...more,
        ]),
        lifecycle: { units: [], alternatives: [], accounts: [], state: [], siblings: [], rivals: [] },
        relations: {
          libraries: [
            { soname: 'libc.so.6', versions: ['GLIBC_2.2.5', 'GLIBC_2.28'] },
            { soname: 'libatomic.so.1', versions: [] },
          ],
          replaces: ['thing-gui'],
          conflicts: ['other-thing < 3'],
          depends: ['systemd >= 239', '(this or that)'],
        },
      },
    ],
    changelog: [
      { version: '1.2.0-beta.2', epoch: 1795348800, lines: ['Second change', 'Third change'] },
      { version: '1.1.0', epoch: 1790000000, lines: ['First change'] },
    ],
  };
}
