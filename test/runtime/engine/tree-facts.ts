/** What is below a folder, in the form of the manifests of test/fixtures/duplicati/backups. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** One entry. Times are cut to 100 ns: Duplicati records no more. */
export interface TreeFact {
  path: string;
  kind: 'dir' | 'file' | 'link';
  mode?: string;
  uid?: number;
  gid?: number;
  mtime_ns?: bigint;
  size?: number;
  sha256?: string;
  to?: string;
  xattrs?: Record<string, string>;
}

export function readManifestLines(file: string): TreeFact[] {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      // The time is larger than a number holds exactly.
      const time = /"mtime_ns": (-?\d+)/.exec(line)?.[1];
      const fact: TreeFact = JSON.parse(line);
      return time === undefined ? fact : { ...fact, mtime_ns: BigInt(time) };
    });
}

/** Everything below a folder, by path. @param xattrs also read extended attributes, by `getfattr`. */
export function factsOf(root: string, xattrs = false): Map<string, TreeFact> {
  const facts = new Map<string, TreeFact>();
  const walk = (folder: string) => {
    for (const name of readdirSync(path.join(root, folder))) {
      const place = path.join(folder, name);
      const full = path.join(root, place);
      const status = lstatSync(full, { bigint: true });
      const { mtimeNs, mode, uid, gid, size } = status;
      const common = {
        path: place,
        mode: `0${(Number(mode) & 0o7777).toString(8).padStart(3, '0')}`,
        uid: Number(uid),
        gid: Number(gid),
        mtime_ns: mtimeNs - (mtimeNs % 100n),
      };
      if (status.isDirectory()) {
        facts.set(place, { ...common, kind: 'dir' });
        walk(place);
      } else if (status.isSymbolicLink()) {
        facts.set(place, { ...common, kind: 'link', to: readlinkSync(full) });
      } else if (status.isFile()) {
        const sha256 = createHash('sha256').update(readFileSync(full)).digest('hex');
        facts.set(place, { ...common, kind: 'file', size: Number(size), sha256 });
      }
      if (xattrs && !status.isSymbolicLink()) readAttributes(full, facts.get(place)!);
    }
  };
  walk('');
  return facts;
}

function readAttributes(file: string, fact: TreeFact): void {
  const text = execFileSync('getfattr', ['-d', '-m', '-', '-e', 'hex', '--absolute-names', file], { encoding: 'utf8' });
  const found = [...text.matchAll(/^([^#=\n]+)=0x([0-9a-f]*)$/gm)].map(([, name = '', value = '']) => [name, value]);
  if (found.length > 0) fact.xattrs = Object.fromEntries(found);
}
