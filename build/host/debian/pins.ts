import { PackwrightError } from '../../model/errors.ts';
import type { DebianPin, Lock } from '../../model/lock.ts';
import type { Arch } from '../../model/target.ts';

/** Debian's archives: each has a pool and a root of its own. */
export type DebianArchive = 'debian' | 'debian-security';

/** Debian's words for the processors. */
export const DEBIAN_ARCHES: Readonly<Record<Arch, 'amd64' | 'arm64'>> = { x64: 'amd64', arm64: 'arm64' };

const SHAPES = {
  package: /^[a-z0-9][a-z0-9+.-]+$/,
  version: /^[A-Za-z0-9.+:~-]+$/,
  file: /^pool\/(?:[A-Za-z0-9][A-Za-z0-9.+~_%-]*\/)+[A-Za-z0-9][A-Za-z0-9.+~_%-]*\.deb$/,
  sha256: /^[0-9a-f]{64}$/,
} as const;
const LARGEST_PACKAGE = 1 << 30;
const ADVICE = 'run "packwright lock" to pin anew';

/**
 * The pinned packages of an architecture by name.
 * @throws PackwrightError when there are none, or a pin is not what "packwright lock" writes.
 */
export function pinsOf(lock: Lock, arch: Arch): Map<string, DebianPin> {
  const where = `packwright.lock.json: debian: ${arch}`;
  const list: unknown = lock.debian?.packages?.[arch];
  if (!Array.isArray(list)) throw new PackwrightError(where, 'no Debian packages are pinned', ADVICE);
  return new Map(
    list.map((value: unknown) => {
      const pin = checkPin(value, where);
      return [pin.package, pin];
    }),
  );
}

function checkPin(value: unknown, where: string): DebianPin {
  if (typeof value !== 'object' || value === null) throw new PackwrightError(where, 'a pin is no object', ADVICE);
  const {
    package: name,
    version,
    file,
    size,
    sha256,
  } = { package: '', version: '', file: '', size: 0, sha256: '', ...value };
  for (const [key, member] of Object.entries({ package: name, version, file, sha256 })) {
    // The keys are those of SHAPES: they stand in the line above.
    if (typeof member === 'string' && SHAPES[key as keyof typeof SHAPES].test(member)) continue;
    throw new PackwrightError(`${where}: ${name}`, `its "${key}" is not of the right form`, ADVICE);
  }
  if (!Number.isSafeInteger(size) || size <= 0 || size > LARGEST_PACKAGE) {
    throw new PackwrightError(`${where}: ${name}`, 'its "size" is not of the right form', ADVICE);
  }
  return { package: name, version, file, size, sha256 };
}

/** The security archive keeps all of its pool below `pool/updates`, the main one none of it. */
export function archiveOf(pin: DebianPin): DebianArchive {
  return pin.file.startsWith('pool/updates/') ? 'debian-security' : 'debian';
}

/** `libc6 2.41-12 (amd64)`, for people. */
export function showPin(pin: DebianPin): string {
  return `${pin.package} ${pin.version} (${pin.file.slice(pin.file.lastIndexOf('_') + 1, -'.deb'.length)})`;
}
