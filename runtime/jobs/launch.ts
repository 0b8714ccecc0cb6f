import path from 'node:path';
import { installRoot, isPackaged } from '../paths.ts';

/** How the program of a job is started; nothing secret in it. */
export interface Launch {
  file: string;
  args: readonly string[];
}

/** The word by which the server's program is started as a job. It is not for people. */
export const RUN_JOB = 'run-job';

/** Installed, the one executable is told the name of the program; from source, Node is told its file. */
export function findLaunch(): Launch {
  const program = 'duplicati-server';
  const entry = isPackaged ? program : path.join(installRoot(), 'runtime', 'programs', `${program}.ts`);
  return { file: process.execPath, args: [entry, RUN_JOB] };
}

/** What a job needs of the environment: where temporary files are, the language, the time zone. Everything else may hold a secret. */
const KEPT = /^(PATH|HOME|LANG|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|SystemRoot|SystemDrive|windir|USERPROFILE)$/i;

/** The environment of a job. */
export function scrubEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => KEPT.test(name)));
}
