import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { PackwrightError } from '../../model/errors.ts';
import type { ByteSource, Method, Unpacker } from '../../model/format.ts';
import type { DebianPin, Lock } from '../../model/lock.ts';
import type { Arch } from '../../model/target.ts';
import type { Mirror } from './apt-sources.ts';
import { compareDebianVersions } from './compare-versions.ts';
import { MISSING, showUrl } from './http-get.ts';
import { findPackages } from './packages-index.ts';
import { DEBIAN_ARCHES, type DebianArchive } from './pins.ts';
import { type Release, verifyRelease } from './release.ts';

export interface LockRequest {
  /** Code name, such as `trixie`. */
  suite: string;
  /** Package names; each must be there for both architectures. */
  packages: readonly string[];
  /** Where to look, the first that answers wins; each archive needs one. */
  mirrors: readonly Mirror[];
  /** OpenPGP keys of Debian's archive. */
  keyring: Uint8Array;
  /** Milliseconds since 1970. */
  now: number;
  unpacker: Unpacker;
  get(url: string, maxBytes: number): Promise<Buffer | typeof MISSING>;
  /** Pins as they are: handed back unchanged when nothing is newer. */
  previous?: Lock['debian'];
  /** Told what is being read. */
  report?: (line: string) => void;
}

const ARCHES: readonly Arch[] = ['x64', 'arm64'];
const LONGEST_RELEASE = 16 << 20;
const LONGEST_INDEX = 256 << 20;
/** Suffixes as they stand in an index's name, the smallest file first. */
const METHODS: readonly (readonly [suffix: string, method: Method])[] = [
  ['.xz', 'xz'],
  ['.gz', 'gzip'],
];

/**
 * The newest versions of packages in a suite with its security and point updates, each index checked against the archive's signature.
 * @throws PackwrightError when a signature, hash or size is wrong, an index is out of date, or a package is missing.
 */
export async function lockDebian(request: LockRequest): Promise<NonNullable<Lock['debian']>> {
  const { suite, previous } = request;
  const newest: Record<Arch, Map<string, DebianPin>> = { x64: new Map(), arm64: new Map() };
  const suites: [DebianArchive, string][] = [
    ['debian', suite],
    ['debian', `${suite}-updates`],
    ['debian-security', `${suite}-security`],
  ];
  let date = 0;
  for (const [archive, name] of suites) {
    const { mirror, release } = await openSuite(request, archive, name);
    date = Math.max(date, release.date);
    for (const arch of ARCHES) {
      request.report?.(`reading ${name} for ${DEBIAN_ARCHES[arch]}`);
      for (const pin of await readIndex(request, mirror, release, name, arch)) {
        const known = newest[arch].get(pin.package);
        if (!known || compareDebianVersions(pin.version, known.version) > 0) newest[arch].set(pin.package, pin);
      }
    }
  }
  const packages = { x64: choosePins(request, newest.x64, 'x64'), arm64: choosePins(request, newest.arm64, 'arm64') };
  if (previous?.suite === suite && isDeepStrictEqual(previous.packages, packages)) return previous;
  return { suite, date: new Date(date).toISOString(), packages };
}

function choosePins(request: LockRequest, newest: ReadonlyMap<string, DebianPin>, arch: Arch): DebianPin[] {
  return [...request.packages].sort().map((name) => {
    const pin = newest.get(name);
    if (pin) return pin;
    const where = `${request.suite} ${DEBIAN_ARCHES[arch]}`;
    throw new PackwrightError(where, `there is no package ${name}`, 'choose another suite');
  });
}

async function openSuite(
  request: LockRequest,
  archive: DebianArchive,
  name: string,
): Promise<{ mirror: Mirror; release: Release }> {
  const failures: unknown[] = [];
  for (const mirror of request.mirrors.filter((one) => one.archive === archive)) {
    const url = `${mirror.root}/dists/${name}/InRelease`;
    try {
      const bytes = await request.get(url, LONGEST_RELEASE);
      if (bytes === MISSING)
        throw new PackwrightError(showUrl(url), 'the mirror does not have it', 'use another mirror');
      const release = await verifyRelease(bytes, request.keyring, request.now, showUrl(url));
      checkCurrent(release, name, request.now, showUrl(url));
      return { mirror, release };
    } catch (error) {
      if (!(error instanceof PackwrightError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  throw new PackwrightError(
    name,
    failures.length === 0
      ? `no mirror of the archive "${archive}" is known`
      : `no mirror serves it: ${failures.map(String).join('; ')}`,
    'name a mirror with --mirror',
    new AggregateError(failures),
  );
}

/** A mirror that shows an old state as the newest hides security updates. */
function checkCurrent(release: Release, name: string, now: number, where: string): void {
  if (release.codename !== name) {
    throw new PackwrightError(
      where,
      `it is the release of "${release.codename}", not of ${name}`,
      'use another mirror',
    );
  }
  if (release.validUntil !== undefined && release.validUntil < now) {
    const until = new Date(release.validUntil).toISOString().slice(0, 10);
    throw new PackwrightError(where, `it was valid until ${until}`, 'use a mirror that is up to date');
  }
}

async function readIndex(
  request: LockRequest,
  mirror: Mirror,
  release: Release,
  suite: string,
  arch: Arch,
): Promise<DebianPin[]> {
  const place = `main/binary-${DEBIAN_ARCHES[arch]}`;
  for (const [suffix, method] of METHODS) {
    const file = release.files.get(`${place}/Packages${suffix}`);
    if (!file) continue;
    const folder = `${mirror.root}/dists/${suite}/${place}`;
    const where = showUrl(`${folder}/Packages${suffix}`);
    if (file.size > LONGEST_INDEX) throw new PackwrightError(where, `${file.size} bytes are too long for an index`);
    // By its hash, an index stays readable while the mirror moves on to the next state.
    const names = [...(release.byHash ? [`by-hash/SHA256/${file.sha256}`] : []), `Packages${suffix}`];
    for (const name of names) {
      const bytes = await request.get(`${folder}/${name}`, file.size);
      if (bytes === MISSING) continue;
      if (bytes.length !== file.size || createHash('sha256').update(bytes).digest('hex') !== file.sha256) {
        throw new PackwrightError(
          where,
          'it is not the file that the signed release names',
          'try again, or use another mirror',
        );
      }
      const raw = request.unpacker.unpack(sourceOf(where, bytes), 0, bytes.length, method);
      const found = await findPackages(raw, new Set(request.packages), where);
      return [...found.values()];
    }
  }
  throw new PackwrightError(
    showUrl(`${mirror.root}/dists/${suite}/${place}`),
    'the mirror has no index',
    'use another',
  );
}

function sourceOf(name: string, bytes: Buffer): ByteSource {
  return { name, size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}
