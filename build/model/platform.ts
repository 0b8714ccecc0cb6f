import type { Content } from './content.ts';
import type { FileVersion } from './file-tree.ts';
import type { Placement } from './package.ts';
import type { Edition, Product } from './product.ts';
import type { Arch, FormatName, PlatformName, System } from './target.ts';

/**
 * A file of the payload, relative to the payload's root: `bin/NAME` (loader and links; on Windows `bin/NAME.exe`), `app/x.mjs`, `native/x.node`, `icon.svg`; or a
 * file that the manifest puts elsewhere, with its absolute path on the target.
 */
export type PayloadFile =
  | {
      path: string;
      kind: 'file';
      executable: boolean;
      layer: 'runtime' | 'app';
      content: Content;
      version?: FileVersion;
    }
  | { path: string; kind: 'link'; to: string; layer: 'runtime' | 'app' };

/** One edition's programs for one platform and architecture, before they have places. */
export interface Payload {
  arch: Arch;
  files: readonly PayloadFile[];
  /** Texts that every package carries: the product's licence and the notices of everything bundled. */
  licence: Content;
  notices: Content;
  /** The text of `licence`, for formats that put it into a file of their own (Debian's copyright). */
  licenceText?: string;
  /** `--help` output of every program by name, for man pages and completions. */
  help: Readonly<Record<string, string>>;
  /** For Windows: a library of custom actions of its installer. */
  installerActions?: Content;
  /** ELF needs of everything in it. */
  libraries: readonly { soname: string; versions: readonly string[] }[];
  /** For images from scratch: files of the system, already in place, with their own documentation. */
  base?: import('./file-tree.ts').FileTree;
  /** For images that stand on a given one, instead of `base`. */
  imageBase?: import('./package.ts').ImageBase;
}

/** Where files go and how services run on an operating system. Pure: no clock, no disk. */
export interface Platform {
  name: PlatformName;
  /** Which programs it runs. */
  system: System;
  place(product: Product, edition: Edition, arch: Arch, payload: Payload, format: FormatName): Placement;
}
