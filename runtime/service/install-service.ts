import { messageOf, SERIOUS, UserError } from '../errors.ts';
import { isPackaged } from '../paths.ts';
import { registerSource, unregisterSource } from '../windows/events.ts';
import { ERROR, WindowsError } from '../windows/library.ts';
import { privateFolderSddl } from '../windows/security-descriptor.ts';
import { STATE } from '../windows/service-status.ts';
import type { ServiceState } from '../windows/services.ts';
import { serviceSid } from '../windows/sid.ts';
import type { Windows } from '../windows/windows.ts';
import { joinCommandLine } from '../windows/words.ts';
import { findDataFolder, windowsSystem } from './data-folder.ts';
import type { ServiceIdentity } from './identity.ts';
import { serviceFolder } from './windows-host.ts';

/** Milliseconds after the first, second and every further failure. */
const RESTART_AFTER = [10_000, 60_000, 300_000];
/** Milliseconds to wait for a service to run or to stop. */
const PATIENCE = 60_000;

/** Everything the two commands need of the world, for tests. */
export interface Surroundings {
  windows: Windows;
  say(line: string): void;
  sleep(milliseconds: number): Promise<void>;
  /** The program and the words that start this program again. */
  command: readonly string[];
}

/** What is installed: `args` are the options to run with, `account` the `--account` option. */
export interface Wanted {
  account: string;
  dataFolder: string | undefined;
  args: readonly string[];
}

/** How the service's command line begins: `runtime.exe NAME` when installed, Node and a file from source. */
export function commandOf(identity: ServiceIdentity): string[] {
  return [process.execPath, isPackaged ? identity.program : (process.argv[1] ?? '')];
}

/** Registers the service, its recovery and the source of its events, and starts it. @throws UserError (100). */
export async function installService(
  identity: ServiceIdentity,
  wanted: Wanted,
  { windows, say, sleep, command }: Surroundings,
): Promise<void> {
  const { services, registry } = windows;
  const isVirtual = wanted.account === 'virtual';
  const [program = '', ...words] = command;
  const args = [...words, ...identity.args, '--service', ...wanted.args];
  try {
    if (services.query(identity.name)) {
      throw new UserError(
        `the service "${identity.name}" is there already; remove it first with "${identity.program} uninstall-service"`,
        SERIOUS,
      );
    }
    const unknown = services.create({
      name: identity.name,
      title: identity.title,
      description: identity.description,
      commandLine: joinCommandLine(program, args),
      ...(isVirtual ? { account: `NT SERVICE\\${identity.name}` } : {}),
      restartAfter: RESTART_AFTER,
    });
    if (unknown.length > 0) say(`this Windows does not know: ${unknown.join(', ')}`);
    registerSource(registry, identity.name);
    if (isVirtual) openFolderOrUndo(identity, wanted.dataFolder, windows);
    say(
      `service "${identity.name}" registered: it starts with the machine as ${isVirtual ? 'its own account' : 'LocalSystem'}`,
    );
    services.start(identity.name);
  } catch (thrown) {
    throw explain(identity, thrown);
  }
  const state = await waitFor(
    identity,
    windows,
    sleep,
    (now) => now.state === STATE.RUNNING || now.state === STATE.STOPPED,
  );
  if (state?.state === STATE.RUNNING) return say(`service "${identity.name}" is running`);
  const code = state?.win32ExitCode === ERROR.SERVICE_SPECIFIC_ERROR ? state.exitCode : state?.win32ExitCode;
  const ended = state?.state === STATE.STOPPED ? `it ended with code ${code}` : 'it is still starting';
  throw new UserError(
    `service "${identity.name}" is registered but does not run: ${ended}; the Application log of the Event Viewer says why`,
    SERIOUS,
  );
}

function openFolderOrUndo(identity: ServiceIdentity, given: string | undefined, windows: Windows): void {
  try {
    openFolderTo(identity, given, windows);
  } catch (thrown) {
    windows.services.remove(identity.name);
    unregisterSource(windows.registry, identity.name);
    throw thrown;
  }
}

/** A virtual account can only use a folder that names it: made, or when it is sound already, opened to it. */
function openFolderTo(identity: ServiceIdentity, given: string | undefined, { security }: Windows): void {
  const folder = findDataFolder(given, { DUPLICATI_HOME: serviceFolder(identity) }, 'win32');
  const sid = serviceSid(identity.name);
  const system = windowsSystem(() => ({ ...security, ownAccounts: () => [...security.ownAccounts(), sid] }));
  try {
    // of Administrators, not of the person who installs: the service would refuse a stranger's folder
    if (security.makeFolder(folder, `O:BA${privateFolderSddl([sid])}`)) return;
    const problem = system.findFolderProblem(folder);
    if (problem) throw new UserError(`the data folder ${folder} is refused: ${problem}`, SERIOUS);
    security.protectFolder(folder, privateFolderSddl([sid]));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`the data folder ${folder} cannot be made: ${messageOf(thrown)}`, SERIOUS, thrown);
  }
}

/** Stops the service and removes it; does nothing when there is none. Settings and data stay. @throws UserError (100). */
export async function uninstallService(
  identity: ServiceIdentity,
  { windows, say, sleep }: Surroundings,
): Promise<void> {
  const { services, registry } = windows;
  try {
    if (!services.query(identity.name)) return say(`there is no service "${identity.name}"`);
    services.stop(identity.name);
    const state = await waitFor(identity, windows, sleep, (now) => now.state === STATE.STOPPED);
    if (state && state.state !== STATE.STOPPED) {
      throw new UserError(
        `service "${identity.name}" does not stop; end process ${state.processId} and call this again`,
        SERIOUS,
      );
    }
    services.remove(identity.name);
    unregisterSource(registry, identity.name);
    say(`service "${identity.name}" removed; its data and settings are left`);
  } catch (thrown) {
    throw explain(identity, thrown);
  }
}

async function waitFor(
  identity: ServiceIdentity,
  { services }: Windows,
  sleep: (milliseconds: number) => Promise<void>,
  isReached: (state: ServiceState) => boolean,
): Promise<ServiceState | undefined> {
  const step = 250;
  let state = services.query(identity.name);
  for (let waited = 0; state && !isReached(state) && waited < PATIENCE; waited += step) {
    await sleep(step);
    state = services.query(identity.name);
  }
  return state;
}

function explain(identity: ServiceIdentity, thrown: unknown): unknown {
  if (!(thrown instanceof WindowsError)) return thrown;
  if (thrown.number === ERROR.ACCESS_DENIED) {
    return new UserError(
      'services can only be changed by an administrator: call this again in a console that was opened with "Run as administrator"',
      SERIOUS,
      thrown,
    );
  }
  return new UserError(`service "${identity.name}": ${thrown.message}`, SERIOUS, thrown);
}
