import { rmSync } from 'node:fs';
import { parseRemoteName } from '../engine/volumes/remote-name.ts';
import { optionNamed } from '../jobs/job-document.ts';
import type { Work } from '../jobs/run-job.ts';
import { watchStorage } from '../storage/watched-storage.ts';
import { describeRun } from './describe-run.ts';
import { openDestination } from './open-destination.ts';
import { watchTraffic } from './watch-traffic.ts';

/**
 * Deletes what a backup has at its destination, lists first: whatever interrupts it, what is left names nothing that is gone. What else lies there
 * stays. The local database goes last, since without it nobody would know of what is left.
 */
export const runDeleteRemote: Work = async (document, control) => {
  const began = Date.now();
  const traffic = watchTraffic(control);
  const storage = watchStorage(await openDestination(document), traffic.watch);
  const prefix = optionNamed(document.options, 'prefix') || 'duplicati';
  try {
    const names: string[] = [];
    for await (const { name, isFolder } of storage.list(control.stop))
      if (!isFolder && (parseRemoteName(name)?.prefix === prefix || name === `${prefix}-verification.json`))
        names.push(name);
    const isList = (name: string) => name.includes('.dlist.');
    names.sort((a, b) => Number(isList(b)) - Number(isList(a)));
    for (const [done, name] of names.entries()) {
      control.stop.throwIfAborted();
      await storage.delete(name, control.stop);
      control.report({
        phase: 'Delete_Running',
        overall: done / names.length,
        files: { done, doneSize: 0, all: names.length, allSize: 0, isCounting: false },
      });
    }
  } finally {
    await storage.close();
  }
  if (document.input.deletesDatabase === true)
    for (const end of ['', '-wal', '-shm']) rmSync(`${document.database}${end}`, { force: true });
  const ran = { code: 0, result: undefined, lines: [], warnings: [], traffic, began, ended: Date.now() };
  return describeRun(ran, { DeletedFiles: traffic.deleted });
};
