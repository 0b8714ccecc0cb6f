import { parseRemoteName } from '../engine/volumes/remote-name.ts';
import { optionNamed } from '../jobs/job-document.ts';
import type { Work } from '../jobs/run-job.ts';
import { watchStorage } from '../storage/watched-storage.ts';
import { describeRun, writeSize } from './describe-run.ts';
import { openDestination } from './open-destination.ts';
import { watchTraffic } from './watch-traffic.ts';

/** Looks at the destination alone, and says how much a backup has there. */
export const runReportRemoteSize: Work = async (document, control) => {
  const began = Date.now();
  const traffic = watchTraffic(control);
  const storage = watchStorage(await openDestination(document), traffic.watch);
  const prefix = optionNamed(document.options, 'prefix') || 'duplicati';
  const known = { files: 0, size: 0, lists: 0 };
  const unknown = { files: 0, size: 0 };
  try {
    for await (const { name, size, isFolder } of storage.list(control.stop)) {
      if (isFolder) continue;
      const volume = parseRemoteName(name);
      const counted = volume?.prefix === prefix ? known : unknown;
      counted.files += 1;
      counted.size += size;
      if (volume?.prefix === prefix && volume.kind === 'dlist') known.lists += 1;
    }
  } finally {
    await storage.close();
  }
  const ran = { code: 0, result: undefined, lines: [], warnings: [], traffic, began, ended: Date.now() };
  const described = describeRun(ran, { KnownFileCount: known.files, KnownFileSize: known.size });
  return {
    ...described,
    backend: { ...described.backend, UnknownFileCount: unknown.files, UnknownFileSize: unknown.size },
    metadata: {
      TargetFilesSize: String(known.size),
      TargetFilesCount: String(known.files),
      TargetFilesetsCount: String(known.lists),
      TargetSizeString: writeSize(known.size),
    },
  };
};
