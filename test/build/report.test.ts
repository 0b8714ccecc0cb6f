import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { formatTable } from '../../build/report.ts';
import { deb } from '../../installers/deb/deb.ts';
import { memoryBlobs, readArtifact } from '../suites/blobs.ts';
import { file, samplePackage } from '../suites/sample-package.ts';
import { emptyFolder, packwright } from './commands/packwright.ts';

test('a table keeps a row on its line, whatever a cell holds', (t) => {
  t.is(
    formatTable(
      [
        ['a\nb', '1'],
        ['c\x1b[2J', '2'],
      ],
      [1],
    ),
    'a\\nb      1\nc\\x1b[2J  2',
  );
});

test('no name in a package speaks to the terminal', async (t) => {
  const pkg = samplePackage({ format: 'deb', entries: [file('/usr/share/thing/a\x1b]0;b\x07\x9bc', '')] });
  const [artifact] = await deb.write(pkg, memoryBlobs, { method: 'gzip', level: 1 });
  const bytes = await readArtifact(artifact!);
  const folder = await emptyFolder('names');
  await writeFile(path.join(folder, 'whole.deb'), bytes);
  await writeFile(path.join(folder, 'e\x1b[2J.deb'), bytes.subarray(0, 100));
  const { code, out } = await packwright(['inspect', path.join(folder, 'whole.deb')]);
  t.is(code, 0);
  t.true(out.includes('/usr/share/thing/a\\x1b]0;b\\x07\\x9bc\n'));
  const { err } = await packwright(['inspect', path.join(folder, 'e\x1b[2J.deb')]);
  t.true(err.includes('e\\x1b[2J.deb'));
});
