import { programsOf, servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { Service } from '../../build/model/service.ts';
import type { WindowsService } from '../../build/model/windows-facts.ts';
import { type Places, windowsPath } from './places.ts';
import { placeServices } from './services.ts';

const WIDTH = 78;

/** What those who unpack a zip instead of running an installer have to know, said from the manifest alone; lines end as on Windows. */
export function renderZipReadme(product: Product, edition: Edition, places: Places): string {
  const title = `${edition.title} ${product.version}`;
  const services = servicesOf(product, edition);
  const placed = placeServices(product, edition, places);
  const hasInstaller = (edition.formats ?? product.formats).includes('msi');
  const own =
    services.length === 0
      ? 'of your own'
      : 'that administrators alone can change, since what is in it runs as a service';
  const blocks = [
    `${title}\n${'='.repeat(title.length)}`,
    wrap(`${edition.summary}. It brings its own runtime and needs no installation.`),
    wrap(
      `Move this folder to its place, one ${own}; for example below %ProgramFiles%. Commands are in its folder bin, ` +
        'which you may add to PATH.' +
        (hasInstaller ? ' Whoever would rather have all this done takes the MSI package; take one of the two.' : ''),
    ),
    heading('Programs'),
    programsOf(product, edition)
      .map(({ name, summary }) => (summary ? `bin\\${name}.exe\n    ${summary}` : `bin\\${name}.exe`))
      .join('\n'),
    ...services.flatMap((service, index) => describeService(service, placed[index], places)),
    ...(services.length > 0 ? describeSettings(product, edition, places) : []),
    heading('More'),
    wrap(`${product.homepage}. Licences: LICENSE.txt and NOTICES.txt.`),
  ];
  return `${blocks.join('\n\n')}\n`.replaceAll('\n', '\r\n');
}

function describeService(service: Service, placed: WindowsService | undefined, places: Places): string[] {
  const { install, uninstall } = commandsOf(service, placed);
  return [
    heading(`Service "${service.name}"`),
    wrap('In a console that was opened with "Run as administrator", in this folder:'),
    `    ${install}`,
    wrap(
      'registers it, so that it starts with the machine. Before an upgrade, and before the folder is moved or deleted:',
    ),
    `    ${uninstall}`,
    wrap(`Its data are in ${windowsPath(places.state)} and stay.`),
  ];
}

/** The program's own commands, which know best; without any, those of Windows. */
function commandsOf({ name, program, windowsCommands }: Service, placed: WindowsService | undefined) {
  if (windowsCommands) {
    const { install, uninstall } = windowsCommands;
    return { install: `bin\\${program}.exe ${install}`, uninstall: `bin\\${program}.exe ${uninstall}` };
  }
  const words = ['%CD%\\bin\\runtime.exe', ...(placed?.args ?? [])];
  const line = words.map((word, index) => (index > 0 && /^[^\s"]+$/.test(word) ? word : quote(word))).join(' ');
  return {
    install: `sc.exe create ${name} start= auto binPath= ${quote(line)} && sc.exe start ${name}`,
    uninstall: `sc.exe stop ${name} & sc.exe delete ${name}`,
  };
}

/** A word as programs of Windows take their command line apart ("Parsing C command-line arguments"). */
function quote(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

function describeSettings(product: Product, edition: Edition, places: Places): string[] {
  const settings = settingsOf(product, edition).filter(({ kind }) => kind !== 'secret');
  if (settings.length === 0) return [];
  return [
    heading('Settings'),
    wrap(
      'A service reads them from values of the registry; programs that are started by hand from variables of the same names:',
    ),
    `    HKEY_LOCAL_MACHINE\\${places.registryKey}\\Settings`,
    settings.map(({ env, help }) => `${env}\n${wrap(help, '    ')}`).join('\n'),
  ];
}

function heading(text: string): string {
  return `${text}\n${'-'.repeat(text.length)}`;
}

function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line.length > indent.length && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += (line.length === indent.length ? '' : ' ') + word;
  }
  return [...lines, line].join('\n');
}
