/** A small package made by hand, for suites and unit tests of formats. */
import { bytesContent } from '../../build/model/content.ts';
import { type Entry, fileTree } from '../../build/model/file-tree.ts';
import type { Package, Placement } from '../../build/model/package.ts';
import type { Product } from '../../build/model/product.ts';
import { type Arch, type FormatName, type Target, targetId } from '../../build/model/target.ts';
import { parseVersion } from '../../build/model/version.ts';

export interface Sample {
  format: FormatName;
  arches?: readonly Arch[];
  version?: string;
  /** Added to the usual ones, or put in their place at the same path. */
  entries?: readonly Entry[];
  product?: Partial<Product>;
  placement?: Partial<Placement>;
  changelog?: Package['changelog'];
}

export const SAMPLE_EPOCH = 1_700_000_001;

export const SAMPLE_PRODUCT: Product = {
  name: 'thing',
  title: 'Thing',
  summary: 'keeps things',
  description: ['Thing keeps things where they are, for as long as they are wanted.', 'It has a second paragraph.'],
  version: '1.2.3',
  vendor: 'Things Ltd',
  maintainer: { name: 'Ann Example', email: 'ann@example.com' },
  homepage: 'https://example.com/thing',
  licence: 'MIT',
  copyright: '2026 Ann Example',
  programs: [{ name: 'thingd', entry: 'thingd.ts', summary: 'keeps things' }],
  services: [],
  editions: [],
  arches: ['x64', 'arm64'],
  formats: ['deb', 'rpm', 'oci'],
};

/** One entry of every kind and of every role a format treats in its own way. */
export const SAMPLE_ENTRIES: readonly Entry[] = [
  file('/etc/default/thing', 'THING_OPTS=""\n', { role: 'config' }),
  file('/etc/thing/private.conf', 'secret\n', {
    role: 'config',
    mode: 0o640,
    owner: { user: 'root', group: 'adm', uid: 0, gid: 4 },
  }),
  { path: '/etc/thing', role: 'config', kind: 'dir', mode: 0o750 },
  file('/usr/lib/systemd/system/thing.service', '[Service]\nExecStart=/usr/bin/thing\n', { role: 'unit' }),
  { path: '/usr/lib/thing', role: 'program', kind: 'dir', mode: 0o755 },
  file('/usr/lib/thing/bin/thing', '\x7fELF', { mode: 0o755, role: 'program', layer: 'runtime' }),
  { path: '/usr/bin/thing', role: 'program', kind: 'link', to: '../lib/thing/bin/thing' },
  file('/usr/share/doc/thing/copyright', 'MIT\n', { role: 'licence' }),
  file('/usr/share/doc/thing/README', 'Read me.\n', { role: 'doc' }),
  { path: '/var/lib/thing', role: 'state', kind: 'dir', mode: 0o750 },
  { path: '/var/log/thing', role: 'log', kind: 'dir', mode: 0o750 },
];

type FileOptions = Omit<Extract<Entry, { kind: 'file' }>, 'path' | 'kind' | 'content' | 'mode' | 'role'>;

export function file(
  path: string,
  data: Uint8Array | string,
  options: Partial<FileOptions & { mode: number; role: Entry['role'] }> = {},
): Entry {
  return { path, kind: 'file', role: 'data', mode: 0o644, ...options, content: bytesContent(data) };
}

export function samplePackage(sample: Sample): Package {
  const product = { ...SAMPLE_PRODUCT, ...sample.product };
  const arches = sample.arches ?? ['x64'];
  const slots = {
    platform: sample.format === 'oci' ? 'docker' : 'linux',
    arches,
    edition: 'main',
    format: sample.format,
  } as const;
  const target: Target = { ...slots, id: targetId(slots) };
  const entries = new Map([...SAMPLE_ENTRIES, ...(sample.entries ?? [])].map((entry) => [entry.path, entry]));
  const placements = arches.map((arch): Placement => {
    const placement: Placement = {
      arch,
      tree: fileTree(entries.values()),
      lifecycle: { units: [], alternatives: [], accounts: [], state: [], siblings: [], rivals: [] },
      relations: {
        libraries: [{ soname: 'libc.so.6', versions: ['GLIBC_2.17', 'GLIBC_2.28'] }],
        replaces: [],
        conflicts: [],
        depends: [],
      },
      ...sample.placement,
    };
    if (sample.format !== 'oci' || placement.image) return placement;
    return { ...placement, image: SAMPLE_IMAGE };
  });
  return {
    target,
    product,
    name: product.name,
    title: product.title,
    summary: product.summary,
    version: parseVersion(sample.version ?? '1.2.3'),
    epoch: SAMPLE_EPOCH,
    placements,
    changelog: sample.changelog ?? [],
  };
}

const SAMPLE_IMAGE: NonNullable<Placement['image']> = {
  user: '1000:0',
  env: ['PATH=/usr/bin'],
  entrypoint: ['/usr/bin/thing'],
  cmd: [],
  workingDir: '/',
  exposedPorts: ['8200/tcp'],
  volumes: ['/data'],
  labels: { 'org.opencontainers.image.title': 'Thing' },
  stopSignal: 'SIGTERM',
};
