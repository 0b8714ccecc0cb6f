// What the package says of itself: "RPM Tags", sections "Base package tags" and "Informative package tags".
import type { Package } from '../../build/model/package.ts';
import { parseVersion } from '../../build/model/version.ts';
import type { Fields, TAGS } from './tags.ts';
import { rpmVersion } from './version.ts';

const LINE_WIDTH = 78;

/** `arch` in rpm's word. */
export function descriptionFields(pkg: Package, arch: string): Fields<typeof TAGS> {
  const { product, epoch } = pkg;
  const { version, release } = rpmVersion(pkg.version);
  const maintainer = `${product.maintainer.name} <${product.maintainer.email}>`;
  return {
    HEADERI18NTABLE: ['C'],
    NAME: pkg.name,
    VERSION: version,
    RELEASE: release,
    SUMMARY: pkg.summary,
    DESCRIPTION: product.description.map(wrapLines).join('\n\n'),
    BUILDTIME: [epoch],
    BUILDHOST: 'reproducible',
    VENDOR: product.vendor,
    LICENSE: product.licence,
    PACKAGER: maintainer,
    GROUP: 'Applications/System',
    URL: product.homepage,
    OS: 'linux',
    ARCH: arch,
    // A package without it counts as a source package.
    SOURCERPM: `${product.name}-${version}-${release}.src.rpm`,
    // The oldest rpm that knows everything in here.
    RPMVERSION: '4.14.0',
    PLATFORM: `${arch}-unknown-linux`,
    ENCODING: 'utf-8',
    ...changelogFields(pkg, maintainer),
  };
}

function changelogFields({ changelog }: Package, maintainer: string): Fields<typeof TAGS> {
  if (changelog.length === 0) return {};
  return {
    CHANGELOGTIME: changelog.map((change) => change.epoch),
    CHANGELOGNAME: changelog.map((change) => `${maintainer} - ${changelogVersion(change.version)}`),
    CHANGELOGTEXT: changelog.map((change) => change.lines.map((line) => `- ${line}`).join('\n')),
  };
}

function changelogVersion(text: string): string {
  const { version, release } = rpmVersion(parseVersion(text, 'change log'));
  return `${version}-${release}`;
}

function wrapLines(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > LINE_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
