/** Properties, upgrades, the summary information, searches. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { FOLDERS_32, FOLDERS_64, placesOf } from './directories.ts';
import { error, type Rule, warning } from './finding.ts';

const GUID = /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/;
const NULL_GUID = '{00000000-0000-0000-0000-000000000000}';
const PRODUCT_VERSION = /^\d{1,5}(\.\d{1,5}){0,3}$/;
/** "Template Summary property": a platform or none, languages. */
const TEMPLATE = /^(Intel|Intel64|x64|Arm64|Arm)? ?;(\d{1,5}(,\d{1,5})*)?$/;
const SUMMARY = '_SummaryInformation';
/** Lowest page count of the 64-bit platforms. */
const LEAST_PAGE_COUNTS: Readonly<Record<string, number>> = { Intel64: 150, x64: 200, Arm64: 500 };
/** Bits of Upgrade.Attributes. */
const ONLY_DETECT = 2;
const MAX_INCLUSIVE = 0x200;
/** Bits of the word count: compressed source; no elevation; all that have a meaning. */
const COMPRESSED_SOURCE = 2;
const NO_ELEVATION = 8;
const WORD_COUNT_BITS = 15;
const FILE_COMPRESSED = 0x4000;
const COMPONENT_64 = 256;
const LOCATOR_64 = 16;
const SCRIPT_64 = 0x1000;
const SCRIPT_TYPES = [5, 6];
const COMMAND_LINE_ONLY =
  'ADDLOCAL REMOVE ADDSOURCE ADDDEFAULT REINSTALL ADVERTISE COMPADDLOCAL COMPADDSOURCE FILEADDLOCAL FILEADDSOURCE FILEADDDEFAULT'.split(
    ' ',
  );

export const ice05: Rule = function* ({ properties }) {
  for (const name of ['ProductName', 'ProductLanguage', 'ProductVersion', 'ProductCode', 'Manufacturer'])
    if (!properties.get(name)) yield error(['Property'], `there is no ${name}`, 'add the row');
};

export const ice16: Rule = function* (tables) {
  const row = tables.by('Property', 'Property').get('ProductName');
  if (row && row.text('Value').length > 63)
    yield error(['Property', row, 'Value'], 'it is longer than 63 characters', 'shorten it');
};

