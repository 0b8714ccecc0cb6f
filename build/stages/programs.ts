import { fileContent } from '../host/file-content.ts';
import type { Content } from '../model/content.ts';
import type { PayloadFile } from '../model/platform.ts';
import type { Program } from '../model/product.ts';
import type { WindowsLoaders } from './windows-loader.ts';

/** What a payload's programs are started by, on one operating system and processor. */
export type Executables =
  | { system: 'linux'; loader: Content }
  | { system: 'win32'; loaders: WindowsLoaders; launchers: Launchers };

/** Paths of the small programs that start the loaders: Windows has no links that everybody may make. */
export interface Launchers {
  launcher: string;
  windowlessLauncher: string;
  /** A library of custom actions. */
  actions: string;
}

/** The folder `bin`: the loader, and each program by its name. */
export async function programFiles(executables: Executables, programs: readonly Program[]): Promise<PayloadFile[]> {
  if (executables.system === 'win32') return windowsPrograms(executables.loaders, executables.launchers, programs);
  const files: PayloadFile[] = [
    { path: 'bin/runtime', kind: 'file', executable: true, layer: 'runtime', content: executables.loader },
  ];
  for (const name of ['healthcheck', ...programs.map((program) => program.name)]) {
    files.push({ path: `bin/${name}`, kind: 'link', to: 'runtime', layer: name === 'healthcheck' ? 'runtime' : 'app' });
  }
  return files;
}

/** The windowless loader is 100 MB: it is there only when a program needs it. */
async function windowsPrograms(loaders: WindowsLoaders, launchers: Launchers, programs: readonly Program[]) {
  const program = (name: string, layer: 'runtime' | 'app', content: Content): PayloadFile => ({
    path: `bin/${name}.exe`,
    kind: 'file',
    executable: true,
    layer,
    content,
  });
  const files = [program('runtime', 'runtime', loaders.console)];
  if (programs.some((one) => one.windowless)) {
    files.push(program('runtimew', 'runtime', await loaders.windowless()));
  }
  for (const { name, windowless } of programs) {
    const file = windowless ? launchers.windowlessLauncher : launchers.launcher;
    files.push(program(name, 'app', await fileContent(file)));
  }
  return files;
}
