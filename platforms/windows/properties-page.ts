import { servicesOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { WindowsFeature, WindowsSetting } from '../../build/model/windows-facts.ts';
import { featuresOf } from './features.ts';
import { placesOf, windowsPath } from './places.ts';
import { placeSettings } from './services.ts';

/** What administrators may say to each MSI of a product, in Markdown: every public property, and how fleets install it. */
export function renderPropertiesPage(product: Product): string {
  const editions = product.editions.filter((edition) => (edition.formats ?? product.formats).includes('msi'));
  return `${[
    `# How is ${product.title} installed on many Windows machines?`,
    'Generated from the manifest by `npm run docs`. Every MSI installs for the whole machine, needs administrator rights, and takes its ' +
      'settings as public properties: `NAME=value` behind `msiexec`, in a transform, or in the fields of a management tool. A value with ' +
      'spaces stands in double quotes. What is not given, or given as nothing, keeps the value that an earlier version was installed with. ' +
      'A repair or change of an installed version takes no settings, since every user may begin one: change them in the registry, below the ' +
      'key that each edition names, and restart the service.',
    ...editions.flatMap((edition) => renderEdition(product, edition)),
    ...examples(product, editions[0]),
    ...withoutInstaller(product),
  ].join('\n\n')}\n`;
}

function renderEdition(product: Product, edition: Edition): string[] {
  const places = placesOf(product, edition);
  const rows = [
    ['`INSTALLFOLDER`', 'a folder', windowsPath(places.folder), 'Where the programs go.'],
    ...featuresOf(product, edition).map(featureRow),
    ...placeSettings(product, edition).flatMap(settingRows),
  ];
  return [
    `## ${edition.title}`,
    `UpgradeCode \`${places.upgradeCode}\`; settings in \`HKEY_LOCAL_MACHINE\\${places.registryKey}\\Settings\`` +
      `${edition.services.length > 0 ? `; data in \`${windowsPath(places.state)}\`, which removal leaves` : ''}.`,
    table(['property', 'value', 'default', 'what it does'], rows),
  ];
}

function featureRow({ property, isDefault, title, description }: WindowsFeature): string[] {
  return [`\`${property}\``, '`1` or `0`', `\`${isDefault ? 1 : 0}\``, `${title}. ${description}`];
}

function settingRows({ property, kind, default: value, help }: WindowsSetting): string[][] {
  if (kind !== 'secret') return [[`\`${property}\``, kind, value === '' ? 'empty' : `\`${value}\``, help]];
  return [
    [
      `\`${property}\``,
      'secret',
      'none',
      `${help} Kept out of the log of the installation. Not taken by a repair or change, which any user may begin.`,
    ],
    [
      `\`${property}FILE\``,
      'a file',
      'none',
      `Path of a UTF-8 file that holds ${property}: for command lines that others can read.`,
    ],
  ];
}

function examples(product: Product, edition: Edition | undefined): string[] {
  if (!edition) return [];
  const name = `${edition.package}-${product.version}-x64.msi`;
  const secret = placeSettings(product, edition).find(({ kind }) => kind === 'secret')?.property;
  const service = featuresOf(product, edition).some(({ property }) => property === 'SERVICE') ? ' SERVICE=1' : '';
  const words = `${service}${secret ? ` ${secret}FILE=C:\\secrets\\first-password.txt` : ''}`;
  return [
    '## By hand and by script',
    code(`msiexec /i ${name} /qn /norestart /l*v install.log${words}`),
    '`msiexec` returns 0 when all is done, 3010 when a restart is needed, 1603 when it failed and was undone, 1638 when the same ' +
      'product is there already in another package, such as one with another compression. `/x` in the place of `/i` removes it.',
    '## Microsoft Intune',
    'As a line-of-business app: upload the MSI and write the properties into *Command-line arguments*:',
    code(`/qn${words}`),
    'As a Win32 app (which can bring the password file along): install with the command above, remove with `msiexec /x {ProductCode} /qn`, ' +
      'and detect by the MSI product code that Intune reads from the file.',
    '## Group Policy',
    'Put the MSI on a share that computers can read, then *Computer Configuration, Policies, Software Settings, Software installation, ' +
      'New, Package, Assigned*. Group Policy passes no properties: put them into a transform (`.mst`) that adds rows to the Property ' +
      'table, and name it under *Modifications*; or run the command above as a startup script. Never put a secret into a transform: every ' +
      'computer account can read it.',
  ];
}

/** Of the zips, where a product has them. */
function withoutInstaller(product: Product): string[] {
  const editions = product.editions.filter((edition) => (edition.formats ?? product.formats).includes('zip'));
  const [edition] = editions;
  if (!edition) return [];
  const commands = editions.flatMap((one) =>
    servicesOf(product, one).flatMap(({ program, windowsCommands: words }) =>
      words ? [`${program} ${words.install}`, `${program} ${words.uninstall}`] : [],
    ),
  );
  return [
    '## Without an installer',
    `\`${edition.package}-${product.version}-windows-x64.zip\` and its like hold the same files in one folder. Unpack it where administrators alone may ` +
      'write, below `%ProgramFiles%` for example: what runs as a service must not be changed by everybody. Its README.txt says the rest.',
    ...(commands.length > 0
      ? ['As an administrator, in its folder `bin`:', [...new Set(commands)].map(code).join('\n')]
      : []),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(cells[0]!), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n');
}

function code(text: string): string {
  return `    ${text}`;
}
