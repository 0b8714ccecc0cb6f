import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../errors.ts';
import { type DescribeSid, findAccessProblem, findReplaceProblem, trustedAccounts } from '../windows/access.ts';
import type { Security } from '../windows/security.ts';
import { privateFolderSddl, readDescriptor, type SecurityDescriptor } from '../windows/security-descriptor.ts';
import { describeSid } from '../windows/sid.ts';

/** Makes one folder that SYSTEM, Administrators and this process's own accounts alone can use; one that is there is left as it is. */
export function makePrivateFolder(folder: string, security: Security): void {
  security.makeFolder(folder, privateFolderSddl(security.ownAccounts()));
}

/**
 * Makes an empty folder of a trusted account ours alone: what an installer made where it could not say for whom. One that holds anything is
 * left, since others may have put it there.
 */
export function closeEmptyFolder(folder: string, security: Security, look = lookAt, list = readdirSync): void {
  const { isLink, isFolder } = look(folder);
  if (isLink || !isFolder || list(folder).length > 0) return;
  if (findWindowsPathProblem(path.win32.dirname(folder), security, look)) return;
  const [{ owner }, trusted] = judgement(folder, security);
  if (!trusted.has(owner)) return;
  security.protectFolder(folder, privateFolderSddl(security.ownAccounts()));
  if (list(folder).length > 0) throw new Error('something was put into it while it was being closed to others');
}

/**
 * What is wrong with a data folder, in words: it must be ours alone, and nobody else may be able to put another into its place, in any
 * folder above it. Links are not followed but refused: who made one could turn it.
 */
export function findWindowsFolderProblem(folder: string, security: Security, look = lookAt): string | undefined {
  return (
    findWindowsPathProblem(path.win32.dirname(folder), security, look) ??
    attempt(folder, () => {
      const { isLink, isFolder } = look(folder);
      if (isLink) return 'it is a link; name the folder it leads to';
      return isFolder ? findAccessProblem(...judgement(folder, security)) : 'it is not a folder';
    })
  );
}

/** What is wrong with a folder that exists and with those above it, up to the volume's root. */
export function findWindowsPathProblem(folder: string, security: Security, look = lookAt): string | undefined {
  const { root } = path.win32.parse(folder);
  for (let at = folder; ; at = path.win32.dirname(at)) {
    const problem = attempt(at, () => {
      if (at !== root && look(at).isLink) return `${at} is a link; name the folder it leads to`;
      const found = findReplaceProblem(...judgement(at, security), at === root);
      return found && `${at} ${found}`;
    });
    if (problem || at === root) return problem;
  }
}

/** What is wrong with a file that nobody else may read or change, in words. */
export function findWindowsFileProblem(file: string, security: Security): string | undefined {
  return attempt(file, () => findAccessProblem(...judgement(file, security)));
}

/**
 * What is wrong with a file of ours in a folder that is for us alone, in words: it belongs to somebody else, who put it there before the
 * folder was closed. Its rights are handed down by the folder; its owner stays.
 */
export function findWindowsOwnerProblem(file: string, security: Security): string | undefined {
  return attempt(file, () => {
    const [{ owner }, trusted, describe] = judgement(file, security);
    return trusted.has(owner) ? undefined : `it belongs to ${describe(owner)}`;
  });
}

/** Junctions count as links. @throws Error of node:fs. */
function lookAt(file: string): { isLink: boolean; isFolder: boolean } {
  const stat = lstatSync(file);
  return { isLink: stat.isSymbolicLink(), isFolder: stat.isDirectory() };
}

function judgement(file: string, security: Security): [SecurityDescriptor, ReadonlySet<string>, DescribeSid] {
  const describe = (sid: string) => describeSid(sid, security.accountName);
  return [readDescriptor(security.readSecurity(file)), trustedAccounts(security.ownAccounts()), describe];
}

/** What cannot be judged is not good. */
function attempt(file: string, find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (thrown) {
    return `who can use ${file} cannot be told: ${messageOf(thrown)}`;
  }
}
