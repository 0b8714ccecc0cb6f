/** A small disk of its own for each place that a backup writes to: full in the middle, then grown. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeFolder, runProgram } from '../run-program.ts';

const PLACES = ['destination', 'temporary', 'database'] as const;
const MIB = 1024 * 1024;

/** A file system of this many MiB, which can be grown. Needs root. */
function mountSmall(t: ExecutionContext, folder: string, size: number): (size: number) => void {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', folder]);
  t.teardown(() => void execFileSync('umount', ['-l', folder]));
  return (more) => void execFileSync('mount', ['-o', `remount,size=${more}m`, folder]);
}

/** Bytes that do not compress, and are the same each time. */
function noise(seed: string, size: number): Buffer {
  return Buffer.concat(
    Array.from({ length: size / 64 }, (_, n) => createHash('sha512').update(`${seed} ${n}`).digest()),
  );
}

for (const full of PLACES) {
  test(`a full disk at the ${full} is told, loses nothing, and the next run goes on`, async (t) => {
    const root = await makeFolder(t);
    const at = (name: string) => path.join(root, name);
    for (const name of ['source', ...PLACES.filter((place) => place !== full)]) mkdirSync(at(name));
    const grow = mountSmall(t, at(full), full === 'database' ? 1 : 4);
    const run = (command: string, args: string[] = []) =>
      runProgram(
        'duplicati-cli',
        [
          command,
          `file://${at('destination')}`,
          ...args,
          `--dbpath=${at('database')}/local.sqlite`,
          `--tempdir=${at('temporary')}`,
          '--number-of-retries=0',
        ],
        { HOME: root, PASSPHRASE: 'of a test' },
      );
    writeFileSync(at('source/first'), noise('first', MIB / 4));
    const backup = () => run('backup', [at('source'), '--dblock-size=8MB', '--blocksize=1KB']);
    const first = await backup();
    t.is(first.code, 0, first.stderr);
    writeFileSync(at('source/second'), noise('second', full === 'database' ? 12 * MIB : 6 * MIB));
    const refused = await backup();
    t.is(refused.code, 100, refused.stderr);
    t.regex(refused.stderr, /no space|disk (is )?full/i);
    t.notRegex(refused.stderr, /defect|\n\s+at /);
    const versions = JSON.parse((await run('list', ['--json'])).stdout) as unknown[];
    t.is(versions.length, 1);
    grow(64);
    const next = await backup();
    t.is(next.code, 0, next.stderr);
    for (const [version, names] of [
      [0, ['first', 'second']],
      [1, ['first']],
    ] as const) {
      const into = at(`restored-${version}`);
      const restored = await run('restore', [`--restore-path=${into}`, `--version=${version}`]);
      t.is(restored.code, 0, restored.stderr);
      t.deepEqual(readdirSync(into), [...names]);
      for (const name of names)
        t.true(readFileSync(path.join(into, name)).equals(readFileSync(at(`source/${name}`))), name);
    }
    t.deepEqual(readdirSync(at('temporary')), []);
    t.deepEqual(
      readdirSync(at('destination')).filter((name) => !/^duplicati-\w+\.(?:dlist|dblock|dindex)\.zip\.aes$/.test(name)),
      [],
    );
    t.is((await run('test', ['all', '--full-remote-verification=true'])).code, 0);
  });
}
