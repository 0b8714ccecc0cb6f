/** Files, media, folders. The page of a rule is `learn.microsoft.com/windows/win32/msi/iceNN`. */
import { namesOf, placesOf, USER_FOLDERS } from './directories.ts';
import { error, type Rule, warning } from './finding.ts';
import type { Row, Tables } from './tables.ts';

/** Bits of Component.Attributes. */
const SOURCE_ONLY = 1;
const OPTIONAL = 2;
/** Bit of the word count: the source is compressed. Bits of File.Attributes that overrule it. */
const COMPRESSED_SOURCE = 2;
const NONCOMPRESSED = 0x2000;
const COMPRESSED = 0x4000;
const WINDOWS_INSTALLER_2 = 200;

export const ice04: Rule = function* (tables) {
  let last = 0;
  for (const row of tables.rows('Media')) last = Math.max(last, row.number('LastSequence'));
  for (const row of tables.rows('File'))
    if (row.number('Sequence') > last)
      yield error(
        ['File', row, 'Sequence'],
        `it comes after the last file of all media, ${last}`,
        'raise Media.LastSequence',
      );
};

export const ice07: Rule = function* (tables) {
  const places = placesOf(tables);
  for (const row of tables.rows('Font')) {
    const file = tables.by('File', 'File').get(row.text('File_'));
    const folder = file && folderOf(tables, file);
    if (folder !== undefined && places.get(folder)?.root !== 'FontsFolder')
      yield error(['Font', row, 'File_'], `it is a font, and goes to ${folder}`, 'put its component into FontsFolder');
  }
};

function folderOf(tables: Tables, file: Row): string | undefined {
  return tables.by('Component', 'Component').get(file.text('Component_'))?.text('Directory_');
}

export const ice30: Rule = function* (tables) {
  const places = placesOf(tables);
  const components = tables.by('Component', 'Component');
  const taken = new Map<string, { component: string; always: boolean }>();
  for (const file of tables.rows('File')) {
    const component = components.get(file.text('Component_'));
    const place = component && places.get(component.text('Directory_'));
    if (!component || !place) continue;
    const always = component.text('Condition') === '';
    const names = namesOf(file.text('FileName'));
    for (const path of [
      `long ${place.root}${place.long}/${names.long}`,
      `short ${place.root}${place.short}/${names.short}`,
    ]) {
      const other = taken.get(path);
      taken.set(path, { component: component.key, always: always || other?.always === true });
      if (!other || other.component === component.key) continue;
      const report = always || other.always ? error : warning;
      const may = always || other.always ? 'installs' : 'may install';
      yield report(
        ['File', file, 'FileName'],
        `${other.component} ${may} this file to the same place`,
        'rename one, or keep one component',
      );
      break;
    }
  }
};

/** A warning from Windows Installer 2.0 on. */
export const ice35: Rule = function* (tables) {
  const media = [...tables.rows('Media')].sort((a, b) => a.number('LastSequence') - b.number('LastSequence'));
  const report = (tables.facts.summary.pageCount ?? 0) >= WINDOWS_INSTALLER_2 ? warning : error;
  for (const file of tables.rows('File')) {
    const component = tables.by('Component', 'Component').get(file.text('Component_'));
    if (!component || !(component.number('Attributes') & SOURCE_ONLY)) continue;
    if (mediumOf(media, file.number('Sequence'))?.text('Cabinet'))
      yield report(
        ['Component', component, 'Attributes'],
        `it is to run from its source, where ${file.key} is in a cabinet`,
        'clear bit 1',
      );
  }
};

/** The first of the sorted media whose last file is not before this one. */
function mediumOf(media: readonly Row[], sequence: number): Row | undefined {
  let [low, high] = [0, media.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (media[middle]!.number('LastSequence') >= sequence) high = middle;
    else low = middle + 1;
  }
  return media[low];
}

