import { spawnSync } from 'node:child_process';
import test from 'ava';
import { compareDebianVersions } from '../../../../build/host/debian/compare-versions.ts';
import { haveTool } from '../../../suites/tool.ts';

/** Each newer than the one before. */
const ORDER = [
  '0~~',
  '0~',
  '0-0~1',
  '0',
  '0-1',
  '1.0~beta1~svn1245',
  '1.0~beta1',
  '1.0',
  '1.0-1',
  '1.0-1+b1',
  '1.0-1.1',
  '1.0-2',
  '1.0-10',
  '1.0a',
  '1.0+git1',
  '1.0.1',
  '1.00002',
  '1.2-3-4',
  '2.41-12',
  '2.41-12+deb13u1',
  '2.41-12+deb13u4',
  '2026c-0+deb13u1',
  '20250419',
  '1:0.1',
  '1:1.37.0-6+b9',
  '2:0~rc1',
];

test('versions are ordered as deb-version(7) says', (t) => {
  for (const [i, a] of ORDER.entries()) {
    for (const [j, b] of ORDER.entries())
      t.is(Math.sign(compareDebianVersions(a, b)), Math.sign(i - j), `${a} against ${b}`);
  }
});

test('numbers count, not their digits', (t) => {
  t.is(compareDebianVersions('1.002', '1.2'), 0);
  t.is(compareDebianVersions('0:1', '1'), 0);
  t.is(Math.sign(compareDebianVersions('99999999999999999999', '99999999999999999998')), 1);
});

test('dpkg agrees', (t) => {
  if (!haveTool(t, 'dpkg')) return;
  for (let i = 1; i < ORDER.length; i++) {
    const { status } = spawnSync('dpkg', ['--compare-versions', ORDER[i - 1]!, 'lt', ORDER[i]!]);
    t.is(status, 0, `${ORDER[i - 1]} < ${ORDER[i]}`);
  }
});
