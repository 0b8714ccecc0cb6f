import test from 'ava';
import { fileText, lantern, placeEdition } from './lantern.ts';

test('every setting is there with its help, commented out with its default', async (t) => {
  const text = await fileText(placeEdition('core'), '/etc/default/lantern');
  t.true(text.includes('# The port to listen on.\n#LANTERN_PORT=8400\n'));
  t.true(text.includes('#LANTERN_GREETING="say \\"hello\\""\n'));
});

test('a help text with a backslash at the end of a line does not take in the setting below', async (t) => {
  const settings = [{ env: 'LANTERN_FOLDER', kind: 'string', help: 'A folder such as C:\\' } as const];
  const text = await fileText(placeEdition('core', 'deb', { ...lantern, settings }), '/etc/default/lantern');
  t.true(text.includes('C:\\ \n#LANTERN_FOLDER='), text);
});

test('further words of the command line are there, empty and in force', async (t) => {
  const text = await fileText(placeEdition('core'), '/etc/default/lantern');
  const active = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.deepEqual(active, ['LANTERN_OPTS=""']);
});

test('a secret has a file of its own that no package ships and purge knows', async (t) => {
  const placement = placeEdition('core');
  const text = await fileText(placement, '/etc/default/lantern');
  t.false(/^#?LANTERN_PASSWORD=/m.test(text));
  t.true(text.includes('#   install -m 600 /dev/null /etc/default/lantern.secrets\n'));
  t.deepEqual(placement.lifecycle.secretFiles, ['/etc/default/lantern.secrets']);
  t.false(placement.tree.some(({ path }) => path.endsWith('.secrets')));
  const unit = await fileText(placement, '/usr/lib/systemd/system/lantern.service');
  t.true(unit.includes('EnvironmentFile=-/etc/default/lantern.secrets\n'));
});

test('an edition has only its own settings, and one without secrets no file for them', async (t) => {
  const placement = placeEdition('beacon');
  t.false((await fileText(placement, '/etc/default/lantern-agent')).includes('LANTERN_PORT'));
  t.deepEqual(placement.lifecycle.secretFiles, []);
  t.false((await fileText(placement, '/usr/lib/systemd/system/lantern-agent.service')).includes('.secrets'));
});

test('the settings are a configuration file where each family of distributions has them', (t) => {
  t.like(
    placeEdition('core', 'deb').tree.find(({ role }) => role === 'config'),
    { path: '/etc/default/lantern' },
  );
  t.like(
    placeEdition('core', 'rpm').tree.find(({ role }) => role === 'config'),
    { path: '/etc/sysconfig/lantern' },
  );
});

test('an edition without services has no settings, units or accounts', (t) => {
  const product = { ...lantern, editions: [{ ...lantern.editions[0]!, services: [], replaces: [] }] };
  const { tree, lifecycle } = placeEdition('desk', 'rpm', product);
  t.false(tree.some(({ path }) => /sysconfig|systemd|sysusers|\/var\//.test(path)));
  t.like(lifecycle, { units: [], accounts: [], state: [], secretFiles: [] });
});
