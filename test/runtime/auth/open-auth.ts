import type { ExecutionContext } from 'ava';
import { openAuth } from '../../../runtime/auth/auth.ts';
import { openLog } from '../../../runtime/log/log.ts';
import { openSettings } from '../../../runtime/settings/settings.ts';
import { makeFolder } from '../run-program.ts';

/** A log that keeps what it is told. */
export function keepLog() {
  const lines: string[] = [];
  return { lines, log: openLog('Verbose', { journal: false, write: (line) => void lines.push(line) }) };
}

/** Settings in a folder of the test's own. */
export async function makeSettings(t: ExecutionContext) {
  const folder = await makeFolder(t);
  const { log, lines } = keepLog();
  const settings = await openSettings(folder, { isRequired: false, isDisabled: false }, log);
  t.teardown(settings.close);
  return { folder, settings, log, lines };
}

/** Who is let in, with a clock that a test moves. */
export async function makeAuth(t: ExecutionContext) {
  const made = await makeSettings(t);
  const clock = { seconds: 1_800_000_000 };
  const auth = openAuth(made.settings, made.log, { now: () => clock.seconds, wentBack: false });
  return { ...made, auth, clock };
}

export const HOW = { name: 'a test', isRemembered: true, browser: undefined };
export const GOOD = 'seven green bottles';
