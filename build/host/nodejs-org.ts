import { PackwrightError } from '../model/errors.ts';

const OFFICIAL = 'https://nodejs.org/dist';

/**
 * Address of a file of a Node release: below https://nodejs.org/dist, or the mirror that NODEJS_ORG_MIRROR names (node-gyp reads the
 * same variable).
 * @throws PackwrightError when that variable holds no address.
 */
export function nodejsOrgUrl(version: string, file: string): string {
  const mirror = process.env.NODEJS_ORG_MIRROR || OFFICIAL;
  if (!/^https?:\/\/[^/]/.test(mirror) || !URL.canParse(mirror)) {
    throw new PackwrightError('NODEJS_ORG_MIRROR', 'it holds no address', `set it to one such as ${OFFICIAL}`);
  }
  return `${mirror.replace(/\/+$/, '')}/v${version}/${file}`;
}
