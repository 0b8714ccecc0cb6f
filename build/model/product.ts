import type { Service } from './service.ts';
import type { Arch, FormatName } from './target.ts';

/** A program the product ships. */
export interface Program {
  /** Command name: `/usr/bin/<name>`. Letters, digits and `-`. */
  name: string;
  /** Module to run, relative to the project (the manifest's folder; for a TypeScript manifest the nearest package.json's): bundled with everything it imports, or shipped as it is when `bundle` is false. */
  entry: string;
  /** One line for man pages and menus. */
  summary: string;
  /** False: the package at the manifest's folder is shipped with its production dependencies, unbundled. Default true. */
  bundle?: boolean;
  /** True: on Windows it has no console, as a program of the desktop. Default false. */
  windowless?: boolean;
  /** Man page section. Default 1; daemons use 8. */
  section?: 1 | 8;
  /** True: the program is run with `--help` while packaging, and man page and completions are made of what it prints. Default false. */
  help?: boolean;
  /** Subcommands and options for man page and completions, where `help` is not set. */
  commands?: readonly { name: string; summary: string }[];
  options?: readonly { flags: string; summary: string }[];
}

/** A setting of the service, said once: an environment-file line, an image variable, later an MSI property. */
export interface Setting {
  /** Variable name, such as `DAEMON_OPTS`. */
  env: string;
  kind: 'string' | 'number' | 'boolean' | 'secret';
  default?: string;
  help: string;
  /** Editions that have it; all when absent. */
  editions?: readonly string[];
  /** Public property of an MSI that sets it, such as `PORT`. Default: `env`. */
  property?: string;
  /**
   * Of a secret: name of a file in the data folder that an installer leaves it in, for administrators alone; the program takes it over and
   * deletes the file at its first start.
   */
  initialFile?: string;
}

/** A compiled addon: found per platform and architecture inside an npm package. */
export interface Native {
  /** File name below `native/` in the payload, such as `better_sqlite3.node`. */
  name: string;
  /** npm package and the file in it; `{platform}` and `{arch}` are replaced (`linux`, `x64`). */
  package: string;
  file: string;
  /** True: the product runs without it, so what it needs of the system must not become a dependency of the package. Default false. */
  optional?: boolean;
  /** Editions that ship it; all when absent. */
  editions?: readonly string[];
}

/** A menu entry of the desktop. */
export interface Shortcut {
  name: string;
  program: string;
  comment: string;
  /** freedesktop.org main and additional categories. */
  categories: readonly string[];
  editions?: readonly string[];
}

/** A file or folder shipped as it is. */
export interface ExtraFile {
  /** Relative to the manifest. */
  from: string;
  /** Relative to the payload's root, or absolute on the target. */
  to: string;
  role?: 'data' | 'config' | 'doc';
  editions?: readonly string[];
}

/** A user interface for browsers, which one of the programs serves. */
export interface Web {
  /**
   * The page, relative to the project. Scripts (`.ts`, `.tsx`, `.js`), style sheets and pictures that it names by a path that begins with
   * `./` are bundled for browsers and get names with a digest of their bytes; nothing in it may be inline.
   */
  page: string;
  /** Folder below `app/` in the payload: `web` makes `app/web/index.html` of it. */
  folder: string;
  editions?: readonly string[];
}

/** One selection of programs and services that is installed together. */
export interface Edition {
  name: string;
  /** Package name in deb and rpm: lower case, digits, `+-.`. */
  package: string;
  title: string;
  summary: string;
  programs: readonly string[];
  services: readonly string[];
  /** Folder name below /usr/lib, /etc/default, /var/lib. Editions that can be installed side by side must differ. Default: the product's name. */
  home?: string;
  /** Editions that it takes the place of, and that take its place. */
  replaces?: readonly string[];
  /** Programs that another edition may provide at the same time: their /usr/bin links go through the alternatives system. */
  alternatives?: Readonly<Record<string, number>>;
  /** Packages of others that must not be there, the file that betrays them, and what to tell the administrator. */
  rivals?: readonly { package: string; file: string; advice: string }[];
  /** Which service an image of this edition runs; the first when absent. */
  imageService?: string;
  /** UpgradeCode of its MSI, `{XXXXXXXX-XXXX-…}`, where an older installer of the same program has one. Default: derived from the product's id and the package name. */
  upgradeCode?: string;
  /** Formats that are made of it; every one of `formats` when absent. */
  formats?: readonly FormatName[];
}

/** The manifest: what is shipped, as rows. Everything a platform or format needs is said here once. */
export interface Product {
  /** Lower case, digits and `-`: the folder name below /usr/lib. */
  name: string;
  title: string;
  /** One line. */
  summary: string;
  /** Paragraphs. */
  description: readonly string[];
  /** `1.2.3`, `1.2.3.4` or `1.2.3-beta.1`. */
  version: string;
  vendor: string;
  maintainer: { name: string; email: string };
  homepage: string;
  /** SPDX expression. */
  licence: string;
  /** Licence text to ship, relative to the manifest. */
  licenceFile?: string;
  copyright: string;
  /** Debian section. Default `utils`. */
  section?: string;
  /** Reverse-DNS id for AppStream and labels, such as `com.example.thing`. */
  appId?: string;
  /** SVG icon, relative to the manifest. */
  icon?: string;
  /** The same for Windows: an .ico file, relative to the manifest. */
  windowsIcon?: string;
  /** Markdown change log, relative to the manifest. */
  changelog?: string;
  programs: readonly Program[];
  services: readonly Service[];
  settings?: readonly Setting[];
  natives?: readonly Native[];
  shortcuts?: readonly Shortcut[];
  web?: readonly Web[];
  files?: readonly ExtraFile[];
  editions: readonly Edition[];
  arches: readonly Arch[];
  formats: readonly FormatName[];
  /** Options of Node and V8 that every program runs with, such as `--max-semi-space-size=1`: users cannot give them any. */
  nodeOptions?: readonly string[];
  /** Package names left out of a bundle because an addon file replaces them. */
  external?: readonly string[];
  /** Other packages that must be there: names per format, on top of what the runtime needs. */
  depends?: Readonly<Partial<Record<FormatName, readonly string[]>>>;
}
