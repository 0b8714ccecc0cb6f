import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { openHttp } from '../http/listen.ts';
import type { Log } from '../log/log.ts';
import { findFolderProblem } from '../service/data-folder.ts';
import { ownerToTrust } from './endpoint.ts';

export const DOOR_FILE = 'server.sock';
/** Bytes of a socket's path: sun_path has 108 on Linux and 104 on macOS, the last of them zero (unix(7)). */
const LONGEST_PATH = process.platform === 'darwin' ? 103 : 107;

/** A listening Unix socket. */
export interface LocalDoor {
  path: string;
  /** Lets requests under way end for `grace` milliseconds, then closes every connection and removes the socket. */
  close(grace: number): Promise<void>;
}

/** The socket of a data folder. */
export function doorPath(folder: string): string {
  return path.join(folder, DOOR_FILE);
}

/** Why a path cannot be a socket's, in words. */
export function findPathLengthProblem(file: string): string | undefined {
  const length = Buffer.byteLength(file);
  return length <= LONGEST_PATH
    ? undefined
    : `the path ${file} has ${length} bytes, a socket's may have ${LONGEST_PATH}: choose a shorter --server-datafolder`;
}

/**
 * Listens on a socket in the data folder, which only the server's account and root can open: they can read the server's database
 * anyway, so they need no password. The folder's lock is held, so a socket that is there is one of a server that ended without a word.
 * @returns undefined, with a line in the log, where the folder is not safe or the socket cannot be; the server works without it.
 */
export async function openLocalDoor(folder: string, answer: RequestListener, log: Log): Promise<LocalDoor | undefined> {
  if (process.platform === 'win32') {
    log.information('no local way in without a password: Node makes pipes that everybody may read');
    return undefined;
  }
  const file = doorPath(folder);
  const problem = findPathLengthProblem(file) ?? findFolderProblem(folder);
  if (problem) {
    log.warning(`no local way in without a password: ${problem}`);
    return undefined;
  }
  try {
    removeStale(file);
    const { server, drop } = openHttp(answer);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ path: file }, resolve);
    });
    chmodSync(file, 0o600); // until now the folder, 0700, has kept others out
    return {
      path: file,
      close: async (grace) => {
        const timer = setTimeout(drop, grace);
        await new Promise<void>((resolve) => {
          server.close(() => resolve()); // removes the file
          server.closeIdleConnections();
        });
        clearTimeout(timer);
      },
    };
  } catch (thrown) {
    log.warning(`no local way in without a password: ${messageOf(thrown)}`);
    return undefined;
  }
}

function removeStale(file: string): void {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isSocket()) throw new Error(`${file} is there and is no socket`);
  unlinkSync(file);
}

/** The socket of a data folder, where there is one that we may open and believe. */
export function findDoor(folder: string, us = process.getuid?.()): string | undefined {
  if (us === undefined) return undefined;
  try {
    const { uid } = lstatSync(folder);
    const owner = ownerToTrust(uid, us);
    const file = doorPath(folder);
    const stat = lstatSync(file);
    const isGood = stat.isSocket() && stat.uid === owner && findFolderProblem(folder, owner) === undefined;
    return isGood ? file : undefined;
  } catch {
    return undefined; // no such folder, or not ours
  }
}
