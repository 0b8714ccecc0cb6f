// The package file: rpm's docs/manual/format_v4.md. A lead of 96 bytes, the signature header padded to 8 bytes, the main header and the
// payload. Digests are SHA-256 alone: of the header in the signature header, of the payload in the header (docs/manual/signatures_digests.md).
import { createHash } from 'node:crypto';
import { PackwrightError } from '../../build/model/errors.ts';
import type { Artifact, Blobs, Compressed, Compression } from '../../build/model/format.ts';
import type { Package, Placement } from '../../build/model/package.ts';
import { dependencyFields } from './dependencies.ts';
import { descriptionFields } from './description.ts';
import { fileFields, installedSize, payloadParts } from './files.ts';
import { encodeHeader } from './header.ts';
import { encodeLead } from './lead.ts';
import { scriptletFields, scriptletsOf } from './scripts.ts';
import { HEADER_IMMUTABLE, HEADER_SIGNATURES, SHA256, SIGNATURE_TAGS, TAGS } from './tags.ts';
import { rpmVersion } from './version.ts';

const UINT32_MAX = 0xffffffff;
/** The format's word for each architecture (rpmrc). */
export const RPM_ARCHES = { x64: 'x86_64', arm64: 'aarch64' } as const;

export function rpmFileName(pkg: Package): string {
  const { version, release } = rpmVersion(pkg.version);
  return `${pkg.name}-${version}-${release}.${RPM_ARCHES[onlyPlacement(pkg).arch]}.rpm`;
}

/** @throws PackwrightError for a file of 4 GiB or more, a text with a NUL, or a dependency that rpm cannot express. */
export async function writeRpm(pkg: Package, blobs: Blobs, compression: Compression): Promise<Artifact[]> {
  const placement = onlyPlacement(pkg);
  const payload = await blobs.compress(payloadParts(placement.tree, pkg.epoch, pkg.target.id), compression, {
    digests: 'packed',
  });
  const header = mainHeader(pkg, placement, payload, compression);
  const signature = signatureHeader(header, payload, pkg.target.id);
  const { version, release } = rpmVersion(pkg.version);
  const front = Buffer.concat([encodeLead(`${pkg.name}-${version}-${release}`, placement.arch), signature, header]);
  return [
    {
      name: rpmFileName(pkg),
      size: front.length + payload.size,
      async *open() {
        yield front;
        yield* payload.open();
      },
    },
  ];
}

function onlyPlacement(pkg: Package): Placement {
  const [placement, ...others] = pkg.placements;
  if (!placement || others.length > 0) {
    const what = `an rpm is for one architecture, not for ${pkg.placements.length}`;
    throw new PackwrightError(pkg.target.id, what, 'make a target for each');
  }
  return placement;
}

function mainHeader(pkg: Package, placement: Placement, payload: Compressed, compression: Compression): Buffer {
  const scriptlets = scriptletsOf(pkg, placement);
  const size = installedSize(placement.tree);
  return encodeHeader(
    HEADER_IMMUTABLE,
    TAGS,
    {
      ...descriptionFields(pkg, RPM_ARCHES[placement.arch]),
      ...(size > UINT32_MAX ? { LONGSIZE: [size] } : { SIZE: [size] }),
      ...fileFields(placement.tree, pkg.epoch),
      ...dependencyFields(pkg, placement, scriptlets, compression.method),
      ...scriptletFields(scriptlets),
      PAYLOADFORMAT: 'cpio',
      PAYLOADCOMPRESSOR: compression.method,
      PAYLOADFLAGS: String(compression.level),
      PAYLOADDIGEST: [payload.sha256],
      PAYLOADDIGESTALGO: [SHA256],
    },
    pkg.target.id,
  );
}

/** Not signed: signing adds its tag later and leaves the rest as it is. */
function signatureHeader(header: Buffer, payload: Compressed, where: string): Buffer {
  const size = header.length + payload.size;
  const signature = encodeHeader(
    HEADER_SIGNATURES,
    SIGNATURE_TAGS,
    {
      SHA256: createHash('sha256').update(header).digest('hex'),
      ...(size > UINT32_MAX ? { LONGSIZE: [size] } : { SIZE: [size] }),
      ...(payload.rawSize > UINT32_MAX ? { LONGARCHIVESIZE: [payload.rawSize] } : { PAYLOADSIZE: [payload.rawSize] }),
    },
    where,
  );
  return Buffer.concat([signature, Buffer.alloc(-signature.length & 7)]);
}
