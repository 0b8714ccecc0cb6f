/** Names of what can go wrong with a file, and those that are no warnings where --suppress-warnings says so. */
import type { Output } from './output.ts';

export interface Warning {
  id: string;
  text: string;
}

/** Duplicati's names, by how the reason begins. */
const IDS: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/^(EACCES|EPERM)\b/, 'PermissionDenied'],
  [/^(EBUSY|ETXTBSY|EAGAIN|ELOCKED)\b/, 'FileLocked'],
  [/^(it is not there|ENOENT\b)/, 'PathNotFound'],
  [/^(its path is longer|ENAMETOOLONG\b)/, 'PathTooLong'],
  [/^it changed while it was read/, 'FileChangedWhileRead'],
];

export function warnOfPath(path: string, why: string): Warning {
  const [, id = 'PathProcessingFailed'] = IDS.find(([pattern]) => pattern.test(why)) ?? [];
  return { id, text: `${path}: ${why}` };
}

/** Takes out what shall be no warning, and tells it as information. @param ids with commas between them */
export function suppressWarnings(output: Output, warnings: readonly Warning[], ids = ''): Warning[] {
  const suppressed = new Set(
    ids
      .split(/[,;]/)
      .map((id) => id.trim().toLowerCase())
      .filter(Boolean),
  );
  return warnings.filter(({ id, text }) => {
    if (!suppressed.has(id.toLowerCase())) return true;
    output.note?.('Information', id, text);
    return false;
  });
}
