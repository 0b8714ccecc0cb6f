import { programsOf, servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import { type Service, startOf } from '../../build/model/service.ts';
import type { Places } from './places.ts';
import { wrapText } from './prose.ts';
import { accountOf, profilePath } from './systemd.ts';

/** The administrator's page: where things are, how to set what, which doors are open. Said from the manifest alone. */
export function renderReadme(product: Product, edition: Edition, places: Places): string {
  const title = `${edition.title} ${product.version}`;
  const programs = programsOf(product, edition);
  const services = servicesOf(product, edition);
  const sections = [
    `${title}\n${'='.repeat(title.length)}\n`,
    paragraph(edition.summary),
    heading('Programs') +
      programs.map(({ name, summary, section }) => item(`${name}(${section ?? 1})`, summary)).join(''),
  ];
  for (const service of services) sections.push(describeService(service, edition, places));
  if (services.length > 0) sections.push(describeSettings(product, edition, services, places));
  sections.push(heading('More') + paragraph(`${product.homepage}. Licences: ${places.licences}.`));
  return sections.join('\n');
}

function describeService(service: Service, edition: Edition, places: Places): string {
  const unit = `${service.name}.service`;
  const boot = startOf(service, edition.name) === 'boot';
  const start = boot
    ? `It is started after installation and at every boot; "systemctl disable --now ${unit}" ends that.`
    : `It is not started until you say so: "systemctl enable --now ${unit}".`;
  const account = service.account === 'root' ? 'root' : accountOf(service);
  const listens =
    service.listens === 'nothing'
      ? 'It listens on no port.'
      : service.port === undefined
        ? 'It listens on the loopback addresses only, unless told otherwise.'
        : `It listens on port ${service.port} of the loopback addresses (127.0.0.1 and ::1) only, unless told otherwise.`;
  const lines = [
    heading(`Service ${unit}`),
    paragraph(`${start} ${listens} It runs as ${account} and keeps its data below ${places.state}.`),
    `\n${paragraph(`Its messages: journalctl -u ${unit}`)}`,
  ];
  if (service.needs?.length) {
    lines.push(
      `\n${paragraph(`It can run with fewer rights: as the account ${accountOf(service)}, which may read every file but write only its own state. How to switch that on is said at the top of`)}`,
      `    ${profilePath(service, places)}\n`,
    );
  }
  return lines.join('');
}

function describeSettings(product: Product, edition: Edition, services: readonly Service[], places: Places): string {
  const units = services.map(({ name }) => `${name}.service`).join(' ');
  const lines = [
    heading('Settings'),
    paragraph(
      `They are in ${places.settings}, which upgrades leave as you made it. After a change: systemctl restart ${units}`,
    ),
  ];
  const secrets = settingsOf(product, edition).filter(({ kind }) => kind === 'secret');
  if (secrets.length > 0) {
    lines.push(
      `\n${paragraph(`Secrets go into ${places.secrets}, which only root may read. Make it with`)}`,
      `    install -m 600 /dev/null ${places.secrets}\n`,
      paragraph('and write lines of NAME=VALUE into it:'),
      ...secrets.map(({ env, help }) => item(env, help)),
    );
  }
  return lines.join('');
}

function heading(text: string): string {
  return `${text}\n${'-'.repeat(text.length)}\n`;
}

function paragraph(text: string): string {
  return wrapText(text, 78)
    .map((line) => `${line}\n`)
    .join('');
}

/** Name and text side by side; a long name has a line of its own. */
function item(name: string, text: string): string {
  const lines = wrapText(text, 52).map((line) => `${' '.repeat(26)}${line}\n`);
  if (name.length > 23) return `  ${name}\n${lines.join('')}`;
  const [first = '\n', ...rest] = lines;
  return `  ${name.padEnd(24)}${first.trimStart()}${rest.join('')}`;
}
