// The header in words: every tag this folder knows, dependencies as a spec file would have them, scriptlets by their names.
import type { ParsedHeader } from './read-header.ts';
import { SENSE, TAGS } from './tags.ts';

type TagName = keyof typeof TAGS;

/** Our names of the triples: what `rpm -q --requires` and its sisters print. */
const DEPENDENCIES = [
  ['PROVIDES', 'PROVIDENAME', 'PROVIDEFLAGS', 'PROVIDEVERSION'],
  ['REQUIRES', 'REQUIRENAME', 'REQUIREFLAGS', 'REQUIREVERSION'],
  ['CONFLICTS', 'CONFLICTNAME', 'CONFLICTFLAGS', 'CONFLICTVERSION'],
  ['OBSOLETES', 'OBSOLETENAME', 'OBSOLETEFLAGS', 'OBSOLETEVERSION'],
  ['RECOMMENDS', 'RECOMMENDNAME', 'RECOMMENDFLAGS', 'RECOMMENDVERSION'],
  ['SUGGESTS', 'SUGGESTNAME', 'SUGGESTFLAGS', 'SUGGESTVERSION'],
  ['SUPPLEMENTS', 'SUPPLEMENTNAME', 'SUPPLEMENTFLAGS', 'SUPPLEMENTVERSION'],
  ['ORDERWITHREQUIRES', 'ORDERNAME', 'ORDERFLAGS', 'ORDERVERSION'],
  ['ENHANCES', 'ENHANCENAME', 'ENHANCEFLAGS', 'ENHANCEVERSION'],
] as const;
const SCRIPTS = {
  pretrans: 'PRETRANS',
  pre: 'PREIN',
  post: 'POSTIN',
  preun: 'PREUN',
  postun: 'POSTUN',
  posttrans: 'POSTTRANS',
  preuntrans: 'PREUNTRANS',
  postuntrans: 'POSTUNTRANS',
  verify: 'VERIFYSCRIPT',
} as const;
/** What is told elsewhere: scriptlets in `scripts`, files in `trees`. */
const SILENT = new Set<string>([
  'HEADERI18NTABLE',
  'TRIGGERSCRIPTS',
  'BASENAMES',
  'DIRNAMES',
  'DIRINDEXES',
  'LONGFILESIZES',
  ...Object.values(SCRIPTS),
  ...DEPENDENCIES.flatMap(([, ...tags]) => tags),
]);

/** Values by tag name, in the header's order; several values of one tag on lines of their own. */
export function metadataOf(header: ParsedHeader): Record<string, string> {
  const metadata: Record<string, string> = {};
  const known = new Map(Object.entries(TAGS).map(([name, [number, kind]]) => [number as number, { name, kind }]));
  for (const number of header.tags) {
    const tag = known.get(number);
    if (!tag || SILENT.has(tag.name) || /^FILE(?!DIGESTALGO)/.test(tag.name)) continue;
    const values = tag.kind.startsWith('int') ? header.numbers(number).map(String) : header.texts(number);
    metadata[tag.name] = values.join('\n');
  }
  for (const [name, ...tags] of DEPENDENCIES) {
    const lines = dependencyLines(header, tags);
    if (lines.length > 0) metadata[name] = lines.join('\n');
  }
  return metadata;
}

/** Bodies by the names of the spec file. */
export function scriptsOf(header: ParsedHeader): Record<string, string> {
  const scripts: Record<string, string> = {};
  for (const [name, tag] of Object.entries(SCRIPTS)) {
    const [body] = header.texts(TAGS[tag][0]);
    if (body !== undefined) scripts[name] = body;
  }
  for (const [index, body] of header.texts(TAGS.TRIGGERSCRIPTS[0]).entries()) scripts[`trigger ${index + 1}`] = body;
  return scripts;
}

function dependencyLines(header: ParsedHeader, tags: readonly [TagName, TagName, TagName]): string[] {
  const names = header.texts(TAGS[tags[0]][0]);
  const flags = header.numbers(TAGS[tags[1]][0]);
  const versions = header.texts(TAGS[tags[2]][0]);
  return names.map((name, i) => {
    const sense = flags[i] ?? 0;
    const operator =
      (sense & SENSE.less ? '<' : '') + (sense & SENSE.greater ? '>' : '') + (sense & SENSE.equal ? '=' : '');
    const when = (['pretrans', 'pre', 'post', 'preun', 'postun', 'posttrans'] as const).filter(
      (time) => sense & SENSE[time],
    );
    return (
      (when.length > 0 ? `(${when.join(',')}) ` : '') + name + (operator ? ` ${operator} ${versions[i] ?? ''}` : '')
    );
  });
}
