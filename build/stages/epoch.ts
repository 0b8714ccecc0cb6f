import { run } from '../host/run.ts';
import { PackwrightError } from '../model/errors.ts';

/** 1980-01-01, for projects that are in no repository: the earliest time every archive format can hold. */
const NO_HISTORY = 315_532_800;

/**
 * The time every stamp in the packages gets, in seconds since 1970: $SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else the time of the project's last commit, else 1980-01-01.
 * @throws PackwrightError when the variable is not a whole number.
 */
export async function readEpoch(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const given = env.SOURCE_DATE_EPOCH;
  if (given !== undefined && given !== '') {
    if (!/^\d{1,10}$/.test(given) || Number(given) > 0xffff_ffff) {
      throw new PackwrightError(
        'SOURCE_DATE_EPOCH',
        `"${given}" is not a number of seconds since 1970`,
        'unset it or mend it',
      );
    }
    return Number(given);
  }
  const committed = await run('git', ['-C', folder, 'log', '-1', '--format=%ct'], { timeout: 10_000 }).catch(() => '');
  return /^\d+\s*$/.test(committed) ? Number(committed) : NO_HISTORY;
}
