import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { shapeHoles } from '../../../../runtime/engine/restore/shape-holes.ts';
import { loadFileCalls } from '../../../../runtime/posix/file-calls.ts';

const PAGE = 4096;

function shape(content: Buffer, holes: readonly [number, number][], size = content.length) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holes-'));
  const file = path.join(folder, 'file');
  try {
    writeFileSync(file, content);
    const handle = openSync(file, 'r+');
    ftruncateSync(handle, size);
    closeSync(handle);
    const { ino } = lstatSync(file, { bigint: true });
    const failure = shapeHoles(file, holes, (inode) => inode === ino);
    const again = openSync(file, 'r');
    const there = loadFileCalls().holes(again, size);
    closeSync(again);
    return { failure, there, bytes: readFileSync(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('zeros that were a hole give their room back', (t) => {
  const { there, bytes } = shape(Buffer.alloc(10 * PAGE), [[PAGE, 3 * PAGE]]);
  t.deepEqual(there, [[PAGE, 3 * PAGE]]);
  t.deepEqual(bytes, Buffer.alloc(10 * PAGE));
});

test('the end of a file that is not the end of a page can be a hole', (t) => {
  t.deepEqual(shape(Buffer.alloc(2 * PAGE + 5), [[PAGE, 2 * PAGE + 5]]).there, [[PAGE, 2 * PAGE + 5]]);
});

test('zeros that were no hole are zeros on the disk', (t) => {
  t.deepEqual(shape(Buffer.alloc(0), [[PAGE, 2 * PAGE]], 4 * PAGE).there, [[PAGE, 2 * PAGE]]);
  t.deepEqual(shape(Buffer.alloc(0), [], 4 * PAGE).there, []);
});

test('a hole that a backup claims where there is data takes none of it away', (t) => {
  const content = Buffer.alloc(8 * PAGE);
  content[5 * PAGE] = 1;
  for (const holes of [[[0, 8 * PAGE]], [[4 * PAGE, 2 ** 50]], [[5 * PAGE, 5 * PAGE + 1]]] as [number, number][][]) {
    const { bytes, failure } = shape(content, holes);
    t.deepEqual(bytes, content);
    t.is(failure, undefined);
  }
});
