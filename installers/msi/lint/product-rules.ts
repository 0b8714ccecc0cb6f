/** Properties, media, upgrades and the summary information. */
import { type Finding, find, propertiesOf, type Rule, rowsOf, valuesOf } from './finding.ts';

const GUID = /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/;
const PUBLIC = /^[A-Z_][A-Z0-9_.]*$/;
/** What each property has to look like. */
const PRODUCT_FORMS: readonly (readonly [name: string, form: RegExp, required: boolean])[] = [
  ['ProductCode', GUID, true],
  ['ProductLanguage', /^\d{1,5}$/, true],
  ['ProductVersion', /^\d{1,3}\.\d{1,3}\.\d{1,5}(\.\d+)?$/, true],
  ['UpgradeCode', GUID, false],
];

/** The properties without which nothing installs. */
export const ice05: Rule = (database) => {
  const properties = propertiesOf(database);
  return ['ProductName', 'ProductLanguage', 'ProductVersion', 'ProductCode', 'Manufacturer']
    .filter((name) => !properties.get(name))
    .map((name) => find(['ICE05', 'error'], ['Property'], `there is no ${name}`, 'add the row'));
};

/** The product's name is short enough for the list of installed programs. */
export const ice16: Rule = (database) =>
  rowsOf(database, 'Property')
    .filter((row) => row.key === 'ProductName' && row.text('Value').length > 63)
    .map((row) =>
      find(['ICE16', 'error'], ['Property', row, 'Value'], 'it is longer than 63 characters', 'shorten it'),
    );

/** Codes, version and language are of their forms. */
export const ice24: Rule = (database) => {
  const rows = new Map(rowsOf(database, 'Property').map((row) => [row.key, row]));
  return PRODUCT_FORMS.flatMap(([name, form, required]): Finding[] => {
    const row = rows.get(name);
    if (!row && !required) return [];
    const value = row?.text('Value') ?? '';
    const inRange =
      name !== 'ProductVersion' || value.split('.').every((part, at) => Number(part) <= (at < 2 ? 255 : 65535));
    if (form.test(value) && inRange) return [];
    return [
      find(
        ['ICE24', 'error'],
        ['Property', row, 'Value'],
        `${name} is ${JSON.stringify(value)}`,
        'write it in its documented form',
      ),
    ];
  });
};

/** The summary says for which processor and languages, and which package this is. */
export const ice39: Rule = ({ summary }) => {
  const bad = (what: string) =>
    find(['ICE39', 'error'], ['_SummaryInformation'], what, 'write the summary information anew');
  return [
    ...(/^(Intel|Intel64|x64|Arm64|Arm)?;[\d,]*$/.test(summary.template ?? '')
      ? []
      : [bad('its template is malformed')]),
    ...(GUID.test(summary.revisionNumber ?? '') ? [] : [bad('its package code is no GUID in capitals')]),
    ...((summary.pageCount ?? 0) >= 100 ? [] : [bad('it names no version of Windows Installer')]),
  ];
};

/** A search fills public properties only. */
export const ice52: Rule = (database) =>
  rowsOf(database, 'AppSearch')
    .filter((row) => !PUBLIC.test(row.text('Property')))
    .map((row) =>
      find(['ICE52', 'warning'], ['AppSearch', row, 'Property'], 'the property is not public', 'name it in capitals'),
    );

/** What an upgrade finds goes into public properties that keep their values for the elevated half. */
export const ice61: Rule = (database) => {
  const properties = propertiesOf(database);
  const secure = new Set((properties.get('SecureCustomProperties') ?? '').split(';'));
  return rowsOf(database, 'Upgrade').flatMap((row): Finding[] => {
    const name = row.text('ActionProperty');
    const bad = (what: string, hint: string) => [
      find(['ICE61', 'error'], ['Upgrade', row, 'ActionProperty'], what, hint),
    ];
    if (!PUBLIC.test(name)) return bad(`${name} is not public`, 'name it in capitals');
    if (!secure.has(name)) return bad(`${name} is not secure`, 'list it in SecureCustomProperties');
    if (properties.has(name)) return bad(`${name} has a value from the start`, 'remove it from the Property table');
    return [];
  });
};

/** The first medium is number 1. */
export const ice71: Rule = (database) =>
  rowsOf(database, 'Media').length === 0 || valuesOf(database, 'Media', 'DiskId').has('1')
    ? []
    : [find(['ICE71', 'error'], ['Media', undefined, 'DiskId'], 'no medium is number 1', 'count from 1')];

/** 64-bit components need a template that says so, and such a template Windows Installer 2.0 (5.0 for Arm64). */
export const ice80: Rule = (database) => {
  const [processor = ''] = (database.summary.template ?? '').split(';');
  const needed = processor === 'Arm64' ? 500 : 200;
  if (['x64', 'Intel64', 'Arm64'].includes(processor))
    return (database.summary.pageCount ?? 0) >= needed
      ? []
      : [find(['ICE80', 'error'], ['_SummaryInformation'], `${processor} needs a page count of ${needed}`, 'raise it')];
  return rowsOf(database, 'Component')
    .filter((row) => row.number('Attributes') & 256)
    .map((row) =>
      find(
        ['ICE80', 'error'],
        ['Component', row, 'Attributes'],
        'it is 64-bit, the package is not',
        'say x64 or Arm64 in the template',
      ),
    );
};

/** Files in a cabinet need the cabinet. */
export const ice35: Rule = (database) => {
  const streams = new Set(database.streams.map(({ name }) => name));
  return rowsOf(database, 'Media')
    .filter((row) => row.text('Cabinet').startsWith('#') && !streams.has(row.text('Cabinet').slice(1)))
    .map((row) =>
      find(['ICE35', 'error'], ['Media', row, 'Cabinet'], 'there is no such stream', 'add the cabinet to the package'),
    );
};
