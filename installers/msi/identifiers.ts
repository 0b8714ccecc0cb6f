import { createHash } from 'node:crypto';
import { nameUuid } from '../../build/model/name-uuid.ts';

/** Longest key of the File, Component and Directory tables (Windows Installer: "File Table", s72). */
const KEY_LENGTH = 72;

/**
 * A key made of a path: `f_bin_thing.exe`. What an Identifier may not hold becomes `_`, and a part of the path's hash keeps apart what
 * that would make equal. Equal paths have equal keys in every package.
 */
export function keyOf(prefix: string, path: string): string {
  const plain = path.replace(/[^A-Za-z0-9_.]/g, '_');
  const key = `${prefix}_${plain}`;
  if (plain === path && key.length <= KEY_LENGTH) return key;
  const hash = createHash('sha256').update(path, 'utf8').digest('hex').slice(0, 12);
  return `${prefix}_${plain.slice(-(KEY_LENGTH - prefix.length - hash.length - 2))}_${hash}`;
}

/** ComponentId of what lies at `path` of the product with that UpgradeCode and processor: the same in every version. */
export function componentId(upgradeCode: string, arch: string, path: string): string {
  return nameUuid(upgradeCode, `component ${arch} ${path.toLowerCase()}`);
}

/** ProductCode: another for each `build`. */
export function productCode(upgradeCode: string, arch: string, build: string): string {
  return nameUuid(upgradeCode, `product ${arch} ${build}`);
}

/**
 * `SHORT~1.TXT|A long name.txt`, or the name alone where it is a short one. Within one folder every short name comes once: the number is
 * made of the long name, so that other files do not change it, and grows where two names meet.
 */
export function shortNames(names: readonly string[]): Map<string, string> {
  const taken = new Set(names.filter(isShort).map((name) => name.toUpperCase()));
  const result = new Map<string, string>();
  for (const name of [...names].sort()) {
    if (isShort(name)) {
      result.set(name, name);
      continue;
    }
    const dot = name.lastIndexOf('.');
    const stem = strip(dot > 0 ? name.slice(0, dot) : name);
    const ending = strip(dot > 0 ? name.slice(dot + 1) : '').slice(0, 3);
    let number = createHash('sha256').update(name.toLowerCase(), 'utf8').digest().readUInt16LE(0) % 0x1000;
    let short = '';
    do {
      const tail = `~${number.toString(16).toUpperCase()}`;
      short = `${(stem || '_').slice(0, 8 - tail.length)}${tail}${ending && `.${ending}`}`;
      number++;
    } while (taken.has(short));
    taken.add(short);
    result.set(name, `${short}|${name}`);
  }
  return result;
}

function isShort(name: string): boolean {
  return /^[A-Z0-9_-]{1,8}(\.[A-Z0-9_-]{1,3})?$/i.test(name);
}

function strip(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9_-]/g, '');
}
