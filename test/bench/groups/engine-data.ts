import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, cpSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { run } from '../workspace.ts';

/** What is backed up, and how 1 % of it changes. */
export interface DataSet {
  name: string;
  plant(folder: string): void;
  change(folder: string): void;
}

const [SMALL_FILES, SMALL_SIZE, LARGE_SIZE] = [20_000, 24_000, 1_500_000_000];
const MEGABYTE = 1_000_000;
/** Pieces of a system that every Debian with a compiler has, up to half a gigabyte. */
const REAL = ['/usr/lib/gcc', '/usr/share/doc', '/usr/lib/python3', '/usr/lib/python3.11', '/usr/share/perl'];
const MOST_REAL = 500;

export const dataSets: readonly DataSet[] = [
  {
    name: 'real files',
    plant(folder) {
      let sum = 0;
      for (const place of REAL.filter((one) => existsSync(one))) {
        const size = Number(run(['du', '-sm', place]).split('\t', 1)[0]);
        if (sum + size > MOST_REAL) continue;
        sum += size;
        cpSync(place, path.join(folder, place.replaceAll('/', '-')), {
          recursive: true,
          preserveTimestamps: true,
          verbatimSymlinks: true,
        });
      }
    },
    change(folder) {
      const files = run(['find', folder, '-type', 'f']).trimEnd().split('\n').sort();
      for (const [index, file] of files.entries()) if (index % 100 === 0) appendFileSync(file, 'one line more\n');
    },
  },
  {
    name: 'small and large',
    plant(folder) {
      for (let n = 0; n < SMALL_FILES; n++) {
        const place = path.join(folder, `${n % 100}`);
        if (n < 100) mkdirSync(place);
        writeFileSync(path.join(place, `file ${n}`), mixed(`${n}`, 100 + ((n * 7919) % (2 * SMALL_SIZE))));
      }
      const large = openSync(path.join(folder, 'large'), 'w');
      for (let n = 0; n < LARGE_SIZE / MEGABYTE; n++) writeSync(large, mixed(`large ${n}`, MEGABYTE));
      closeSync(large);
    },
    change(folder) {
      for (let n = 0; n < SMALL_FILES; n += 100)
        writeFileSync(path.join(folder, `${n % 100}`, `file ${n}`), mixed(`again ${n}`, SMALL_SIZE));
      const large = openSync(path.join(folder, 'large'), 'r+');
      for (let n = 0; n < LARGE_SIZE / MEGABYTE; n += 100)
        writeSync(large, mixed(`again ${n}`, MEGABYTE), 0, MEGABYTE, n * MEGABYTE);
      closeSync(large);
    },
  },
];

/** Two parts that do not compress and one that does well, the same in every run. */
function mixed(seed: string, size: number): Buffer {
  const bytes = Buffer.alloc(size, `Again and again ${seed}, as texts and tables are. `);
  const noise = createHash('shake256', { outputLength: Math.ceil((size * 2) / 3) })
    .update(seed)
    .digest();
  noise.copy(bytes);
  return bytes;
}
