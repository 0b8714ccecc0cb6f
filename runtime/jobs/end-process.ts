import { codeOf } from '../errors.ts';

/**
 * Ends a process at once, and on Linux and macOS all that it started too: it leads a process group. On Windows it alone is ended
 * (TerminateProcess). One that has ended already is no error, nor is what another account has come to own of it; macOS says the latter of
 * processes that have ended, too.
 */
export function endProcess(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (thrown) {
    if (!['ESRCH', 'EPERM'].includes(codeOf(thrown))) throw thrown;
  }
}
