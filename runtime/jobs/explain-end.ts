/** How a process ended; `failure` where it never began. */
export type End = { code: number | null; signal: NodeJS.Signals | null; failure?: string };

/** Most characters of standard error that are shown. */
const SHOWN = 1000;

/** Why a job has failed: in its own words, or by how its process ended. @param tail the end of its standard error */
export function explainEnd({ code, signal, failure }: End, error: string | undefined, tail: string): string {
  if (failure !== undefined) return `it could not be started: ${failure}`;
  if (error !== undefined) return error;
  if (/heap out of memory|heap limit/i.test(tail))
    return 'it ran out of memory; give it less to do at once, or the machine more memory';
  const last = tail.trim().slice(-SHOWN);
  const said = last === '' ? '' : `; it said last: ${last}`;
  if (signal === 'SIGKILL') return `it was killed, by somebody or by the system for want of memory${said}`;
  if (signal !== null) return `it was ended by ${signal}${said}`;
  if (code !== 0) return `it crashed with exit code ${code}${said}`;
  return `it ended without a result${said}`;
}
