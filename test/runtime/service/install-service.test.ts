import test from 'ava';
import { readArguments } from '../../../runtime/command-line/arguments.ts';
import { UserError } from '../../../runtime/errors.ts';
import { serverOptions } from '../../../runtime/server/options.ts';
import { agentService, serverService } from '../../../runtime/service/identity.ts';
import { installService, uninstallService } from '../../../runtime/service/install-service.ts';
import { optionsToKeep } from '../../../runtime/service/service-commands.ts';
import { STATE } from '../../../runtime/windows/service-status.ts';
import { serviceSid } from '../../../runtime/windows/sid.ts';
import { makeWindows, type StandIn } from './windows-stand-in.ts';

const SOURCE = 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\duplicati';
const wanted = { account: 'system', dataFolder: undefined, args: ['--webservice-port=8300'] };

function surround({ windows }: StandIn) {
  const said: string[] = [];
  const command = ['C:\\Program Files\\D\\bin\\runtime.exe', 'duplicati-server'];
  return { windows, said, command, say: (line: string) => void said.push(line), sleep: () => Promise.resolve() };
}

test('a service is registered with a quoted program, its options, recovery and event source, and started', async (t) => {
  const machine = makeWindows();
  const around = surround(machine);
  await installService(serverService, wanted, around);
  const row = machine.services.get('duplicati');
  t.is(row?.commandLine, '"C:\\Program Files\\D\\bin\\runtime.exe" duplicati-server --service --webservice-port=8300');
  t.deepEqual(row?.restartAfter, [10_000, 60_000, 300_000]);
  t.is(row?.account, undefined);
  t.is(row?.state, STATE.RUNNING);
  t.like(machine.registry.get(SOURCE), { EventMessageFile: { expand: '%SystemRoot%\\System32\\EventCreate.exe' } });
  t.is(around.said.at(-1), 'service "duplicati" is running');
  t.deepEqual(machine.calls, []);
});

test('the agent runs by its word, and the folder of a virtual account is made for it', async (t) => {
  const machine = makeWindows();
  const around = { ...surround(machine), command: ['C:\\r.exe', 'duplicati-agent'] };
  await installService(agentService, { ...wanted, account: 'virtual', args: [] }, around);
  const row = machine.services.get('duplicati-agent');
  t.is(row?.commandLine, '"C:\\r.exe" duplicati-agent run --service');
  t.is(row?.account, 'NT SERVICE\\duplicati-agent');
  t.is(machine.calls.length, 1);
  t.regex(machine.calls[0] ?? '', new RegExp(`^make .*Duplicati Agent O:BAD:P.*FA;;;${serviceSid('duplicati-agent')}`));
});

test('a folder that is not sound is not opened to a virtual account, and the service is not left behind', async (t) => {
  const machine = makeWindows();
  machine.windows.security.makeFolder = () => false; // it is there; not on this machine, so it cannot be judged
  await t.throwsAsync(installService(agentService, { ...wanted, account: 'virtual' }, surround(machine)), {
    instanceOf: UserError,
    message: /the data folder .*Duplicati Agent is refused/,
  });
  t.deepEqual([machine.services.size, machine.registry.size, machine.calls], [0, 0, []]);
});

test('a service that is there already is left alone', async (t) => {
  const machine = makeWindows();
  await installService(serverService, wanted, surround(machine));
  await t.throwsAsync(installService(serverService, { ...wanted, args: [] }, surround(machine)), {
    instanceOf: UserError,
    message: /is there already; remove it first with "duplicati-server uninstall-service"/,
  });
  t.regex(machine.services.get('duplicati')?.commandLine ?? '', /8300$/);
});

test('a service that does not start is an error with its code and where to look', async (t) => {
  const machine = makeWindows({ startsWith: STATE.STOPPED });
  await t.throwsAsync(installService(serverService, wanted, surround(machine)), {
    message: /does not run: it ended with code 100; .*Event Viewer/,
  });
  const slow = makeWindows({ startsWith: STATE.START_PENDING });
  await t.throwsAsync(installService(serverService, wanted, surround(slow)), { message: /it is still starting/ });
});

test('without the right to, the way to an administrator’s console is shown', async (t) => {
  const machine = makeWindows({ isAdministrator: false });
  const error = await t.throwsAsync(installService(serverService, wanted, surround(machine)), {
    instanceOf: UserError,
  });
  t.regex(error?.message ?? '', /opened with "Run as administrator"/);
  t.is(error?.exitCode, 100);
});

test('a service is stopped, removed and its event source too; a second time nothing happens', async (t) => {
  const machine = makeWindows();
  await installService(serverService, wanted, surround(machine));
  const first = surround(machine);
  await uninstallService(serverService, first);
  t.deepEqual([machine.services.size, machine.registry.size, machine.calls], [0, 0, ['stop duplicati']]);
  const second = surround(machine);
  await uninstallService(serverService, second);
  t.deepEqual(second.said, ['there is no service "duplicati"']);
});

test('a service that does not stop is not removed, and its process is named', async (t) => {
  const machine = makeWindows();
  await installService(serverService, wanted, surround(machine));
  machine.services.get('duplicati')!.state = STATE.STOP_PENDING;
  await t.throwsAsync(uninstallService(serverService, surround(machine)), { message: /does not stop; end process 7/ });
  t.is(machine.services.size, 1);
});

test('options are kept for the service as they were understood, and a secret is refused without being shown', (t) => {
  const keep = (...argv: string[]) =>
    optionsToKeep(argv, readArguments(argv, {}, serverOptions, { spaced: true }), serverOptions);
  t.deepEqual(
    keep(
      'install-service',
      '--LOG-LEVEL',
      'verbose',
      '--allow-insecure-datafolder',
      '--webservice-allowedhostnames=a b',
    ),
    ['--webservice-allowed-hostnames=a b', '--log-level=Verbose', '--allow-insecure-datafolder=true'],
  );
  const error = t.throws(() => keep('--webservice-password=kanarie'), { instanceOf: UserError });
  t.regex(error?.message ?? '', /initial-password/);
  t.false(error?.message.includes('kanarie'));
});
