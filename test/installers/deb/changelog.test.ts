import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { gzipText, renderChangelog } from '../../../installers/deb/changelog.ts';
import { type Sample, samplePackage } from '../../suites/sample-package.ts';

const CHANGELOG = [
  { version: 'Unreleased', epoch: 0, lines: ['Not told.'] },
  {
    version: '1.2.3-beta.2',
    epoch: 1_700_000_000,
    lines: [
      'Adds a thing.',
      'Mends\na thing that was broken for a long time, as everybody knew who had ever looked at it.',
    ],
  },
  { version: '1.2.2', epoch: 1_690_000_000, lines: [] },
];

function render(sample: Partial<Sample>): string {
  return renderChangelog(samplePackage({ format: 'deb', changelog: CHANGELOG, ...sample }));
}

test('releases come in the syntax of Debian, newest first, in UTC', (t) => {
  t.is(
    render({ version: '1.2.3-beta.2' }),
    `thing (1.2.3~beta.2) unstable; urgency=medium

  * Adds a thing.
  * Mends a thing that was broken for a long time, as everybody knew who had
    ever looked at it.

 -- Ann Example <ann@example.com>  Tue, 14 Nov 2023 22:13:20 +0000

thing (1.2.2) unstable; urgency=medium

  * Release 1.2.2.

 -- Ann Example <ann@example.com>  Sat, 22 Jul 2023 04:26:40 +0000
`,
  );
});

test('the version of the package leads, whether it is in the change log or not', (t) => {
  t.true(render({ version: '1.2.2' }).startsWith('thing (1.2.2) unstable'));
  const fresh = render({ version: '1.3.0' });
  t.true(fresh.startsWith('thing (1.3.0) unstable; urgency=medium\n\n  * Release 1.3.0.\n\n -- Ann Example'));
  t.true(fresh.includes('thing (1.2.3~beta.2)'));
});

test('its gzip tells neither time, name nor host', (t) => {
  const bytes = gzipText('text');
  t.deepEqual([...bytes.subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3]);
  t.is(gunzipSync(bytes).toString(), 'text');
});
