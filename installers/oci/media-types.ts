import type { Method } from '../../build/model/format.ts';

/** OCI image specification 1.1, media-types.md. */
export const LAYOUT_VERSION = '1.0.0';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG = 'application/vnd.oci.image.config.v1+json';
export const LAYER: Readonly<Partial<Record<Method, string>>> = {
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  none: 'application/vnd.oci.image.layer.v1.tar',
};

/** What Docker's registries and `docker save` call the same things. */
export const DOCKER = {
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  layerTar: 'application/vnd.docker.image.rootfs.diff.tar',
} as const;

/** GOARCH words, as `platform.architecture` wants them. */
export const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;
