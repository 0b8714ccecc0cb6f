import { type Program, runProgram } from '../command-line/command-line.ts';
import { messageOf, SERIOUS } from '../errors.ts';
import { loadWindows } from '../windows/windows.ts';
import { foreground, type Host } from './host.ts';
import type { ServiceIdentity } from './identity.ts';
import { runAsService } from './windows-host.ts';

/** Said by the command line of a Windows service alone: whether the manager started us cannot be told quickly, so it is not guessed. */
const SERVICE = '--service';

/** Runs a program in the foreground or, on Windows with `--service`, under the service control manager. Ends the process then. */
export async function runServiceProgram<Name extends string>(
  identity: ServiceIdentity,
  makeProgram: (host: Host) => Program<Name>,
): Promise<void> {
  const argv = process.argv.slice(2);
  process.stderr.on('error', () => {}); // whoever read the log is gone, such as a terminal or a pipe: no reason to end
  if (process.platform !== 'win32' || !argv.includes(SERVICE)) return runProgram(makeProgram(foreground));
  // The dispatcher keeps one of the pool's threads for itself; read when the pool is first used.
  process.env.UV_THREADPOOL_SIZE ||= '8';
  process.exit(await runUnderManager(identity, makeProgram, argv));
}

async function runUnderManager<Name extends string>(
  identity: ServiceIdentity,
  makeProgram: (host: Host) => Program<Name>,
  argv: readonly string[],
): Promise<number> {
  const say = (message: string) => void process.stderr.write(`${identity.program}: ${message}\n`);
  try {
    const args = argv.filter((argument) => argument !== SERVICE);
    const code = await runAsService(identity, makeProgram, args, loadWindows());
    if (code !== undefined) return code;
    say(
      `${SERVICE} is for the Windows service manager, which did not start this process; leave it out to run in this console, or ` +
        `give "${identity.program} install-service" to have it started with the machine`,
    );
  } catch (thrown) {
    say(`it cannot run as a service: ${messageOf(thrown)}`);
  }
  return SERIOUS;
}
