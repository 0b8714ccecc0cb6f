import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runCommand } from './command.ts';
import type { Log } from './log.ts';

/**
 * The same deb with its data archive unpacked: the matrix installs each package hundreds of times, and the decompressor is tried by
 * the cases that install the real file. Control archive, scripts and every byte that is installed stay as they are.
 */
export async function lightenDeb(source: string, folder: string, log: Log): Promise<string> {
  const { size, mtimeMs } = await stat(source);
  const key = createHash('sha256').update(`${source} ${size} ${mtimeMs}`).digest('hex').slice(0, 10);
  const target = join(folder, `${key}-${basename(source)}`);
  if (existsSync(target)) return target;
  const work = `${target}.work`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const script = `ar x "$1"
    for data in data.tar.*; do case $data in *.xz) xz -dc "$data" ;; *.zst) zstd -dqc "$data" ;; *.gz) gzip -dc "$data" ;; esac >data.tar; done
    ar rcS light.deb debian-binary control.tar.* data.tar`;
  await runCommand(log, ['sh', '-euc', script, 'sh', source], { cwd: work });
  await rename(join(work, 'light.deb'), target);
  await rm(work, { recursive: true, force: true });
  return target;
}
