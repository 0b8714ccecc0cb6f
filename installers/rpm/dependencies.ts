// What the package provides, needs and cannot bear: triples of name, RPMSENSE flags and version ("RPM Tags", "Dependency information").
import { PackwrightError } from '../../build/model/errors.ts';
import type { Method } from '../../build/model/format.ts';
import type { Package, Placement, Relations } from '../../build/model/package.ts';
import type { Arch } from '../../build/model/target.ts';
import { INTERPRETER, type Scriptlets } from './scripts.ts';
import { type Fields, SENSE, type TAGS } from './tags.ts';
import { rpmVersion } from './version.ts';

export interface Dependency {
  name: string;
  flags: number;
  version: string;
}

/** What the scriptlets call for alternatives: a path, because the package that has it is named differently by every distribution. */
const ALTERNATIVES = '/usr/sbin/update-alternatives';
/** rpm's %{_isa}: the suffix that binds a name to an architecture. */
const ISA: Readonly<Record<Arch, string>> = { x64: '(x86-64)', arm64: '(aarch-64)' };
/** Features of the format that a reader must know, and the rpm version that brought them; gzip needs no word. */
const PAYLOAD_FEATURES: Readonly<Partial<Record<Method, readonly [name: string, version: string][]>>> = {
  gzip: [],
  none: [],
  xz: [['PayloadIsXz', '5.2-1']],
  zstd: [['PayloadIsZstd', '5.4.18-1']],
};

/**
 * Provides, Requires and Conflicts. Editions that take this one's place conflict: an Obsoletes from both sides would make every upgrade swap
 * one for the other.
 */
export function dependencyFields(
  pkg: Package,
  { arch, relations, lifecycle }: Placement,
  scriptlets: Scriptlets,
  method: Method,
): Fields<typeof TAGS> {
  const where = pkg.target.id;
  const { version, release } = rpmVersion(pkg.version);
  const evr = `${version}-${release}`;
  const provides = [pkg.name, pkg.name + ISA[arch]].map((name) => ({ name, flags: SENSE.equal, version: evr }));
  const requires = requirements(
    relations,
    scriptlets,
    { method, evr, alternatives: lifecycle.alternatives.length > 0 },
    where,
  );
  const conflicts = sortDependencies(
    [...relations.replaces, ...relations.conflicts].map((text) => parseDependency(text, where)),
  );
  return {
    PROVIDENAME: names(provides),
    PROVIDEFLAGS: flags(provides),
    PROVIDEVERSION: versions(provides),
    REQUIRENAME: names(requires),
    REQUIREFLAGS: flags(requires),
    REQUIREVERSION: versions(requires),
    // Not a requirement, since the scriptlets do without. But in one transaction with systemd, systemctl must be there before they run.
    ...(lifecycle.units.length > 0 && {
      ORDERNAME: ['systemd'],
      ORDERFLAGS: [SENSE.post | SENSE.preun | SENSE.postun],
      ORDERVERSION: [''],
    }),
    ...(conflicts.length > 0 && {
      CONFLICTNAME: names(conflicts),
      CONFLICTFLAGS: flags(conflicts),
      CONFLICTVERSION: versions(conflicts),
    }),
  };
}

const names = (all: readonly Dependency[]) => all.map((one) => one.name);
const flags = (all: readonly Dependency[]) => all.map((one) => one.flags);
const versions = (all: readonly Dependency[]) => all.map((one) => one.version);

function requirements(
  relations: Relations,
  scriptlets: Scriptlets,
  features: { method: Method; evr: string; alternatives: boolean },
  where: string,
): Dependency[] {
  const all: Dependency[] = [];
  for (const [name] of scriptlets) all.push({ name: INTERPRETER, flags: SENSE.interp | SENSE[name], version: '' });
  for (const time of features.alternatives ? (['post', 'preun', 'postun'] as const) : []) {
    all.push({ name: ALTERNATIVES, flags: SENSE[time], version: '' });
  }
  for (const name of libraryNames(relations)) all.push({ name, flags: SENSE.findRequires, version: '' });
  for (const text of relations.depends) all.push(parseDependency(text, where));
  const payload = PAYLOAD_FEATURES[features.method];
  if (!payload)
    throw new PackwrightError(where, `a payload cannot be ${features.method}`, 'choose xz, zstd, gzip or none');
  const rpmlib: [string, string][] = [
    ['CompressedFileNames', '3.0.4-1'],
    ['FileDigests', '4.6.0-1'],
    ['PayloadFilesHavePrefix', '4.0-1'],
    ...payload,
  ];
  if (features.evr.includes('~') || all.some((one) => one.version.includes('~')))
    rpmlib.push(['TildeInVersions', '4.10.0-1']);
  if (all.some((one) => one.name.startsWith('('))) rpmlib.push(['RichDependencies', '4.12.0-1']);
  for (const [name, version] of rpmlib) {
    all.push({ name: `rpmlib(${name})`, flags: SENSE.rpmlib | SENSE.less | SENSE.equal, version });
  }
  return sortDependencies(all);
}

/** Sonames as rpm's generator spells them for 64-bit files: `libc.so.6(GLIBC_2.28)(64bit)`, and `libc.so.6()(64bit)` for the library. */
function libraryNames(relations: Relations): Set<string> {
  const names = new Set<string>();
  for (const { soname, versions } of relations.libraries) {
    for (const version of ['', ...versions]) names.add(`${soname}(${version})(64bit)`);
  }
  if (names.size > 0) names.add('rtld(GNU_HASH)');
  return names;
}

const OPERATORS: Readonly<Record<string, number>> = {
  '<': SENSE.less,
  '<=': SENSE.less | SENSE.equal,
  '=': SENSE.equal,
  '>=': SENSE.greater | SENSE.equal,
  '>': SENSE.greater,
};

/**
 * A dependency as a spec file has it: `name`, `name >= 1.2-3`, `(a or b)`.
 * @throws PackwrightError when it is none of these.
 */
export function parseDependency(text: string, where: string): Dependency {
  if (/^\(.*\)$/.test(text)) return { name: text, flags: 0, version: '' };
  const match = /^([^\s<>=(][^\s<>=]*)(?:\s*(<=|>=|<|>|=)\s*([^\s<>=-]+(?:-[^\s<>=-]+)?))?$/.exec(text);
  if (!match)
    throw new PackwrightError(where, `"${text}" is no rpm dependency`, 'write it like "name" or "name >= 1.2"');
  return { name: match[1]!, flags: OPERATORS[match[2] ?? ''] ?? 0, version: match[3] ?? '' };
}

/** By name, version and flags, each once. */
function sortDependencies(dependencies: readonly Dependency[]): Dependency[] {
  const keyed = new Map(
    dependencies.map((one) => [`${one.name}\0${one.version}\0${String(one.flags).padStart(10, '0')}`, one]),
  );
  return [...keyed].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map(([, one]) => one);
}
