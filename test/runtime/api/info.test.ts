import test from 'ava';
import { makeFilterGroups } from '../../../runtime/engine/filter/filter-groups.ts';
import { version } from '../../../runtime/paths.ts';
import { openServer } from './open-server.ts';

test('filter groups are those of the system, with its own separators and folders', (t) => {
  const names = [
    'Applications',
    'CacheFiles',
    'DefaultExcludes',
    'DefaultIncludes',
    'None',
    'OperatingSystem',
    'SystemFiles',
    'TemporaryFiles',
  ];
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const groups = makeFilterGroups(platform, { SystemRoot: 'D:\\Win' });
    t.deepEqual(Object.keys(groups).sort(), names);
    t.true((groups.DefaultExcludes ?? []).length > 25, platform);
    for (const filter of groups.DefaultExcludes ?? [])
      t.regex(filter, platform === 'win32' ? /^[^/%]+$/ : /^[^\\%]+$/, `${platform} ${filter}`);
  }
  const { OperatingSystem, Applications } = makeFilterGroups('win32', { SystemRoot: 'D:\\Win' });
  t.true(OperatingSystem?.includes('D:\\Win\\'));
  t.true(Applications?.includes('C:\\Program Files\\'));
});

test('whoever looks for updates is told once where they come from, and no version is invented', async (t) => {
  const { call } = await openServer(t);
  t.is((await call('POST', 'v1/updates/check', {})).status, 200);
  t.is((await call('POST', 'v1/updates/check', {})).status, 200);
  const told = (await call('GET', 'v1/notifications')).body as { Title: string }[]; // a list
  t.deepEqual(
    told.map(({ Title }) => Title),
    ['Updates come as packages'],
  );
  t.like((await call('GET', 'v1/serverstate')).body, { UpdatedVersion: null });
  t.like((await call('GET', 'v1/changelog')).body, { Status: 'OK', Version: version });
});
