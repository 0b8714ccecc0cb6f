import type { Content } from './content.ts';
import type { Start } from './service.ts';

/**
 * What an installer for Windows does around the files. Paths are those of the placement's tree, whose first folder names a place of the
 * system: `/ProgramFiles/Thing/bin/thing.exe`, `/ProgramData/Thing`.
 */
export interface WindowsFacts {
  /** Where everything is installed, such as `/ProgramFiles/Thing`. */
  folder: string;
  /** Where services keep their data; made with access for SYSTEM and Administrators alone, never removed. */
  state: string;
  /** What all versions of one package have in common, `{XXXXXXXX-XXXX-…}`; component ids are derived from it and their paths. */
  upgradeCode: string;
  /** Name for the list of programs, and what setup dialogs call it. */
  title: string;
  /** Key below HKEY_LOCAL_MACHINE where the installer remembers settings, such as `SOFTWARE\\Vendor\\thing`. */
  registryKey: string;
  /** What a person may leave out. */
  features: readonly WindowsFeature[];
  services: readonly WindowsService[];
  shortcuts: readonly WindowsShortcut[];
  /** Folder to put into the system's PATH. */
  path?: { folder: string; feature: string };
  settings: readonly WindowsSetting[];
  /** Variables the services always have, beside the settings; `{state}` stands for the data folder. */
  variables: Readonly<Record<string, string>>;
  /** UpgradeCodes of other packages that this one takes the place of. */
  replaces: readonly string[];
  /** Program that stays open on the desktop and has to be closed before files are replaced: its path. */
  desktopProgram?: string;
  /** Paths of the executables of programs without a console, which an installer ends before it touches files; none of them runs as a service. */
  windowless: readonly string[];
  /** Icon of the installer and the list of programs: path of an .ico file of the tree. */
  icon?: string;
  /** Library of custom actions, for what tables cannot say (platforms/windows/native/README.md). */
  actions: Content;
  /** Path of the licence text in the tree. */
  licence: string;
}

export interface WindowsFeature {
  /** Letters and digits, at most 38. */
  name: string;
  title: string;
  description: string;
  /** Whether it is chosen when nobody says anything. */
  isDefault: boolean;
  /** Public property that chooses it: `1` or `0`. */
  property: string;
}

export interface WindowsService {
  name: string;
  title: string;
  description: string;
  /** Path of the executable, and its arguments. */
  executable: string;
  args: readonly string[];
  /** What becomes of it when its feature is chosen is always `boot`; without, it is there and started by nobody. */
  start: Start;
  feature: string;
  /** `LocalSystem`, or the virtual account `NT SERVICE\\NAME`. */
  account: 'LocalSystem' | 'virtual';
  stopSeconds: number;
}

export interface WindowsShortcut {
  name: string;
  description: string;
  /** Path of the executable. */
  target: string;
  where: 'menu' | 'desktop' | 'login';
  feature: string;
}

export interface WindowsSetting {
  /** Public property of the installer. */
  property: string;
  /** Variable the program reads. */
  env: string;
  kind: 'string' | 'number' | 'boolean' | 'secret';
  default: string;
  help: string;
  /** Of a secret: name of the file in the data folder that the installer leaves it in, for the program to take. */
  initialFile?: string;
}
