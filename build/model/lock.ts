import type { Arch } from './target.ts';

/** An npm tarball pinned by its SHA-512, and the file in it by its SHA-256. */
export interface NpmNodePin {
  package: string;
  /** `sha512-BASE64`, as in package-lock.json. */
  integrity: string;
  /** Of the executable, lower-case hex. */
  sha256: string;
}
/** An archive of nodejs.org pinned as its SHASUMS256.txt has it. */
export interface NodejsOrgPin {
  file: string;
  archiveSha256: string;
}
/** The Node a target ships. At least one source is pinned. */
export interface NodePin {
  version: string;
  npm?: NpmNodePin;
  'nodejs.org'?: NodejsOrgPin;
}
/** A package of the Debian archive: `file` is its path below the mirror, such as `pool/main/g/glibc/libc6_2.41-12_amd64.deb`. */
export interface DebianPin {
  package: string;
  version: string;
  file: string;
  size: number;
  sha256: string;
}

/** packwright.lock.json: everything that is fetched from elsewhere, by hash. */
export interface Lock {
  /** By `linux-x64`, `win-arm64`. */
  node: Readonly<Record<string, NodePin>>;
  /**
   * A single executable is made by a Node of its own version, which runs on the machine that builds: where a target's version is not that of
   * every other, by version and then by machine, such as `linux-x64`.
   */
  generators?: Readonly<Record<string, Readonly<Record<string, NpmNodePin>>>>;
  debian?: {
    suite: string;
    /** Date of the InRelease file the pins come from, ISO 8601. */
    date: string;
    packages: Readonly<Partial<Record<Arch, readonly DebianPin[]>>>;
  };
}
