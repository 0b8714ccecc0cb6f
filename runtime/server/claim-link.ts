import { rmSync } from 'node:fs';
import path from 'node:path';
import { LINK_LIFETIME, type SignInLinks } from '../auth/sign-in-links.ts';
import type { Log } from '../log/log.ts';
import { writeWhole } from '../service/write-whole.ts';

/** Holds the link where the system's log can be read by every user. */
export const LINK_FILE = 'sign-in-link.txt';
/** Seconds between two links: whoever asks without a password must neither fill the log nor end the owner's link. */
const EVERY = 30;

export interface ClaimLink {
  /** Makes a link and tells the administrator; false when it did so a moment ago. */
  announce(): boolean;
  /** Removes what was left for the administrator. */
  remove(): void;
}

/**
 * Tells administrators, and nobody else, how to claim a server that has no password: the journal of systemd, a container's output and
 * a terminal are theirs; the Event Log of Windows is not, so there a file in the data folder has the link, and the log its path.
 * @param url address of the server, with a slash at its end.
 */
export function openClaimLink(
  links: SignInLinks,
  url: string,
  folder: string,
  log: Log,
  { isLogPublic = process.platform === 'win32', steady = () => performance.now() / 1000 } = {},
): ClaimLink {
  let last = Number.NEGATIVE_INFINITY;
  const file = path.join(folder, LINK_FILE);
  return {
    announce() {
      if (steady() - last < EVERY) return false;
      last = steady();
      const link = `${url}signin.html?token=${links.issue()}`;
      const minutes = LINK_LIFETIME / 60;
      if (isLogPublic) {
        writeWhole(folder, LINK_FILE, `${link}\r\n`);
        log.notice(
          `this server has no password yet: within ${minutes} minutes open the link in ${file}; its page can ask for a new one later`,
        );
      } else {
        log.notice(
          `this server has no password yet: within ${minutes} minutes open ${link} (the page can ask for a new link later)`,
        );
      }
      return true;
    },
    remove: () => rmSync(file, { force: true }),
  };
}
