import { programsOf, servicesOf, settingsOf } from '../../build/model/members.ts';
import type { Edition, Product } from '../../build/model/product.ts';
import type { Service } from '../../build/model/service.ts';
import type { CommandLine, Option } from './command-line.ts';
import type { HelpEntry } from './help-text.ts';
import type { Places } from './places.ts';
import { profilePath } from './systemd.ts';

const MANUALS = { 1: 'User Commands', 8: 'System Administration' } as const;

/** man(7), man-pages(7): the sections in their usual order. Says no date: it would be the build's, not the text's. */
export function renderManPage(product: Product, edition: Edition, line: CommandLine, places: Places): string {
  const { program } = line;
  const section = program.section ?? 1;
  const service = servicesOf(product, edition).find((each) => each.program === program.name);
  const exitCodes = line.paragraphs.filter((paragraph) => EXIT.test(paragraph));
  const others = line.others.filter(({ title }) => !EXIT.test(title));
  const parts = [
    `.TH ${quote(program.name.toUpperCase())} ${section} "" ${quote(`${product.title} ${product.version}`)} ${quote(MANUALS[section])}\n`,
    // neither hyphenated nor spread over the line: options and paths stay whole
    '.nh\n.ad l\n',
    heading('NAME') + textLine(`${escapeRoff(program.name)} \\- ${escapeRoff(withoutFullStop(program.summary))}`),
    heading('SYNOPSIS') + line.usage.map((usage) => textLine(synopsis(program.name, usage))).join('.br\n'),
    heading('DESCRIPTION') + paragraphs(describe(product, line)),
    list(
      'COMMANDS',
      line.commands.map(({ name, operands, text }) => [`${bold(name)} ${escapeRoff(operands)}`.trim(), text]),
    ),
    list(
      'OPTIONS',
      line.options.map((option) => [optionTerm(option), option.text]),
    ),
    list('ENVIRONMENT', environment(product, edition, line, service)),
    service ? list('FILES', files(product, edition, service, places)) : '',
    ...others.map(({ title, entries }) =>
      list(
        title.toUpperCase(),
        entries.map(({ term, text }) => [escapeRoff(term), text]),
      ),
    ),
    exitStatus(line, exitCodes),
    heading('SEE ALSO') +
      [seeAlso(product, edition, line, service), escapeRoff(product.homepage)]
        .filter(Boolean)
        .map(textLine)
        .join('.PP\n'),
  ];
  return parts.join('');
}

const EXIT = /^exit (codes?|status)\b:?\s*/i;

function describe(product: Product, line: CommandLine): string[] {
  const own = line.paragraphs.filter((paragraph) => !EXIT.test(paragraph));
  return own.length > 0 ? own : [...product.description];
}

/** The variables of `--help`, then the settings of the service that it does not name. */
function environment(
  product: Product,
  edition: Edition,
  line: CommandLine,
  service: Service | undefined,
): [string, string][] {
  const rows = line.environment.map(({ term, text }): [string, string] => [bold(term), text]);
  if (!service) return rows;
  const known = new Set([...line.environment.map(({ term }) => term), service.argsSetting]);
  for (const setting of settingsOf(product, edition)) {
    if (known.has(setting.env)) continue;
    const fallback = setting.default ? ` Default: ${setting.default}.` : '';
    rows.push([bold(setting.env), setting.help + fallback]);
  }
  return rows;
}

function files(product: Product, edition: Edition, service: Service, places: Places): [string, string][] {
  const unit = `${service.name}.service`;
  const rows: [string, string][] = [[places.settings, `Settings of ${unit}, one NAME=VALUE a line.`]];
  if (settingsOf(product, edition).some(({ kind }) => kind === 'secret')) {
    rows.push([places.secrets, 'The same for secrets; make it with mode 600.']);
  }
  rows.push([places.state, `What ${unit} keeps.`]);
  if (service.needs?.length)
    rows.push([
      profilePath(service, places),
      `A profile that runs ${unit} with fewer rights; it says how to switch it on.`,
    ]);
  return rows.map(([path, text]) => [`\\fI${escapeRoff(path)}\\fR`, text]);
}

function exitStatus(line: CommandLine, paragraphsOfHelp: readonly string[]): string {
  const listed = line.others.find(({ title }) => EXIT.test(title))?.entries;
  if (listed)
    return list(
      'EXIT STATUS',
      listed.map(({ term, text }: HelpEntry) => [bold(term), text]),
    );
  if (paragraphsOfHelp.length > 0)
    return heading('EXIT STATUS') + paragraphs(paragraphsOfHelp.map((text) => text.replace(EXIT, '')));
  return heading('EXIT STATUS') + textLine('0 when it did what was asked, another number when it did not.');
}

function seeAlso(product: Product, edition: Edition, { program }: CommandLine, service: Service | undefined): string {
  const pages = programsOf(product, edition)
    .filter(({ name }) => name !== program.name)
    .map(({ name, section }) => [name, section ?? 1] as const);
  if (service) pages.push(['journalctl', 1], ['systemctl', 1]);
  pages.sort(([nameA, sectionA], [nameB, sectionB]) => sectionA - sectionB || (nameA < nameB ? -1 : 1));
  return pages.map(([name, section]) => `${bold(name)}(${section})`).join(', ');
}

function synopsis(name: string, usage: string): string {
  return usage.startsWith(name) ? `${bold(name)}${escapeRoff(usage.slice(name.length))}` : escapeRoff(usage);
}

/** Flags bold, the rest as it is. */
function optionTerm({ term, flags }: Option): string {
  let rest = term;
  let out = '';
  for (const flag of flags) {
    const at = rest.indexOf(flag);
    if (at < 0) continue;
    out += escapeRoff(rest.slice(0, at)) + bold(flag);
    rest = rest.slice(at + flag.length);
  }
  return out + escapeRoff(rest);
}

function list(title: string, entries: readonly (readonly [term: string, text: string])[]): string {
  if (entries.length === 0) return '';
  return (
    heading(title) +
    entries
      .map(([term, text]) => `.TP\n${textLine(term)}${text === '' ? '\\&\n' : textLine(escapeRoff(text))}`)
      .join('')
  );
}

function paragraphs(texts: readonly string[]): string {
  return texts.map((text) => textLine(escapeRoff(text))).join('.PP\n');
}

function heading(title: string): string {
  return `.SH ${quote(title)}\n`;
}

function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`;
}

/** An argument of a macro. */
function quote(text: string): string {
  return `"${escapeRoff(text).replaceAll('"', '\\(dq')}"`;
}

/** A line of text that no request begins. */
function textLine(text: string): string {
  return `${/^[.']/.test(text) ? '\\&' : ''}${text}\n`;
}

/** groff_char(7). Every hyphen is a minus: what a reader copies from the page has to work. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

function escapeRoff(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\\-'`^~]/g, (character) => CHARACTERS[character]!)
    .replace(/[/=,](?=\S)/g, '$&\\:') // long paths and options may go on in the next line
    .replace(/\p{Cc}/gu, '')
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

function withoutFullStop(text: string): string {
  return text.replace(/\.$/, '');
}