export const ice24: Rule = function* (tables) {
  const rows = tables.by('Property', 'Property');
  const check = function* (name: string, sound: (value: string) => boolean, form: string) {
    const row = rows.get(name);
    if (row && !sound(row.text('Value')))
      yield error(['Property', row, 'Value'], `${JSON.stringify(row.text('Value'))} is not of its form`, form);
  };
  yield* check('ProductCode', (value) => GUID.test(value), 'write a GUID in capitals');
  yield* check('ProductVersion', isProductVersion, 'write major.minor.build, at most 255.255.65535');
  yield* check(
    'ProductLanguage',
    (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65535,
    'write a number such as 1033',
  );
};

/** Only three fields count; a fourth is ignored ("ProductVersion property"). */
function isProductVersion(version: string): boolean {
  const most = [255, 255, 65535];
  return PRODUCT_VERSION.test(version) && fieldsOf(version).every((field, index) => field <= most[index]!);
}

function fieldsOf(version: string): number[] {
  return [...version.split('.').map(Number), 0, 0].slice(0, 3);
}

/** Less than 0 when `a` is the lower of two product versions. */
function compareVersions(a: string, b: string): number {
  const other = fieldsOf(b);
  return (
    fieldsOf(a)
      .map((field, index) => field - other[index]!)
      .find((difference) => difference !== 0) ?? 0
  );
}

export const ice39: Rule = function* (tables) {
  const { template = '', revisionNumber = '', pageCount, wordCount = 0 } = tables.facts.summary;
  const hint = 'write the summary information anew';
  if (!TEMPLATE.test(template))
    yield error([SUMMARY], `its template is ${JSON.stringify(template)}`, 'write such as x64;1033');
  if (!GUID.test(revisionNumber)) yield error([SUMMARY], 'its package code is no GUID in capitals', hint);
  if (pageCount === undefined)
    yield error([SUMMARY], 'it has no page count: the lowest version of Windows Installer', hint);
  if (wordCount & ~WORD_COUNT_BITS)
    yield error([SUMMARY], `its word count ${wordCount} has bits without a meaning`, hint);
  if (wordCount & COMPRESSED_SOURCE)
    for (const row of tables.rows('File'))
      if (row.number('Attributes') & FILE_COMPRESSED)
        yield warning(
          ['File', row, 'Attributes'],
          'it is marked as compressed, as the whole package is',
          'clear bit 0x4000',
        );
  if (wordCount & NO_ELEVATION && tables.rows('MsiPackageCertificate').length > 0)
    yield warning(['MsiPackageCertificate'], 'it has rows, and the package asks for no elevation', 'remove them');
};

/** REINSTALLMODE alone: what the page says of RemoveIniFile and of a missing Error table is not looked at. */
export const ice40: Rule = function* (tables) {
  const row = tables.by('Property', 'Property').get('REINSTALLMODE');
  if (row)
    yield warning(
      ['Property', row],
      'every installation and repair uses it, wanted or not',
      'leave it to the command line, unless it is meant',
    );
};

/** A warning, as in the page's example; its text says error. */
export const ice48: Rule = function* (tables) {
  for (const row of tables.rows('Property'))
    if (/^[A-Za-z]:/.test(row.text('Value')) && tables.values('Directory', 'Directory').has(row.text('Property')))
      yield warning(
        ['Property', row, 'Value'],
        'this folder is fixed to a drive of one machine',
        'build it of system folders',
      );
};

export const ice52: Rule = function* (tables) {
  for (const row of tables.rows('AppSearch'))
    if (/[a-z]/.test(row.text('Property')))
      yield warning(
        ['AppSearch', row, 'Property'],
        `${row.text('Property')} is a private property`,
        'name it in capitals',
      );
};

/** Removal of what is not older is a warning (as WiX and Visual Studio print it; the page gives no level), the rest are errors. */
export const ice61: Rule = function* (tables) {
  const { properties } = tables;
  const secure = new Set((properties.get('SecureCustomProperties') ?? '').split(';'));
  const product = properties.get('ProductVersion') ?? '';
  const used = new Set<string>();
  for (const row of tables.rows('Upgrade')) {
    const name = row.text('ActionProperty');
    const place = ['Upgrade', row, 'ActionProperty'] as const;
    if (/[a-z]/.test(name)) yield error(place, `${name} is not public`, 'name it in capitals');
    if (!secure.has(name))
      yield error(place, `${name} does not reach the elevated half`, 'add it to SecureCustomProperties');
    if (properties.has(name)) yield error(place, `${name} has a value from the start`, 'remove it from Property');
    if (used.has(name)) yield error(place, `${name} is of another row too`, 'give each row its own');
    used.add(name);
    const [min, max] = [row.text('VersionMin'), row.text('VersionMax')];
    for (const [column, version] of [
      ['VersionMin', min],
      ['VersionMax', max],
    ] as const)
      if (version !== '' && !isProductVersion(version))
        yield error(['Upgrade', row, column], `${version} is no product version`, 'write major.minor.build');
    if (min !== '' && max !== '' && compareVersions(min, max) > 0)
      yield error(['Upgrade', row, 'VersionMax'], 'it is below VersionMin', 'change places');
    const attributes = row.number('Attributes');
    if (attributes & ONLY_DETECT || row.text('UpgradeCode') !== properties.get('UpgradeCode')) continue;
    const above = max === '' ? 1 : compareVersions(max, product);
    if (above > 0 || (above === 0 && attributes & MAX_INCLUSIVE))
      yield warning(
        ['Upgrade', row, 'VersionMax'],
        'it removes a product that is not older than this one',
        'end below the product’s version, unless it is meant',
      );
  }
};

export const ice74: Rule = function* (tables) {
  const rows = tables.by('Property', 'Property');
  const code = rows.get('UpgradeCode');
  if (rows.has('FASTOEM'))
    yield error(['Property', rows.get('FASTOEM')], 'it hinders repair and removal', 'remove the row');
  if (code?.text('Value') === NULL_GUID) yield error(['Property', code, 'Value'], 'it is all zeros', 'make a GUID');
  if (!code)
    yield warning(
      ['Property'],
      'there is no UpgradeCode: no later version can replace this one',
      'make a GUID and keep it',
    );
};

export const ice80: Rule = function* (tables) {
  const { template = '', pageCount = 0 } = tables.facts.summary;
  const [platform = '', languages = ''] = template.split(';');
  const least = LEAST_PAGE_COUNTS[platform.trim()];
  const language = tables.properties.get('ProductLanguage') ?? '';
  if (least !== undefined && pageCount < least)
    yield error([SUMMARY], `${platform} needs a page count of ${least}, not ${pageCount}`, 'raise it');
  if (language !== '' && !languages.split(',').includes(language))
    yield error([SUMMARY], `its template lacks the product’s language ${language}`, 'add it to the template');
  const places = placesOf(tables);
  for (const row of tables.rows('Component')) {
    const is64 = (row.number('Attributes') & COMPONENT_64) !== 0;
    const root = places.get(row.text('Directory_'))?.root ?? '';
    if (is64 && least === undefined)
      yield error(
        ['Component', row, 'Attributes'],
        'it is 64-bit, the package is not',
        'say x64 or Arm64 in the template',
      );
    if (is64 ? FOLDERS_32.has(root) : FOLDERS_64.has(root))
      yield error(
        ['Component', row, 'Directory_'],
        `it is ${is64 ? '64' : '32'}-bit and lies in ${root}`,
        'change bit 256 or the folder',
      );
  }
  if (least !== undefined) return;
  for (const row of tables.rows('CustomAction'))
    if (SCRIPT_TYPES.includes(row.number('Type') & 7) && row.number('Type') & SCRIPT_64)
      yield error(
        ['CustomAction', row, 'Type'],
        'it is a 64-bit script, the package is not 64-bit',
        'clear bit 0x1000',
      );
  for (const row of tables.rows('RegLocator'))
    if (row.number('Type') & LOCATOR_64)
      yield error(['RegLocator', row, 'Type'], 'it looks into the 64-bit registry', 'clear bit 16');
};

export const ice87: Rule = function* (tables) {
  const rows = tables.by('Property', 'Property');
  for (const name of COMMAND_LINE_ONLY)
    if (rows.has(name))
      yield warning(['Property', rows.get(name)], 'it is for the command line: removal may fail', 'remove the row');
};
