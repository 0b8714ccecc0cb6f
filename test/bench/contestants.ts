import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Contestant } from './contest.ts';
import type { Payloads } from './payload.ts';
import { type CacheState, manifestFirst, sizeOf, type Tool, type Workspace } from './workspace.ts';

export interface OursOptions {
  state: CacheState;
  tool?: Tool;
  memory?: boolean;
}

/** `packwright build ARGS`, whole process, read-back included. */
export function ours(space: Workspace, name: string, args: readonly string[], options: OursOptions): Contestant {
  const out = path.join(space.scratch, 'out-ours');
  return {
    name,
    async prepare() {
      const cache = await space.cache(options.state, args);
      await space.fresh('out-ours');
      return space.ours(manifestFirst([...args, '--quiet', '--out', out, '--cache', cache], 'build'), options.tool);
    },
    async size() {
      let sum = 0;
      for (const file of await readdir(out)) {
        if (/\.(deb|rpm|tar|msi)$/.test(file)) sum += await sizeOf(path.join(out, file));
      }
      return sum;
    },
    ...(options.memory ? { memory: true } : {}),
  };
}

/** `dpkg-deb --build`, files owned by root as ours are. */
export function dpkgDeb(space: Workspace, payloads: Payloads, name: string, flags: string[], arch = 'x64'): Contestant {
  const file = path.join(space.scratch, 'out-dpkg-deb', 'bench.deb');
  return {
    name,
    async prepare() {
      const tree = await payloads.deb(arch);
      await space.fresh('out-dpkg-deb');
      return { argv: ['dpkg-deb', ...flags, '--root-owner-group', '-b', tree, file] };
    },
    size: () => sizeOf(file),
  };
}

/** `rpmbuild -bb` of a spec that only lists files; they are put into place by hard links. */
export function rpmbuild(space: Workspace, payloads: Payloads, name: string, io: string, arch = 'x64'): Contestant {
  const top = path.join(space.scratch, 'out-rpmbuild');
  return {
    name,
    async prepare() {
      const { tree, spec } = await payloads.rpm(arch);
      await space.fresh('out-rpmbuild');
      const defines = [`_topdir ${top}`, `tree ${tree}`, `_binary_payload ${io}`].flatMap((one) => ['-D', one]);
      const target = arch === 'x64' ? 'x86_64-linux' : 'aarch64-linux';
      return { argv: ['rpmbuild', '-bb', '--target', target, ...defines, spec] };
    },
    size: () => sizeOf(path.join(top, 'RPMS')),
  };
}

/** An OCI layout of the root file system, one gzip layer: init, new and insert are three processes. */
export function umoci(space: Workspace, payloads: Payloads, name: string, arch = 'x64'): Contestant {
  const out = path.join(space.scratch, 'out-umoci');
  const script = 'umoci init --layout "$1" && umoci new --image "$1:bench" && umoci insert --image "$1:bench" "$2" /';
  return {
    name,
    async prepare() {
      const { root } = await payloads.image(arch);
      await space.fresh('out-umoci');
      return { argv: ['sh', '-c', script, 'sh', path.join(out, 'image'), root] };
    },
    size: () => sizeOf(path.join(out, 'image', 'blobs')),
  };
}

/** `wixl` of the files alone, one component each: no services, settings, dialogs. Its cabinet is MSZIP. */
export function wixl(space: Workspace, payloads: Payloads, name: string): Contestant {
  const file = path.join(space.scratch, 'out-wixl', 'bench.msi');
  return {
    name,
    async prepare() {
      const source = await payloads.msi();
      await space.fresh('out-wixl');
      return { argv: ['wixl', '--arch', 'x64', '--output', file, source], cwd: path.dirname(source) };
    },
    size: () => sizeOf(file),
  };
}

/** A layout with an uncompressed layer copied to one with a zstd layer. */
export function skopeo(space: Workspace, payloads: Payloads, name: string, arch = 'x64'): Contestant {
  const out = path.join(space.scratch, 'out-skopeo');
  return {
    name,
    async prepare() {
      const { layout } = await payloads.image(arch);
      await space.fresh('out-skopeo');
      const flags = ['--insecure-policy', '--override-arch', arch === 'x64' ? 'amd64' : arch, 'copy'];
      const to = ['--dest-compress', '--dest-compress-format', 'zstd', `oci:${layout}:bench`, `oci:${out}/image:bench`];
      return { argv: ['skopeo', ...flags, ...to] };
    },
    size: () => sizeOf(path.join(out, 'image', 'blobs')),
  };
}
