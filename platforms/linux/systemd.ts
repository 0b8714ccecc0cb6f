import { PackwrightError } from '../../build/model/errors.ts';
import type { Entry } from '../../build/model/file-tree.ts';
import { programsOf, servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { type Service, startOf } from '../../build/model/service.ts';
import { textFile } from './entries.ts';
import { type Directive, hardeningOf, needsWholeMachine, readEverythingProfile } from './hardening.ts';
import type { Places } from './places.ts';

const UNITS = '/usr/lib/systemd/system';

/** Everything of an edition that systemd reads: units, presets, accounts, and the profiles an administrator may switch on. */
export function placeUnits(product: Product, edition: Edition, places: Places): Entry[] {
  const services = servicesOf(product, edition);
  if (services.length === 0) return [];
  const entries: Entry[] = [];
  for (const service of services) {
    entries.push(textFile(`${UNITS}/${service.name}.service`, 'unit', renderUnit(product, edition, service, places)));
    const profile = renderProfile(service);
    if (profile) entries.push(textFile(profilePath(service, places), 'data', profile));
  }
  const accounts = services.filter(hasAccount);
  if (accounts.length > 0) {
    entries.push(
      textFile(sysusersPath(edition), 'data', accounts.map((each) => renderSysusers(each, places)).join('')),
    );
  }
  // rpm's scriptlets enable what a preset names; Debian's ask deb-systemd-helper, and every service is on by its own policy
  if (places.family === 'rpm') {
    const lines = services.map(
      (each) => `${startOf(each, edition.name) === 'boot' ? 'enable' : 'disable'} ${each.name}.service\n`,
    );
    entries.push(textFile(`/usr/lib/systemd/system-preset/50-${edition.package}.preset`, 'unit', lines.join('')));
    // The state folder is not listed: StateDirectory= makes it, and a ghost of mode 0700 is an error to rpmlint.
  }
  return entries;
}

/** The system account of a service: with the underscore that Debian Policy 9.2.1 asks for, so that no person's name is taken. */
export function accountOf(service: Service): string {
  return `_${service.name.toLowerCase().replace(/[^a-z0-9_-]/g, '-')}`.slice(0, 31);
}

/** True when the account is used by the unit itself or by its profile. */
export function hasAccount(service: Service): boolean {
  return service.account !== 'root' || (service.needs?.length ?? 0) > 0;
}

export function sysusersPath(edition: Edition): string {
  return `/usr/lib/sysusers.d/${edition.package}.conf`;
}

/** A drop-in for /etc/systemd/system/NAME.service.d/. Not in /usr/share/doc, which minimal systems leave out. */
export function profilePath(service: Service, places: Places): string {
  return `${places.share}/systemd/${service.name}.service.d/read-everything.conf`;
}

/** sysusers.d(5) */
function renderSysusers(service: Service, places: Places): string {
  const words = escapeSpecifiers(service.title.replace(/["\\:]/g, ' '));
  return `u ${accountOf(service)} - "${words}" ${places.state} -\n`;
}

/** systemd.service(5), systemd.exec(5) */
function renderUnit(product: Product, edition: Edition, service: Service, places: Places): string {
  const program = programsOf(product, edition).find(({ name }) => name === service.program);
  if (!program) {
    throw new PackwrightError(
      `edition ${edition.name}`,
      `its service ${service.name} runs "${service.program}", which it does not ship`,
      'add the program to the edition',
    );
  }
  const manual = `man:${program.name}(${program.section ?? 1})`;
  const links = new Set([manual, ...(service.documentation ?? []), product.homepage]);
  return renderSections([
    [
      'Unit',
      [
        ['Description', escapeSpecifiers(service.title)],
        ['Documentation', [...links].map(escapeSpecifiers).join(' ')],
        // Order for shutdown only: waiting for a network at boot is the program's business, it has to live through outages anyway.
        ['After', service.needs?.length ? 'network.target remote-fs.target' : 'network.target'],
        // It comes back for as long as it takes.
        ['StartLimitIntervalSec', '0'],
      ],
    ],
    [
      'Service',
      [
        ...typeOf(service),
        ...(service.account === 'root' ? [] : [['User', accountOf(service)] as const]),
        ...environmentOf(product, edition, service, places),
        ['ExecStart', commandLine(service, places, `%S/${stateName(product, edition, service, places)}`)],
        ['Restart', service.restart ?? 'on-failure'],
        ['RestartSec', '5'],
        ['TimeoutStopSec', String(service.stopSeconds ?? 10)],
        // the program ends its own children; what is left after TimeoutStopSec is killed
        ['KillMode', 'mixed'],
        ['StateDirectory', stateName(product, edition, service, places)],
        ['StateDirectoryMode', '0700'],
        ...(service.background ? BACKGROUND : []),
        ...hardeningOf(service),
      ],
    ],
    ['Install', [['WantedBy', 'multi-user.target']]],
  ]);
}

const BACKGROUND: readonly Directive[] = [
  ['Nice', '10'],
  ['IOSchedulingClass', 'idle'],
];

function typeOf(service: Service): Directive[] {
  if (!service.notify) return [['Type', 'exec']];
  const lines: Directive[] = [
    ['Type', 'notify'],
    ['NotifyAccess', 'main'],
  ];
  if (service.watchdogSeconds !== undefined) lines.push(['WatchdogSec', String(service.watchdogSeconds)]);
  return lines;
}

/** Several services of one edition have folders of their own below the edition's. */
function stateName(product: Product, edition: Edition, service: Service, places: Places): string {
  return servicesOf(product, edition).length === 1 ? places.home : `${places.home}/${service.name}`;
}

function environmentOf(product: Product, edition: Edition, service: Service, places: Places): Directive[] {
  const state = `%S/${stateName(product, edition, service, places)}`;
  const variables: [string, string][] = [];
  if (service.stateEnv !== undefined) variables.push([service.stateEnv, state]);
  for (const [name, value] of Object.entries(service.env ?? {})) {
    variables.push([name, value.split('{state}').map(escapeSpecifiers).join(state)]);
  }
  // defined even when the settings file is gone, for the file's lines win over these
  if (service.argsSetting !== undefined) variables.push([service.argsSetting, '']);
  const secrets = settingsOf(product, edition).some(({ kind }) => kind === 'secret');
  return [
    ...variables.map(([name, value]): Directive => ['Environment', quoteWord(`${name}=${value}`)]),
    ['EnvironmentFile', `-${places.settings}`],
    ...(secrets ? [['EnvironmentFile', `-${places.secrets}`] as const] : []),
  ];
}

/** systemd.service(5), "Command lines": `$NAME` as a word of its own is split at spaces; in other words `$` and `%` are doubled. */
function commandLine(service: Service, places: Places, state: string): string {
  const words = [`${places.lib}/bin/${service.program}`, ...(service.args ?? [])];
  const line = words.map((word) => {
    const parts = word.split('{state}').map((part) => escapeSpecifiers(part).replaceAll('$', '$$$$'));
    return quoteWord(parts.join(state), true);
  });
  if (service.argsSetting !== undefined) line.push(`$${service.argsSetting}`);
  return line.join(' ');
}

function renderProfile(service: Service): string | undefined {
  const profile = readEverythingProfile(service, accountOf(service));
  if (!profile) return undefined;
  const unit = `${service.name}.service`;
  const before = needsWholeMachine(service) ? 'as root' : `without a right to others' files`;
  return `# Runs ${unit} as the account ${accountOf(service)}, which may read every file of the machine and write only its own state
# and the temporary folders; without this file it runs ${before}. To switch it on:
#   mkdir -p /etc/systemd/system/${unit}.d
#   cp THIS-FILE /etc/systemd/system/${unit}.d/
#   systemctl daemon-reload && systemctl restart ${unit}
# To let it write elsewhere, add a line such as ReadWritePaths=/srv/backup, and give the account the right to the folder.
${renderSections([['Service', profile]])}`;
}

function renderSections(sections: readonly (readonly [string, readonly Directive[]])[]): string {
  return sections
    .map(([name, lines]) => `[${name}]\n${lines.map(([key, value]) => `${key}=${value}\n`).join('')}`)
    .join('\n');
}

function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** systemd.syntax(7), "Quoting". `command`: a lone `;` would begin another command. */
function quoteWord(word: string, command = false): string {
  if (command && word === ';') return '\\;';
  if (word !== '' && !/[\s"'\\]/.test(word)) return word;
  return `"${word.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