export const ice60: Rule = function* (tables) {
  const fonts = tables.values('Font', 'File_');
  const files = tables.values('File', 'File');
  const hashed = tables.values('MsiFileHash', 'File_');
  for (const row of tables.rows('File')) {
    const version = row.text('Version');
    if (version === '') continue;
    if (hashed.has(row.key))
      yield error(['File', row, 'Version'], 'it has a version, and a hash too', 'remove its row from MsiFileHash');
    if (row.text('Language') === '' && !fonts.has(row.key) && !files.has(version))
      yield warning(
        ['File', row, 'Language'],
        'it has a version and no language: every repair writes it anew',
        'say 0 for neutral',
      );
  }
};

export const ice67: Rule = function* (tables) {
  const files = tables.by('File', 'File');
  const components = tables.by('Component', 'Component');
  for (const row of tables.rows('Shortcut')) {
    const key = /^\[[#!]([^\]]+)\]$/.exec(row.text('Target'))?.[1];
    const component = components.get((key && files.get(key)?.text('Component_')) || '');
    if (component && component.key !== row.text('Component_') && component.number('Attributes') & OPTIONAL)
      yield warning(
        ['Shortcut', row, 'Target'],
        `${component.key} may move to its source and back`,
        'clear bit 2 of its attributes',
      );
  }
};

export const ice71: Rule = function* (tables) {
  if (tables.has('Media') && !tables.values('Media', 'DiskId').has('1'))
    yield error(
      ['Media', undefined, 'DiskId'],
      'no medium is number 1, on which the package itself is',
      'count from 1',
    );
};

export const ice56: Rule = function* (tables) {
  const places = placesOf(tables);
  const used = new Set([...tables.values('Component', 'Directory_')].map((key) => places.get(key)?.root));
  let found = false;
  for (const row of tables.rows('Directory')) {
    const parent = row.text('Directory_Parent');
    if (parent !== '' && parent !== row.key) continue;
    if (row.key === 'TARGETDIR') {
      found = true;
      if (!/^(SourceDir|SOURCEDIR)$/.test(row.text('DefaultDir')))
        yield error(['Directory', row, 'DefaultDir'], `it is ${row.text('DefaultDir')}`, 'write SourceDir');
    } else if (used.has(row.key))
      yield error(
        ['Directory', row, 'Directory_Parent'],
        'it is a second root',
        'put it below TARGETDIR, as "." if need be',
      );
  }
  if (!found && tables.rows('Directory').length > 0)
    yield error(['Directory'], 'it has no root TARGETDIR', 'add TARGETDIR with SourceDir');
};

export const ice91: Rule = function* (tables) {
  const places = placesOf(tables);
  const ofUser = (folder: string) => USER_FOLDERS.has(places.get(folder)?.root ?? '');
  const hint = 'choose a folder of the machine, if it is ever installed for all users';
  for (const row of tables.rows('File')) {
    const folder = folderOf(tables, row) ?? '';
    if (ofUser(folder)) yield warning(['File', row], `${folder} is a folder of one user`, hint);
  }
  for (const [table, column] of [
    ['IniFile', 'DirProperty'],
    ['Shortcut', 'Directory_'],
  ] as const)
    for (const row of tables.rows(table))
      if (ofUser(row.text(column)))
        yield warning([table, row, column], `${row.text(column)} is a folder of one user`, hint);
};

/** With a compressed source, or a file's own bit, its bytes have to be in a cabinet. No ICE tells where one is missing. */
export const own01: Rule = function* (tables) {
  const streams = new Set(tables.facts.streams.map(({ name }) => name));
  for (const row of tables.rows('Media')) {
    const name = row.text('Cabinet');
    if (name.startsWith('#') && !streams.has(name.slice(1)))
      yield error(['Media', row, 'Cabinet'], 'the package has no such cabinet', 'add the stream');
  }
  const compressed = (tables.facts.summary.wordCount ?? 0) & COMPRESSED_SOURCE;
  const cabinets = [...tables.values('Media', 'Cabinet')].some((name) => name !== '');
  for (const row of cabinets ? [] : tables.rows('File')) {
    const bits = row.number('Attributes');
    if (bits & COMPRESSED || (compressed && !(bits & NONCOMPRESSED)))
      yield error(
        ['File', row, 'Attributes'],
        'it is to be in a cabinet, and no medium has one',
        'add the cabinet to Media',
      );
  }
};
