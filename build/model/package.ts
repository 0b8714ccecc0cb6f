import type { Content } from './content.ts';
import type { Entry, FileTree } from './file-tree.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Product } from './product.ts';
import type { Arch, FormatName, Target } from './target.ts';
import type { Version } from './version.ts';
import type { WindowsFacts } from './windows-facts.ts';

/** What a package says of other packages, in neutral words; names are those of the format. */
export interface Relations {
  /** Shared libraries that the payload's ELF files need: soname and symbol versions, from the files themselves. */
  libraries: readonly { soname: string; versions: readonly string[] }[];
  /** Package names of editions that take this one's place and that it takes. */
  replaces: readonly string[];
  /** Package names of others that cannot be there at the same time. */
  conflicts: readonly string[];
  /** Further names of the format (Depends, Requires). */
  depends: readonly string[];
}

/** The run configuration of a container image (OCI image-spec, config.md). */
export interface ImageConfig {
  user: string;
  env: readonly string[];
  entrypoint: readonly string[];
  cmd: readonly string[];
  workingDir: string;
  /** `8200/tcp`. */
  exposedPorts: readonly string[];
  volumes: readonly string[];
  labels: Readonly<Record<string, string>>;
  stopSignal: string;
  healthcheck?: {
    test: readonly string[];
    intervalSeconds: number;
    timeoutSeconds: number;
    startSeconds: number;
    retries: number;
  };
}

/** A finished image of somebody else's that an image stands on: its layers stay byte for byte below ours. */
export interface ImageBase {
  /** Where it came from, for errors and the label `org.opencontainers.image.base.name`. */
  name: string;
  /** `sha256:…` of its manifest. */
  digest: string;
  /** From the bottom up. `size` and `sha256` are those of the bytes as they are stored; `diffId` is `sha256:…` of the tar archive. */
  layers: readonly (Content & { mediaType: string; diffId: string })[];
  /** `history` of its configuration, as it stands there. */
  history: readonly unknown[];
  env: readonly string[];
  /** What a container of it sees: all layers applied. */
  entries: readonly FactEntry[];
  /** `/etc/passwd` and `/etc/group`; empty when it has none. */
  passwd: string;
  group: string;
}

/** One architecture's files in their final places, with everything that must happen around them. */
export interface Placement {
  arch: Arch;
  tree: FileTree;
  lifecycle: Lifecycle;
  relations: Relations;
  /** Only for images. */
  image?: ImageConfig;
  /** The image below this one, when it does not start from scratch. */
  imageBase?: ImageBase;
  /** Only for Windows. */
  windows?: WindowsFacts;
}

/** Everything a format needs to write its bytes. Nothing is looked up beyond it. */
export interface Package {
  target: Target;
  product: Product;
  /** Package name, such as `thing-cli`. */
  name: string;
  title: string;
  summary: string;
  version: Version;
  /** Seconds since 1970: every time stamp in the package (SOURCE_DATE_EPOCH). */
  epoch: number;
  /** One for each of the target's architectures, in their order. */
  placements: readonly Placement[];
  /** Newest first; empty when the product keeps none. */
  changelog: readonly { version: string; epoch: number; lines: readonly string[] }[];
}

/** What a reader found in one entry of a package. */
export interface FactEntry {
  path: string;
  kind: Entry['kind'];
  mode: number;
  user: string;
  group: string;
  size: number;
  /** Of a file's bytes; empty for others. */
  sha256: string;
  /** Link text; empty for others. */
  to: string;
  /** Format's own words: `conffile`, `config(noreplace)`, `doc`, `ghost`; sorted. */
  flags: readonly string[];
}

/** What a package says of itself, as read back from its bytes. */
export interface PackageFacts {
  format: FormatName;
  name: string;
  /** In the format's dialect. */
  version: string;
  /** One for each architecture inside, in the format's word and ours. x86 is read in packages of others, never built. */
  trees: readonly { arch: Arch | 'x86'; entries: readonly FactEntry[] }[];
  /** Header fields in the format's words, in the package's order. */
  metadata: Readonly<Record<string, string>>;
  /** Maintainer scripts or scriptlets by the format's name for them. */
  scripts: Readonly<Record<string, string>>;
}
