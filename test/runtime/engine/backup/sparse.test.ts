/** Files with holes: what has no data is not read. */
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { cutFile } from '../../../../runtime/engine/backup/cut-file.ts';
import { loadFileCalls } from '../../../../runtime/posix/file-calls.ts';
import { FORM, openBackup, type TestBackup } from '../open-backup.ts';

const MB = 1 << 20;
const LARGE = { ...FORM, manifest: { ...FORM.manifest, blocksize: MB } };

function open(t: ExecutionContext, form = LARGE): TestBackup {
  const opened = openBackup(form);
  t.teardown(() => opened.remove());
  return opened;
}

function makeSparse(file: string, size: number, pieces: readonly [number, string][]): void {
  const handle = openSync(file, 'w+');
  for (const [at, text] of pieces) writeSync(handle, text, at);
  ftruncateSync(handle, size);
  closeSync(handle);
  // A change has another time, however soon it is.
  utimesSync(file, 1000, 1000);
}

function holesOf(file: string, size: number): [number, number][] {
  const handle = openSync(file, 'r');
  try {
    return loadFileCalls().holes(handle, size);
  } finally {
    closeSync(handle);
  }
}

for (const [name, size, holes, runs] of [
  ['no holes', 105, [], ['data 0+105']],
  ['one large hole', 100, [[0, 100]], ['zeros 0+100']],
  ['a hole to an end that is no end of a block', 105, [[5, 105]], ['data 0+10', 'zeros 10+90', 'zeros 100+5']],
  [
    'holes that are smaller than a block',
    40,
    [
      [1, 9],
      [11, 29],
    ],
    ['data 0+40'],
  ],
  [
    'holes with data between',
    105,
    [
      [5, 27],
      [33, 36],
      [41, 64],
    ],
    ['data 0+10', 'zeros 10+10', 'data 20+30', 'zeros 50+10', 'data 60+45'],
  ],
  ['a file that is smaller than a block', 5, [[0, 5]], ['zeros 0+5']],
  ['a hole in the last block alone', 105, [[102, 105]], ['data 0+105']],
] as [string, number, [number, number][], string[]][]) {
  test(`a file is cut where its holes hold whole blocks: ${name}`, (t) => {
    const found = [...cutFile(size, holes, 10)];
    t.deepEqual(
      found.map(({ from, length, isZeros }) => `${isZeros ? 'zeros' : 'data'} ${from}+${length}`),
      runs,
    );
  });
}

for (const threads of [0, 2]) {
  test(`a sparse file is the same file again, with ${threads} threads`, async (t) => {
    const { source, backup, restore } = open(t);
    const [file, size] = [path.join(source, 'disk'), 60 * MB + 12345];
    makeSparse(file, size, [
      [7 * MB + 17, 'here'],
      [40 * MB - 3, 'over an edge'],
      [59 * MB, 'late'],
    ]);
    writeFileSync(path.join(source, 'zeros'), Buffer.alloc(3 * MB));
    const { uploadedBytes, skipped, counts } = await backup({ threads });
    t.deepEqual(skipped, []);
    t.is(counts.openedBytes, size + 3 * MB);
    t.true(uploadedBytes < 100_000, `${uploadedBytes}`);
    t.is((await backup()).version, undefined);
    const { into, shortfalls } = await restore(0);
    t.deepEqual(shortfalls, []);
    t.deepEqual(holesOf(path.join(into, 'disk'), size), holesOf(file, size));
    t.deepEqual(holesOf(path.join(into, 'zeros'), 3 * MB), []);
    t.true(readFileSync(path.join(into, 'disk')).equals(readFileSync(file)));
  });
}

test('a hole that is filled before it is come to is said', async (t) => {
  const { source, backup, restore } = open(t);
  const file = path.join(source, 'disk');
  makeSparse(file, 3 * MB, []);
  makeSparse(path.join(source, 'other'), 3 * MB, []);
  const { skipped } = await backup({
    threads: 0,
    report(name) {
      if (!name.endsWith('/other')) return;
      const handle = openSync(file, 'r+');
      writeSync(handle, 'filled', MB);
      closeSync(handle);
    },
  });
  t.deepEqual(
    skipped.map(({ path: name }) => path.basename(name)),
    ['disk'],
  );
  await backup();
  t.true(readFileSync(path.join((await restore(0)).into, 'disk')).equals(readFileSync(file)));
});

test('a sparse file that becomes shorter before it is come to is said', async (t) => {
  const { source, backup } = open(t);
  const file = path.join(source, 'disk');
  makeSparse(file, 30 * MB, []);
  makeSparse(path.join(source, 'other'), 3 * MB, []);
  const { skipped } = await backup({
    threads: 0,
    report: (name) => void (name.endsWith('/other') && truncateSync(file, 9 * MB)),
  });
  t.deepEqual(
    skipped.map(({ path: name }) => path.basename(name)),
    ['disk'],
  );
  t.like((await backup()).counts, { openedBytes: 9 * MB, modifiedFiles: 1 });
});
