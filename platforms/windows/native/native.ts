import { fileURLToPath } from 'node:url';
import type { Arch } from '../../../build/model/target.ts';

/** Paths of the built files for one architecture. */
export interface NativeFiles {
  /** Starts the `runtime.exe` beside it; for programs of a console. */
  launcher: string;
  /** Starts the `runtimew.exe` beside it, without a console; for programs of the desktop. */
  windowlessLauncher: string;
  /** The actions of a Windows Installer package: a row of its Binary table. */
  actions: string;
}

/** What `build.sh` made, by architecture. */
export const NATIVE: Readonly<Record<Arch, NativeFiles>> = { x64: filesOf('x64'), arm64: filesOf('arm64') };

function filesOf(arch: Arch): NativeFiles {
  const built = (name: string) => fileURLToPath(new URL(`built/${name}`, import.meta.url));
  return {
    launcher: built(`launcher-${arch}.exe`),
    windowlessLauncher: built(`launcherw-${arch}.exe`),
    actions: built(`action-${arch}.dll`),
  };
}
