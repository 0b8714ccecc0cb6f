import test from 'ava';
import { loadManifest } from '../../../build/manifest/load.ts';
import { UsageError } from '../../../build/model/errors.ts';
import { planTargets, selectTargets } from '../../../build/stages/plan.ts';

const tiny = await loadManifest(new URL('../../fixtures/tiny-product', import.meta.url).pathname);
const targets = planTargets(tiny.product);

test('a product of one edition has a target for every format and architecture, and one image for all', (t) => {
  t.deepEqual(
    targets.map((one) => one.id),
    ['linux-x64-main.deb', 'linux-arm64-main.deb', 'linux-x64-main.rpm', 'linux-arm64-main.rpm', 'docker-all-main.oci'],
  );
});

test('a wildcard selects, and what is skipped is left out', (t) => {
  const ids = (patterns: string[], skip: string[] = []) => selectTargets(targets, patterns, skip).map((one) => one.id);
  t.deepEqual(ids(['linux-x64-*']), ['linux-x64-main.deb', 'linux-x64-main.rpm']);
  t.deepEqual(ids(['*.deb'], ['*arm64*']), ['linux-x64-main.deb']);
  t.is(ids([]).length, 5);
});

test('a pattern that fits nothing is wrong use, with a suggestion', (t) => {
  const error = t.throws(() => selectTargets(targets, ['linux-x64-main.dbe']), { instanceOf: UsageError });
  t.regex(error?.message ?? '', /did you mean "linux-x64-main.deb"/);
});

test('a dot in an id is a dot', (t) => {
  t.throws(() => selectTargets(targets, ['linux-x64-mainxdeb']));
});
