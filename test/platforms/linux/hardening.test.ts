import test, { type ExecutionContext } from 'ava';
import type { Service } from '../../../build/model/service.ts';
import { haveTool } from '../../suites/tool.ts';
import { fileText, lantern, placeEdition } from './lantern.ts';
import { askTool, writeFiles } from './written.ts';

function productWith(part: Partial<Service>) {
  return { ...lantern, services: [{ ...lantern.services[0]!, ...part }, lantern.services[1]!] };
}

async function unitWith(part: Partial<Service>, profile = false): Promise<string> {
  const placement = placeEdition('core', 'deb', productWith(part));
  const unit = await fileText(placement, '/usr/lib/systemd/system/lantern.service');
  const path = '/usr/share/lantern/systemd/lantern.service.d/read-everything.conf';
  return profile ? `${unit}\n${await fileText(placement, path)}` : unit;
}

/** `systemd-analyze security`: 0 is closed, 10 open. */
function exposureOf(t: ExecutionContext, unit: string): number {
  const folder = writeFiles(t, { 'x.service': unit });
  const { output } = askTool('systemd-analyze', ['security', '--offline=true', '--no-pager', `${folder}/x.service`]);
  const match = /exposure level for x\.service: ([\d.]+)/.exec(output);
  if (!match) throw new Error(output);
  return Number(match[1]);
}

const SHUT_IN =
  /^(PrivateTmp|ProtectHome|ProtectSystem|PrivateDevices|ProtectKernelModules|ProtectProc|PrivateUsers|ReadOnlyPaths|InaccessiblePaths|TemporaryFileSystem|RootDirectory|RestrictSUIDSGID|ProtectClock|DynamicUser|User)=/m;

test('root that needs the whole machine is hidden no file, and has an exposure of at most 4.5', async (t) => {
  const unit = await unitWith({});
  t.notRegex(unit, SHUT_IN);
  if (haveTool(t, 'systemd-analyze')) t.true(exposureOf(t, unit) <= 4.5);
});

test('its profile runs it as an account that reads every file, with an exposure of at most 2.0', async (t) => {
  const unit = await unitWith({}, true);
  t.regex(unit, /^User=_lantern$/m);
  t.regex(unit, /^AmbientCapabilities=CAP_DAC_READ_SEARCH$/m);
  t.notRegex(unit, /^(PrivateTmp|PrivateUsers|ProtectKernelModules)=yes|^ProtectHome=(yes|tmpfs)/m);
  if (haveTool(t, 'systemd-analyze')) t.true(exposureOf(t, unit) <= 2.0);
});

test('a service that needs no file of others is shut in, with an exposure of at most 2.0', async (t) => {
  for (const account of ['root', 'dedicated'] as const) {
    const unit = await unitWith({ account, needs: [] });
    t.regex(unit, /^ProtectSystem=strict$/m);
    t.regex(unit, /^CapabilityBoundingSet=$/m);
    if (account === 'dedicated' && haveTool(t, 'systemd-analyze')) t.true(exposureOf(t, unit) <= 2.0);
  }
});

test('an account that may read every file gets that right from the profile alone', async (t) => {
  const part = { account: 'dedicated', needs: ['read-everything'] } as const;
  t.notRegex(await unitWith(part), /CAP_DAC_READ_SEARCH/);
  const unit = await unitWith(part, true);
  t.regex(unit, /^PrivateUsers=no$/m);
  if (haveTool(t, 'systemd-analyze')) t.true(exposureOf(t, unit) <= 2.0);
});

test('a port below 1024 brings the right to it and nothing more', async (t) => {
  const unit = await unitWith({ account: 'dedicated', needs: [], port: 443 });
  t.regex(unit, /^CapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  t.notRegex(unit, /PrivateUsers=yes/);
});

test('a service that listens on nothing may bind no address', async (t) => {
  t.regex(await unitWith({ listens: 'nothing' }), /^SocketBindDeny=any$/m);
  t.notRegex(await unitWith({ listens: 'loopback' }), /SocketBind/);
});

test('nothing that stops Node from compiling is in any unit', async (t) => {
  for (const unit of [await unitWith({}, true), await unitWith({ account: 'dedicated', needs: [] })]) {
    t.notRegex(unit, /MemoryDenyWriteExecute|ProcSubset/);
  }
});
