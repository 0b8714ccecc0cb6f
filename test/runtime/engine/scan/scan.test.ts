/** A walk that nobody leads out of the sources, however deep, whatever names are. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Found, type Skipped, scan } from '../../../../runtime/engine/scan/scan.ts';

function makeRoot(t: ExecutionContext): { root: string; source: string; outside: string } {
  const root = mkdtempSync(path.join(tmpdir(), 'scan-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const [source, outside] = [path.join(root, 'source'), path.join(root, 'outside')];
  for (const folder of [source, outside]) mkdirSync(folder);
  return { root, source, outside };
}

function walk(source: string, met: (found: Found) => void = () => {}): { paths: string[]; skipped: Skipped[] } {
  const skipped: Skipped[] = [];
  const paths: string[] = [];
  for (const found of scan({ sources: [source], isWanted: () => true, skip: (one) => void skipped.push(one) })) {
    paths.push(found.path.slice(source.length));
    met(found);
  }
  return { paths, skipped };
}

test('a folder that becomes a link after it was met is not entered', (t) => {
  const { root, source, outside } = makeRoot(t);
  mkdirSync(path.join(source, 'folder'));
  writeFileSync(path.join(outside, 'secret'), '');
  const { paths, skipped } = walk(source, ({ path: place }) => {
    if (!place.endsWith('folder/')) return;
    renameSync(path.join(source, 'folder'), path.join(root, 'away'));
    symlinkSync(outside, path.join(source, 'folder'));
  });
  t.deepEqual(paths, ['/', '/folder/']);
  t.regex(skipped[0]?.why ?? '', /ENOTDIR|ELOOP/);
});

test('a folder above that becomes a link changes nothing: the one that was entered is walked', (t) => {
  const { root, source, outside } = makeRoot(t);
  mkdirSync(path.join(source, 'folder', 'deep'), { recursive: true });
  for (const name of ['a', 'b']) writeFileSync(path.join(source, 'folder', 'deep', name), '');
  mkdirSync(path.join(outside, 'deep'));
  writeFileSync(path.join(outside, 'deep', 'secret'), '');
  const { paths } = walk(source, ({ path: place }) => {
    if (!place.endsWith('deep/a')) return;
    renameSync(path.join(source, 'folder'), path.join(root, 'away'));
    symlinkSync(outside, path.join(source, 'folder'));
  });
  t.deepEqual(paths, ['/', '/folder/', '/folder/deep/', '/folder/deep/a', '/folder/deep/b']);
});

test('folders within folders, more than stay open, are walked, and all are closed', (t) => {
  const { source } = makeRoot(t);
  let folder = source;
  for (let depth = 0; depth < 450; depth++) {
    folder = path.join(folder, 'd');
    mkdirSync(folder);
    // Behind the folder, so that it is asked for when the way there may be closed.
    writeFileSync(path.join(folder, 'file'), '');
  }
  const { paths, skipped } = walk(source);
  t.is(paths.length, 901);
  t.deepEqual(skipped, []);
  t.deepEqual(openBelow(source), []);
  for (const found of scan({ sources: [source], isWanted: () => true, skip: () => {} }))
    if (found.path.length > 500) break;
  t.deepEqual(openBelow(source), []);
});

/** What is open below a folder: other tests have handles of their own meanwhile. */
function openBelow(folder: string): string[] {
  const places = readdirSync('/proc/self/fd').map((handle) => {
    try {
      return readlinkSync(`/proc/self/fd/${handle}`);
    } catch {
      return ''; // closed by now
    }
  });
  return places.filter((place) => place.startsWith(folder));
}

test('a path that is too long for the system is said, and what is beside it is walked', (t) => {
  const { source } = makeRoot(t);
  writeFileSync(path.join(source, 'z'), '');
  // Made from below: the whole path could not be named.
  let folder = path.join(source, 'x'.repeat(200));
  mkdirSync(folder);
  for (let depth = 0; depth < 22; depth++) {
    const above = path.join(source, 'y'.repeat(200));
    mkdirSync(above);
    renameSync(folder, path.join(above, 'x'.repeat(200)));
    renameSync(above, path.join(source, 'x'.repeat(200)));
    folder = path.join(source, 'x'.repeat(200));
  }
  const { paths, skipped } = walk(source);
  t.is(paths.at(-1), '/z');
  t.regex(skipped.map(({ why }) => why).join(), /its path is longer than 4095 bytes/);
});

test('names that are not UTF-8 come in the order of their bytes, and a source can be named as a backup names it', (t) => {
  const { source } = makeRoot(t);
  const bytes = (name: string) => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name, 'latin1')]);
  mkdirSync(bytes('d\xff'));
  writeFileSync(bytes('d\xff/caf\xe9'), '');
  writeFileSync(bytes('d\xfe'), '');
  t.deepEqual(walk(source).paths, ['/', '/d\ufffdxFE', '/d\ufffdxFF/', '/d\ufffdxFF/caf\ufffdxE9']);
  t.deepEqual(walk(path.join(source, 'd\ufffdxFF')).paths, ['/', '/caf\ufffdxE9']);
});
