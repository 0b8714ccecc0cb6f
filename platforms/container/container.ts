import { bytesContent } from '../../build/model/content.ts';
import { PackwrightError } from '../../build/model/errors.ts';
import { type Entry, fileTree } from '../../build/model/file-tree.ts';
import type { ImageConfig, Placement } from '../../build/model/package.ts';
import type { Payload, PayloadFile, Platform } from '../../build/model/platform.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { Service } from '../../build/model/service.ts';
import { accountFiles } from './accounts.ts';
import { imageConfig } from './image-config.ts';

/**
 * Where an image keeps its state. A fresh named volume takes owner and mode of this folder: anyone may make a folder of their own in
 * it (1777, like /tmp), so that the image runs as any uid; the program makes that folder 0700.
 */
export const STATE_VOLUME = '/data';

/**
 * An image that runs one service: the payload below `/usr/lib/<product>` as on Linux (every edition in the same folder, so that they
 * share the layer of the runtime), commands in `/usr/bin`, an unprivileged user, a volume.
 */
export const container = {
  name: 'docker',
  system: 'linux',
  place(product, edition, arch, payload): Placement {
    const service = imageService(product, edition);
    const root = `/usr/lib/${product.name}`;
    assertLibraries(edition, payload);
    const config = imageConfig(product, edition, service, {
      root,
      volume: STATE_VOLUME,
      state: stateFolder(product, edition),
    });
    return {
      arch,
      tree: fileTree(
        [
          ...(payload.base ?? []),
          ...placePayload(product, edition, payload, root, config),
          ...systemFiles(product, edition, payload),
        ],
        `${edition.name} image`,
      ),
      lifecycle: { units: [], alternatives: [], accounts: [], state: [], siblings: [], rivals: [] },
      relations: { libraries: payload.libraries, replaces: [], conflicts: [], depends: [] },
      image: config,
      ...(payload.imageBase ? { imageBase: payload.imageBase } : {}),
    };
  },
} satisfies Platform;

/** Made by the loader, with mode 0700, as whoever it runs as. */
function stateFolder(product: Product, edition: Edition): string {
  return `${STATE_VOLUME}/${edition.home ?? product.name}`;
}

/** What no layer holds would be missed only when the container starts. */
function assertLibraries(edition: Edition, payload: Payload): void {
  const below = payload.imageBase?.entries ?? payload.base;
  if (!below) return;
  const names = new Set(below.map((entry) => entry.path.slice(entry.path.lastIndexOf('/') + 1)));
  const missing = payload.libraries.filter(({ soname }) => !names.has(soname)).map(({ soname }) => soname);
  if (missing.length === 0) return;
  throw new PackwrightError(
    `${edition.name} image for ${payload.arch}`,
    `its programs need ${missing.join(', ')}, which ${payload.imageBase?.name ?? 'the base'} does not have`,
    'give a base that has it, such as a Debian with libatomic1 and libstdc++6',
  );
}

function imageService(product: Product, edition: Edition): Service | undefined {
  const name = edition.imageService ?? edition.services[0];
  return product.services.find((service) => service.name === name);
}

function placePayload(product: Product, edition: Edition, payload: Payload, root: string, image: ImageConfig): Entry[] {
  const entries = payload.files.map((file) => placeFile(file, root));
  const taken = new Set(entries.map((entry) => entry.path));
  const healthcheck = `${root}/bin/healthcheck`;
  if (image.healthcheck && !taken.has(healthcheck)) {
    entries.push({ path: healthcheck, kind: 'link', to: loaderName(payload), role: 'program', layer: 'app' });
  }
  for (const program of edition.programs) {
    const to = `../lib/${product.name}/bin/${program}`;
    entries.push({ path: `/usr/bin/${program}`, kind: 'link', to, role: 'program', layer: 'app' });
  }
  const docs = `/usr/share/doc/${edition.package}`;
  const texts = { copyright: payload.licence, 'third-party-notices.txt': payload.notices };
  for (const [name, content] of Object.entries(texts)) {
    entries.push({ path: `${docs}/${name}`, kind: 'file', mode: 0o644, content, role: 'licence', layer: 'app' });
  }
  return entries;
}

function placeFile(file: PayloadFile, root: string): Entry {
  const path = file.path.startsWith('/') ? file.path : `${root}/${file.path}`;
  // Links carry the names of an edition's programs: in the layer of the runtime they would make it another one for each edition.
  if (file.kind === 'link') return { path, kind: 'link', to: file.to, role: 'program', layer: 'app' };
  const role = file.path.startsWith('bin/') ? 'program' : file.path.startsWith('native/') ? 'library' : 'data';
  return { path, kind: 'file', mode: file.executable ? 0o755 : 0o644, content: file.content, role, layer: file.layer };
}

/** The loader's name in `bin`: what the programs' names point to. */
function loaderName(payload: Payload): string {
  const link = payload.files.find((file) => file.kind === 'link' && file.path.startsWith('bin/'));
  return link?.kind === 'link' ? link.to : 'runtime';
}

function systemFiles(product: Product, edition: Edition, payload: Payload): Entry[] {
  const texts = accountFiles(product, stateFolder(product, edition), payload.imageBase);
  return [
    // Root's: in a sticky folder its owner too may rename what others made, and a program that runs as any uid must refuse that.
    { path: STATE_VOLUME, kind: 'dir', mode: 0o1777, role: 'state', layer: 'app' },
    ...Object.entries(texts).map(
      ([path, text]): Entry => ({
        path,
        kind: 'file',
        mode: 0o644,
        content: bytesContent(text),
        role: 'config',
        layer: 'app',
      }),
    ),
  ];
}
