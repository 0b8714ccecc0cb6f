import test from 'ava';
import type { Service } from '../../../build/model/service.ts';
import { haveTool } from '../../suites/tool.ts';
import { fileText, lantern, placeEdition } from './lantern.ts';
import { askTool, writeFiles } from './written.ts';

const UNIT = '/usr/lib/systemd/system/lantern.service';
const AGENT = '/usr/lib/systemd/system/lantern-agent.service';

/** The value of a directive that comes once. */
function directive(unit: string, name: string): string | undefined {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
}

function agentWith(part: Partial<Service>) {
  return { ...lantern, services: [lantern.services[0]!, { ...lantern.services[1]!, ...part }] };
}

test('words of the command line reach the program as they are, and the setting is split into words', async (t) => {
  const unit = await fileText(placeEdition('core'), UNIT);
  t.is(
    directive(unit, 'ExecStart'),
    '/usr/lib/lantern/bin/lantern-server "--name=the \\"light\\" $$house" %%n $LANTERN_OPTS',
  );
  t.true(unit.includes('\nEnvironment=LANTERN_OPTS=\n'));
});

test('variables have their values, and {state} is the state directory', async (t) => {
  const unit = await fileText(placeEdition('core'), UNIT);
  t.true(unit.includes('\nEnvironment=LANTERN_HOME=%S/lantern\n'));
  t.true(unit.includes('\nEnvironment="LANTERN_CACHE=%S/lantern/50%% full"\n'));
  t.is(directive(unit, 'StateDirectory'), 'lantern');
  t.is(directive(unit, 'StateDirectoryMode'), '0700');
});

test('a program that tells readiness is waited for and watched; another is taken to run once it is started', async (t) => {
  const server = await fileText(placeEdition('core'), UNIT);
  t.deepEqual(
    [directive(server, 'Type'), directive(server, 'NotifyAccess'), directive(server, 'WatchdogSec')],
    ['notify', 'main', '60'],
  );
  const agent = await fileText(placeEdition('beacon'), AGENT);
  t.deepEqual([directive(agent, 'Type'), directive(agent, 'WatchdogSec')], ['exec', undefined]);
});

test('a service comes back after every failure, and is given its time to stop', async (t) => {
  const agent = await fileText(placeEdition('beacon'), AGENT);
  t.is(directive(agent, 'Restart'), 'always');
  t.is(directive(agent, 'StartLimitIntervalSec'), '0');
  t.is(directive(agent, 'TimeoutStopSec'), '30');
});

test('several services of an edition keep their states apart', async (t) => {
  const [desk] = lantern.editions;
  const both = {
    ...desk!,
    services: ['lantern', 'lantern-agent'],
    programs: [...desk!.programs, 'lantern-agent'],
    replaces: [],
  };
  const placement = placeEdition('desk', 'deb', { ...lantern, editions: [both] });
  t.is(directive(await fileText(placement, UNIT), 'StateDirectory'), 'lantern/lantern');
  t.is(directive(await fileText(placement, AGENT), 'StateDirectory'), 'lantern/lantern-agent');
  t.deepEqual(placement.lifecycle.state, ['/var/lib/lantern']);
});

test('background work yields the processor and the disk', async (t) => {
  const unit = await fileText(placeEdition('core'), UNIT);
  t.is(directive(unit, 'IOSchedulingClass'), 'idle');
  t.is(directive(await fileText(placeEdition('beacon'), AGENT), 'Nice'), undefined);
});

test('a service starts as its edition says: rpm by a preset, deb by its own policy', async (t) => {
  const preset = '/usr/lib/systemd/system-preset/50-lantern';
  t.is(await fileText(placeEdition('desk', 'rpm'), `${preset}.preset`), 'disable lantern.service\n');
  t.is(await fileText(placeEdition('core', 'rpm'), `${preset}-core.preset`), 'enable lantern.service\n');
  t.false(placeEdition('core', 'deb').tree.some(({ path }) => path.includes('preset')));
  t.deepEqual(placeEdition('desk').lifecycle.units, [{ unit: 'lantern.service', start: 'asked' }]);
});

test('an account of its own has a name that no person has, and is declared in a file', async (t) => {
  const placement = placeEdition('beacon');
  t.is(directive(await fileText(placement, AGENT), 'User'), '_lantern-agent');
  const file = '/usr/lib/sysusers.d/lantern-agent.conf';
  t.deepEqual(placement.lifecycle.accounts, [{ name: '_lantern-agent', sysusersFile: file }]);
  t.is(await fileText(placement, file), 'u _lantern-agent - "Lantern agent" /var/lib/lantern-agent -\n');
});

test('a title with what systemd would read as a specifier or a quote stays a title', async (t) => {
  const placement = placeEdition('beacon', 'deb', agentWith({ title: 'Up 100%T of "days"' }));
  t.is(directive(await fileText(placement, AGENT), 'Description'), 'Up 100%%T of "days"');
  const account = await fileText(placement, '/usr/lib/sysusers.d/lantern-agent.conf');
  t.regex(account, /^u _lantern-agent - "Up 100%%T of {2}days " /);
});

test('the state directory is made by systemd, and no package lists it', (t) => {
  for (const format of ['deb', 'rpm'] as const) {
    const { tree, lifecycle } = placeEdition('core', format);
    t.false(tree.some(({ path }) => path === '/var/lib/lantern'));
    t.deepEqual(lifecycle.state, ['/var/lib/lantern']);
  }
});

test('systemd finds nothing to say about the units and their profiles', async (t) => {
  if (!haveTool(t, 'systemd-analyze')) return;
  for (const [edition, path] of [
    ['core', UNIT],
    ['beacon', AGENT],
  ] as const) {
    const placement = placeEdition(edition, 'deb', agentWith({ port: 443, listens: 'loopback' }));
    const unit = (await fileText(placement, path)).replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true');
    const name = path.slice(path.lastIndexOf('/') + 1);
    const home = name.replace('.service', '');
    const profile = await fileText(placement, `/usr/share/${home}/systemd/${name}.d/read-everything.conf`);
    const folder = writeFiles(t, { [name]: unit, [`${name}.d/read-everything.conf`]: profile });
    t.is(askTool('systemd-analyze', ['verify', '--man=no', `${folder}/${name}`]).output, '');
  }
});
