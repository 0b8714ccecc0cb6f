/** Where a restore writes on systems without `/proc`: the same promise, but for what somebody changes between two calls. */
import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { codeOf, SERIOUS, UserError } from '../../errors.ts';
import type { Target } from './target.ts';

/** Folders that are known to be folders; they are looked at again when there are more. */
const MOST_KNOWN = 1000;
/** Names that Windows takes for devices (Naming Files, Paths, and Namespaces), and what no name there may hold. */
const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;
const FORBIDDEN = /[<>:"|?*\\\x00-\x1f]|[. ]$/;

/**
 * By paths: each folder on the way is looked at before it is used, and a link among them is refused. Whoever can write to these folders at the
 * same time could still put one there between two calls; on Linux, open folders keep that out (`target.ts`).
 * @param root an absolute path; it is made when it is not there.
 */
export function openPathTarget(root: string, platform: NodeJS.Platform = process.platform): Target {
  const isNew = mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined;
  const known = new Set<string>();
  const enter = (folder: string) => {
    if (known.has(folder)) return;
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (!stat) mkdirSync(folder, { mode: 0o700 });
    else if (!stat.isDirectory())
      throw new UserError(
        `${folder} is a link or a file where a folder has to be; nothing is restored through it`,
        SERIOUS,
      );
    if (known.size >= MOST_KNOWN) known.clear();
    known.add(folder);
  };
  return {
    root,
    isNew,
    rootPlace: path.join(root, '.'),
    at(parts) {
      if (parts.length === 0)
        throw new UserError('the backup has an entry without a name; it is not restored', SERIOUS);
      for (const part of parts) requireName(part, platform);
      let folder = root;
      for (const part of parts.slice(0, -1)) {
        folder = path.join(folder, part);
        try {
          enter(folder);
        } catch (thrown) {
          if (codeOf(thrown) !== 'EEXIST') throw thrown;
          known.delete(folder);
          enter(folder);
        }
      }
      return path.join(folder, parts.at(-1)!);
    },
    close: () => {},
  };
}

function requireName(name: string, platform: NodeJS.Platform): void {
  const isNone = name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0');
  const isNoneHere = platform === 'win32' && (FORBIDDEN.test(name) || DEVICES.test(name));
  if (isNone || isNoneHere)
    throw new UserError(
      `the backup has ${JSON.stringify(name)} for a name${isNone ? '' : ', which Windows does not allow'}; it is not restored`,
      SERIOUS,
    );
}
