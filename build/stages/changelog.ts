import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../manifest/load.ts';
import { PackwrightError } from '../model/errors.ts';
import type { Package } from '../model/package.ts';

const RELEASE = /^##\s+\[?v?(\d[^\s\]]*)\]?(?:\s+[-–(]?\s*(\d{4}-\d{2}-\d{2})\)?)?\s*$/;

/**
 * Releases of a Markdown change log in the form of keepachangelog.com: `## 1.2.0 (2026-11-22)` or `## [1.2.0] - 2026-11-22`, then
 * list items. A release without a date gets `epoch`. Empty when the product keeps no change log.
 */
export async function readChangelog(manifest: Manifest, epoch: number): Promise<Package['changelog']> {
  const name = manifest.product.changelog;
  if (!name) return [];
  const file = path.join(manifest.folder, name);
  if (!existsSync(file)) {
    throw new PackwrightError(`${path.basename(manifest.file)}: changelog`, `${name} does not exist`, 'check the path');
  }
  const releases: { version: string; epoch: number; lines: string[] }[] = [];
  for (const line of (await readFile(file, 'utf8')).split(/\r?\n/)) {
    const heading = RELEASE.exec(line);
    if (heading) {
      const time = heading[2] ? Date.parse(`${heading[2]}T12:00:00Z`) / 1000 : epoch;
      releases.push({ version: heading[1]!, epoch: time, lines: [] });
      continue;
    }
    const current = releases.at(-1)?.lines;
    const item = /^\s*[-*]\s+(.*)$/.exec(line);
    if (item && current) current.push(item[1]!.trim());
    else if (/^\s+\S/.test(line) && current?.length) current[current.length - 1] += ` ${line.trim()}`;
  }
  return releases;
}
