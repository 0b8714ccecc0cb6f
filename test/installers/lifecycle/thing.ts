import type { Lifecycle } from '../../../build/model/lifecycle.ts';
import type { Package, Placement } from '../../../build/model/package.ts';
import type { Product } from '../../../build/model/product.ts';
import type { FormatName } from '../../../build/model/target.ts';

/** `cli` and `gui` take each other's place and share a unit; `agent` has its own and stands beside either. */
export type EditionName = 'cli' | 'gui' | 'agent';

const edition = (name: EditionName, services: string[], replaces: EditionName[]) => ({
  name,
  package: packageOf(name),
  title: 'Thing',
  summary: 'A thing',
  programs: ['thing'],
  services,
  replaces,
});

/** With several dashes, which scripts must not take for a note's. */
export function packageOf(name: EditionName): string {
  return `my-own-thing-${name}`;
}

export function homeOf(name: EditionName): string {
  return name === 'agent' ? 'thing-agent' : 'thing';
}

export function unitOf(name: EditionName): string {
  return `${homeOf(name)}.service`;
}

export function siblingOf(name: EditionName): EditionName | undefined {
  return name === 'cli' ? 'gui' : name === 'gui' ? 'cli' : undefined;
}

const PRODUCT: Product = {
  name: 'thing',
  title: 'Thing',
  summary: 'A thing',
  description: ['A thing.'],
  version: '1',
  vendor: 'Example',
  maintainer: { name: 'Example', email: 'thing@example.org' },
  homepage: 'https://example.org',
  licence: 'MIT',
  copyright: 'Example',
  programs: [{ name: 'thing', entry: 'thing.ts', summary: 'A thing' }],
  services: [
    { name: 'thing', title: 'Thing', program: 'thing', start: { cli: 'boot', gui: 'asked' } },
    { name: 'thing-agent', title: 'Agent', program: 'thing', start: 'boot' },
  ],
  editions: [
    edition('cli', ['thing'], ['gui']),
    edition('gui', ['thing'], ['cli']),
    edition('agent', ['thing-agent'], []),
  ],
  arches: ['x64'],
  formats: ['deb', 'rpm'],
};

/** A package of the thing as scripts see it; `extra` replaces facts of its lifecycle. */
export function thing(name: EditionName, format: FormatName, extra: Partial<Lifecycle> = {}): [Package, Placement] {
  const home = homeOf(name);
  const sibling = siblingOf(name);
  const tool = `/usr/lib/${home}/bin/thing-tool`;
  const follower = {
    name: 'thing-tool.1',
    link: '/usr/share/man/man1/thing-tool.1',
    path: `/usr/lib/${home}/man/thing-tool.1`,
  };
  const lifecycle: Lifecycle = {
    units: [{ unit: unitOf(name), start: name === 'gui' ? 'asked' : 'boot' }],
    alternatives: [
      {
        name: 'thing-tool',
        link: '/usr/bin/thing-tool',
        path: tool,
        priority: name === 'agent' ? 40 : 50,
        followers: [follower],
      },
    ],
    accounts: [{ name: home, sysusersFile: `/usr/lib/sysusers.d/${home}.conf` }],
    state: [`/var/lib/${home}`, `/var/cache/${home}`],
    secretFiles: [`/etc/default/${home}.secret`],
    siblings: sibling ? [`/usr/lib/${home}/edition-${sibling}`] : [],
    rivals: [{ package: 'alien', file: '/usr/lib/alien/alien', advice: "Remove it first; it's in the way." }],
    ...extra,
  };
  const pkg: Package = {
    target: { id: `linux-x64-${name}.${format}`, platform: 'linux', arches: ['x64'], edition: name, format },
    product: PRODUCT,
    name: packageOf(name),
    title: 'Thing',
    summary: 'A thing',
    version: { text: '1', numbers: [1], prerelease: [], build: [] },
    epoch: 0,
    placements: [],
    changelog: [],
  };
  const relations = { libraries: [], replaces: [], conflicts: [], depends: [] };
  return [pkg, { arch: 'x64', tree: [], lifecycle, relations }];
}

/** Files of a version, by path. The file beside the unit tells the sandbox's service manager which code a start would run. */
export function filesOf(name: EditionName, version: string, format: FormatName): Map<string, string> {
  const home = homeOf(name);
  const unit = `/usr/lib/systemd/system/${unitOf(name)}`;
  const files = new Map([
    [`/usr/lib/${home}/edition-${name}`, ''],
    [`/usr/lib/${home}/bin/thing-tool`, `${name} ${version}`],
    [`/usr/lib/${home}/man/thing-tool.1`, name],
    [`/usr/lib/${home}/only-${name}-${version}`, ''],
    [unit, `[Unit]\nDescription=${name} ${version}\n[Install]\nWantedBy=multi-user.target\n`],
    [`${unit}.version`, `${name} ${version}\n`],
    [`/usr/lib/sysusers.d/${home}.conf`, `u ${home} - "Thing"\n`],
  ]);
  if (format === 'rpm') {
    const word = name === 'gui' ? 'disable' : 'enable';
    files.set(`/usr/lib/systemd/system-preset/50-${home}.preset`, `${word} ${unitOf(name)}\n`);
  }
  return files;
}
